"""XenForo's pages over the same board as its API: routes are translated, a pinned first post stands on every page, what
is wrong is told by a page of its own, and whoever posts is led to the post."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_hex

from aiohttp import web
from tests.engines import xenforo_theme as theme
from tests.engines.xenforo import PER_PAGE, Entry, Member, Thread, XenForoBoard

SECURITY = "Security error occurred. Please press back, refresh the page, and try again."


class XenForoPages:
    """Shows a board to people. ``pinned`` are the kinds of threads whose first post stands above the others."""

    def __init__(self, board: XenForoBoard, *, modern: bool = True) -> None:
        self.board, self.theme = board, theme.Theme(modern)
        self.pinned = {"question", "article"}
        self.by_votes = False  # questions show what was voted for first, unless they are asked for in another order
        self.captcha = self.two_step = self.closed_to_guests = False
        self.spoiled = 0  # tokens of forms that will be refused
        self.sessions: dict[str, Member] = {}
        self.tokens: set[str] = set()
        self.asked: list[str] = []
        self.sent: list[dict[str, str]] = []
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/", self._home),
            ("GET", "/login/", self._login),
            ("POST", "/login/login", self._sign_in),
            ("GET", r"/konu/{slug:[^/]*\.}{id:\d+}/", self._thread),
            ("GET", r"/konu/{id:\d+}/", self._untitled),
            ("GET", r"/konu/{slug:[^/]*\.}{id:\d+}/page-{page:\d+}", self._thread),
            ("GET", r"/konu/{slug:[^/]*\.}{id:\d+}/post-{post:\d+}", self._post),
            ("GET", r"/mesaj/{post:\d+}/", self._post),
            ("POST", r"/konu/{slug:[^/]*\.}{id:\d+}/add-reply", self._reply),
            ("GET", "/bolum/{slug}/", self._forum),
            ("GET", r"/bolum/{slug}/page-{page:\d+}", self._forum),
        ]
        for method, path, handler in routes:
            board.app.router.add_route(method, path, handler)

    async def _home(self, request: web.Request) -> web.Response:
        return self._page(request, "forum_list", '<div class="block">Forumlar</div>')

    async def _login(self, request: web.Request) -> web.Response:
        return self._login_page(request, "")

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        asked = await request.post()
        if asked.get("_xfToken") not in self.tokens:
            return self._error(
                request, "Security error occurred. Please press back, refresh the page, and try again.", 400
            )
        member = next((each for each in self.board.members if each.name == asked.get("login")), None)
        if member is None or not member.password or asked.get("password") != member.password:
            return self._login_page(request, "Parola yanlış. Lütfen tekrar deneyin.")
        if self.two_step:
            form = '<form action="/login/two-step" method="post"><dl class="formRow">Doğrulama kodu</dl></form>'
            return self._page(request, "login_two_step", form)
        session = token_hex(8)
        self.sessions[session] = member
        answer = web.HTTPSeeOther("/")
        answer.set_cookie("xf_session", session)
        raise answer

    async def _untitled(self, request: web.Request) -> web.Response:
        thread = self.board.threads[int(request.match_info["id"])]
        raise web.HTTPMovedPermanently(f"{theme.address(thread)}?{request.query_string}")

    async def _thread(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        thread, actor = self.board.threads.get(int(request.match_info["id"])), self._actor(request)
        if thread is None or thread.state == "deleted":
            return self._error(request, "İstenen konu bulunamadı.", 404)
        if actor is None and self.closed_to_guests:
            return self._login_page(request, "Bunu yapmak için giriş yapmalısınız.", 403)
        entries = self._listed(thread, actor)
        order = request.query.get("order")
        if thread.kind == "question" and self.by_votes and order != "post_date":
            entries.sort(key=lambda each: each.id != thread.solution)
        last = max(1, -(-len(entries) // PER_PAGE))
        page = int(request.match_info.get("page", "1"))
        if page > last:
            raise web.HTTPSeeOther(theme.address(thread, last))
        query = f"?order={order}" if order is not None and self.by_votes else ""
        numbers = theme.navigation(theme.address(thread), page, last, query)
        return self._page(request, "thread_view", self._shown(thread, entries, page, numbers, actor), thread)

    async def _post(self, request: web.Request) -> web.Response:
        found, actor = self.board.thread_of(int(request.match_info["post"])), self._actor(request)
        if found is None:
            return self._error(request, "İstenen mesaj bulunamadı.", 404)
        thread, entry = found
        place = self._listed(thread, actor).index(entry)
        raise web.HTTPMovedPermanently(f"{theme.address(thread, place // PER_PAGE + 1)}#post-{entry.id}")

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        asked = {name: str(value) for name, value in (await request.post()).items()}
        actor, thread = self._actor(request), self.board.threads[int(request.match_info["id"])]
        if asked.get("_xfToken") not in self.tokens:
            return self._error(
                request, "Security error occurred. Please press back, refresh the page, and try again.", 400
            )
        if actor is None:
            return self._login_page(request, "Bunu yapmak için giriş yapmalısınız.", 403)
        if not thread.open:
            return self._error(request, "Bu işlem için izniniz yok: konu kapalı.", 403)
        if not asked.get("message", "").strip():  # where the field is there, the editor's HTML counts for nothing
            return self._error(request, "Lütfen geçerli bir mesaj girin.")
        if self.board.flood:
            return self._error(request, f"Bu işlemi yapmadan önce en az {self.board.flood} saniye beklemelisiniz.")
        self.sent.append(asked)
        state = "moderated" if self.board.moderated else "visible"
        entry = self.board.write(thread, actor, asked["message"], state=state)
        if self.board.cut:
            self.board.cut = False
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        raise web.HTTPSeeOther(f"/mesaj/{entry.id}/")

    async def _forum(self, request: web.Request) -> web.Response:
        threads = sorted(self.board.threads.values(), key=lambda each: each.visible[-1].time, reverse=True)
        plain = [each for each in threads if not each.sticky]
        page, last = int(request.match_info.get("page", "1")), max(1, -(-len(plain) // PER_PAGE))
        shown = "".join(map(self.theme.row, plain[(page - 1) * PER_PAGE : page * PER_PAGE]))
        on_top = "".join(self.theme.row(each) for each in threads if each.sticky and page == 1)
        none = '<div class="structItem js-emptyThreadList"><div class="structItem-cell">Konu yok.</div></div>'
        body = f"""<div class="block" data-type="thread"><div class="block-container"><div class="structItemContainer">
        <div class="structItemContainer-group structItemContainer-group--sticky">{on_top}</div>
        <div class="structItemContainer-group js-threadList">{shown or none}</div>
        </div></div>{theme.navigation("/bolum/yardim.2/", page, last)}</div>"""
        return self._page(request, "forum_view", body)

    def _actor(self, request: web.Request) -> Member | None:
        return self.sessions.get(request.cookies.get("xf_session", ""))

    def _listed(self, thread: Thread, actor: Member | None) -> list[Entry]:
        """Return what somebody is shown: authors see what of theirs waits; a pinned post is none of the list."""
        mine = [each for each in thread.entries if each.state == "moderated" and actor and each.author is actor]
        entries = [each for each in thread.entries if each in self.board.seen_by(thread, actor) or each in mine]
        return entries[1:] if thread.kind in self.pinned else entries

    def _shown(self, thread: Thread, entries: list[Entry], page: int, numbers: str, actor: Member | None) -> str:
        def article(entry: Entry) -> str:
            return self.theme.article(thread, entry, self.board.url)

        solution = next((article(each) for each in thread.entries if each.id == thread.solution), "")
        pinned = article(thread.entries[0]) if thread.kind in self.pinned else ""
        form = theme.reply_form(thread) if actor is not None and thread.open else ""
        shown = map(article, entries[(page - 1) * PER_PAGE : page * PER_PAGE])
        return theme.thread_view(thread, shown, pinned, solution, numbers, form)

    def _page(
        self, request: web.Request, template: str, content: str, thread: Thread | None = None, status: int = 200
    ) -> web.Response:
        token = f"{int(self.board.now().timestamp())},{token_hex(16)}"
        self.tokens.add(token)
        html = theme.page(template, content, thread=thread, member=self._actor(request), token=token)
        return web.Response(text=html, content_type="text/html", status=status)

    def _error(self, request: web.Request, words: str, status: int = 200) -> web.Response:
        return self._page(request, "error", f'<div class="blockMessage">{words}</div>', status=status)

    def _login_page(self, request: web.Request, words: str, status: int = 200) -> web.Response:
        form = theme.login(words, f"{self.board.url}/", captcha=self.captcha)
        return self._page(request, "login", form, status=status)
