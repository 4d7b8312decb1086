"""Files by the extension fof/upload, which most forums with Flarum have: how they are handed over, and how a post shows
them. Pure.

https://github.com/FriendsOfFlarum/upload, src/Api/Controllers/UploadController.php, src/Templates,
resources/templates."""

from __future__ import annotations

from forum_bridge.errors import FilesRefused, SignInNeeded
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import nodes, text, within
from forum_bridge.forums.engines.flarum import writing
from forum_bridge.markup.tree import Element, rewritten
from forum_bridge.model import Attachment, Upload

_FILE = "data-fof-upload-download-uuid"
_PICTURE = "FoFUpload--Upl-Image-Preview"


def allowed(document: object) -> bool:
    """Whether the forum has the extension and our account may upload, as the document of the forum says."""
    return within(document, "data", "attributes", "fof-upload.canUpload") is True


def uploaded(told: Told, file: Upload) -> str:
    """Return what shows a file in a post. Raises FilesRefused: it is not taken; SignInNeeded."""
    if told.taken:
        (first, *_) = nodes(within(told.document, "data"), "list of files") or [{}]
        if (form := text(within(first, "attributes", "bbcode"))) is not None:
            return form
    why = writing.refusal(told)
    if isinstance(why, SignInNeeded):
        raise why
    raise FilesRefused(f"The forum does not take {file.name}: {why}")


def shown(name: str, file: Upload, form: str) -> str:  # noqa: ARG001 -- as ``naming.with_files`` calls it
    """Return how a post names a file and shows it."""
    return f"📎 {name}\n\n{form}"


def taken_out(html: str, root: str) -> tuple[str, tuple[Attachment, ...]]:
    """Return a post's HTML without what shows its files, and these. The address is the one without a session."""
    if "fof-upload" not in html and "FoFUpload" not in html:
        return html, ()
    found: list[Attachment] = []

    def instead(element: Element) -> str | None:
        file = _file(element, root)
        found.extend([file] if file is not None else [])
        return None if file is None else ""

    return rewritten(html, lambda body: body.replacing(instead)), tuple(found)


def _file(element: Element, root: str) -> Attachment | None:
    if uuid := element.attrs.get(_FILE):
        label = element.first(_is_label)
        return Attachment(f"{root}/api/fof/download/{uuid}", label.text().strip() if label is not None else "")
    source = element.attrs.get("src")
    if element.tag == "img" and _PICTURE in element.classes and source:
        return Attachment(source, source.rpartition("/")[2])
    return None


def _is_label(element: Element) -> bool:
    return "title" in element.classes or ("Button" in element.classes and "Button--icon" not in element.classes)
