"""Signs in as a person would: fetch the form, fill it, send it, and look whether the forum now knows us. A refused
password is an outcome, not an error."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import Blocked, Retry, Unclear, Unreadable
from forum_bridge.forums.html.address import at_root
from forum_bridge.forums.html.judge import messages, said
from forum_bridge.forums.html.parse import any_present, own_id
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Login
from forum_bridge.model import Author, SignIn, SignInState
from forum_bridge.web.forms import Form, find_form
from forum_bridge.web.page import Page
from forum_bridge.web.session import ForumSession


class Account:
    """The bridge's account on one forum."""

    def __init__(self, preset: Preset, login: Login, session: ForumSession) -> None:
        self._preset = preset
        self._login = login
        self._session = session

    async def sign_in(self) -> SignIn:
        """Sign in with the session's credentials. Raises Retry when the forum cannot be asked now, and what
        ``ForumSession.get`` raises for the page with the form."""
        if self._session.credentials is None or self._session.credentials.password is None:
            return SignIn(SignInState.REFUSED, detail="login.user and login.password are not set")
        try:
            return await self._attempt()
        except Blocked as error:
            return SignIn(SignInState.BLOCKED, detail=str(error))
        except Unclear as error:
            raise Retry(f"Signing in got no answer: {error}") from error

    async def _attempt(self) -> SignIn:
        page = await self._session.get(at_root(self._session.base_url, self._login.page), signing_in=True)
        if self._knows_us(page):
            return self._signed_in(page)
        form = find_form(page, self._login.form)
        if self._asks_riddle(page):
            return SignIn(SignInState.CAPTCHA, detail="the forum asks to solve a riddle before signing in")
        if form is None:
            raise Unreadable(f"{page.url} shows no form to sign in: nothing there is a {self._login.form}")
        answer = await self._session.submit(self._filled(form), referer=page.url, age=self._preset.form_age)
        return await self._outcome(answer)

    async def _outcome(self, answer: Page) -> SignIn:
        if self._knows_us(answer):
            return self._signed_in(answer)
        word = said(answer.html, self._preset)
        if self._asks_riddle(answer) or (word and word.meaning == "captcha"):
            return SignIn(SignInState.CAPTCHA, detail=word.words if word else "")
        if word and word.meaning in {"busy", "flood", "token"}:
            raise Retry(f"The forum did not let us sign in now: {word.words}", after=word.wait)
        if word and word.meaning in {"wrong_password", "refused", "forbidden"}:
            return SignIn(SignInState.REFUSED, detail=word.words)
        greeted = at_root(self._session.base_url, self._login.home)  # some greet on a page of their own
        home = await self._session.get(greeted, signing_in=True)
        if self._knows_us(home):
            return self._signed_in(home)
        return SignIn(SignInState.REFUSED, detail=" ".join(messages(answer.html, self._preset))[:300])

    def _filled(self, form: Form) -> Form:
        credentials = self._session.credentials
        if credentials is None or credentials.password is None:
            return form
        names = {self._login.user: credentials.user, self._login.password: credentials.password.get_secret_value()}
        filled = form.filled({**form.fitting(self._login.fields), **names})
        return filled.pressing(self._login.button) if self._login.button else filled

    def _signed_in(self, page: Page) -> SignIn:
        self._session.signed_in = True
        name = self._session.credentials.user if self._session.credentials else ""
        root = LexborHTMLParser(page.html).root
        return SignIn(SignInState.OK, Author(name, own_id(root, self._preset) if root is not None else None))

    def _knows_us(self, page: Page) -> bool:
        root = LexborHTMLParser(page.html).root
        return root is not None and any_present(self._preset.signed_in, root)

    def _asks_riddle(self, page: Page) -> bool:
        root = LexborHTMLParser(page.html).root
        return root is not None and any_present(self._login.captcha, root)
