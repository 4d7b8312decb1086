"""What the stand-in for vBulletin does with private messages: a copy of each with a number of its own, for the sender
only if the box is ticked; whoever has as many as they may gets none and sends none; a minute between two; folders tell
days in numbers, a message's page in words; an error shows the form again. As in scripts and templates of 3.8.8 and
4.2.2."""
# ruff: noqa: E501 -- what the engine says

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from tests.engines.classic import Member
from tests.engines.letters import INBOX, SENT, Letter, Letters, Named, page_of
from tests.engines.vbulletin_words import ZONE, letters_of, moment, rendered

if TYPE_CHECKING:
    from tests.engines.vbulletin import VbulletinForum

FLOOD = timedelta(seconds=60)
FOLDERS = {0: INBOX, -1: SENT}
QUOTA = "You have reached your stored private message quota and cannot send any further messages until space has been created."
THEIRS = (
    "has exceeded their stored private messages quota and cannot accept further messages until they clear some space."
)
TURNED_OFF = "has chosen not to receive private messages or may not be allowed to receive private messages."


class VbulletinLetters(Letters):
    """``quota`` is how many messages a member may have; ``ticks``: whether the box for a copy is ticked at first, as the
    account's options have it; ``an_hour``: how many may be sent in 60 minutes (0: any number); ``off`` names those who
    take none; ``ignored`` those whom our account ignores; ``disabled``: the board has none at all.
    ``full`` is what it says to those who may keep no more."""

    def __init__(self, board: VbulletinForum) -> None:
        super().__init__(board.clock, copies=True)
        self.board = board
        self.quota, self.an_hour, self.ticks = 50, 0, False
        self.off: set[str] = set()
        self.ignored: set[str] = set()
        self.disabled, self.full = False, QUOTA

    @property
    def ours(self) -> Member:
        return self.board.members[0]

    async def answer(self, request: web.Request) -> web.Response:
        self.board.asked.append(request.path_qs)
        if not self.board.known(request):
            return self.board.says(request, "You are not logged in or you do not have permission to access this page.")
        if self.disabled:
            return self.board.says(request, "Your administrator has disabled private messaging.")
        if request.method == "POST":
            return await self._insert(request)
        match request.query.get("do"):
            case "showpm":
                return self._message(request)
            case "newpm":
                return self._new(request)
            case _:
                return self._folder(request)

    def _folder(self, request: web.Request) -> web.Response:
        number = int(request.query.get("folderid", "0"))
        letters = self.of(self.ours, FOLDERS[number])
        here = int(request.query.get("page", "1"))
        shown, last = page_of(letters, here)
        stored = sum(each.owner is self.ours for each in self.all)
        about = {"letters": [self._row(each) for each in shown], "folder": number, "here": here, "last": last}
        count = {"total": len(letters), "stored": f"{stored:,}", "quota": f"{self.quota:,}"}
        page = self.board.show(request, f"letters{self.board.style}", {**about, **count})
        self.listed()
        return page

    def _row(self, letter: Letter) -> dict[str, object]:
        time = letter.time.astimezone(ZONE)
        whom = letter.to if letter.folder == SENT else letter.sender
        ignored = whom is not None and whom.name in self.ignored
        return {"letter": letter, "whom": whom, "date": f"{time:%d-%m-%Y}", "hour": f"{time:%H:%M}", "ignored": ignored}

    def _message(self, request: web.Request) -> web.Response:
        letter = self.got(self.ours, int(request.query["pmid"]))
        if letter is None:
            turkish = "Geçersiz Özel Mesaj belirtildi. Bağlantıyı yöneticiye bildirin."
            return self.board.says(request, turkish if self.board.style == 3 else "Invalid Private Message specified.")
        self.opened(letter)
        date, hour = moment(letter.time, self.clock())
        what = {"letter": letter, "date": date, "hour": hour, "html": rendered(letter.text)}
        return self.board.show(request, f"letter{self.board.style}", what)

    def _new(self, request: web.Request) -> web.Response:
        answered = self.got(self.ours, int(request.query.get("pmid", "0")))
        whom = next((each for each in self.board.members if str(each.id) == request.query.get("u")), None)
        if whom is not None and whom.name in self.off:
            return self.board.says(request, f"{whom.name} {TURNED_OFF}")
        form = {"recipients": whom.name if whom else "", "title": "", "message": "", "pmid": ""}
        if answered is not None and answered.sender is not None:
            form["recipients"], form["pmid"] = answered.sender.name, str(answered.id)
            form["title"] = f"Re: {answered.subject.removeprefix('Re: ')}"
            form["message"] = f"[QUOTE={answered.sender.name}]{answered.text}[/QUOTE]"
        if self._throttled():
            return self.board.says(request, f"You may only post {self.an_hour} messages every 60 minutes.")
        return self.board.aged(self._form(request, form))

    async def _insert(self, request: web.Request) -> web.Response:
        form = await self.board.fields(request)
        if form["securitytoken"] != self.board.token:
            return self.board.says(
                request, "Your submission could not be processed because a security token was invalid."
            )
        errors = list(self._refusals(form))
        if errors or "sbutton" not in form or form["wysiwyg"] != "0":
            return self._form(request, form, errors or ["Önizleme"])
        (whom,) = self._named(form)
        answers = int(form["pmid"]) if form["pmid"] else None
        text = letters_of(form["message"]).replace("\r\n", "\n")
        self.send(self.ours, whom, letters_of(form["title"]), text, keep=form.get("savecopy") == "1", answers=answers)
        self.board.lost(request)
        return self.board.leads(request, "Your private message has been sent.", "private.php")

    def _refusals(self, form: dict[str, str]) -> list[str]:
        own = sum(each.owner is self.ours for each in self.all)
        said = [self.full] if own > self.quota or (own == self.quota and form.get("savecopy") == "1") else []
        whom = self._named(form)
        if not form["recipients"].strip():
            said.append("Invalid recipient username. Please press the back button, enter the correct username.")
        elif not whom:
            said.append("The following users were not found: ")
        said += [f"{each.name} {TURNED_OFF}" for each in whom if each.name in self.off]
        said += [f"{each.name} {THEIRS}" for each in whom if self._has(each) >= self.quota]
        if not (form["title"].strip() and form["message"].strip()):
            said.append("Please complete both the subject and message fields.")
        last = max((each.time for each in self.all if each.sender is self.ours), default=None)
        if last is not None and (waited := self.clock() - last) < FLOOD:
            words = "This forum requires that you wait 60 seconds between sending private messages."
            said.append(f"{words} Please try again in {(FLOOD - waited).seconds} seconds.")
        return said

    def _has(self, whom: Named) -> int:
        return sum(each.owner is whom for each in self.all)

    def _throttled(self) -> bool:
        sent = {each.time for each in self.all if each.sender is self.ours}
        return 0 < self.an_hour <= sum(each > self.clock() - timedelta(hours=1) for each in sent)

    def _named(self, form: dict[str, str]) -> list[Member]:
        return [each for each in self.board.members if each.name == form["recipients"].strip()]

    def _form(self, request: web.Request, form: dict[str, str], errors: list[str] | None = None) -> web.Response:
        ticked = "savecopy" in form if errors else self.ticks
        return self.board.show(request, "compose", {"form": form, "errors": errors or [], "ticked": ticked})
