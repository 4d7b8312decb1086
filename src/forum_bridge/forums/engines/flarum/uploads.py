"""Files by the extension fof/upload, which most forums with Flarum have: how they are handed over, and how a post shows
them. Pure.

https://github.com/FriendsOfFlarum/upload, src/Api/Controllers/UploadController.php, src/Templates,
resources/templates."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import FilesRefused, SignInNeeded
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import nodes, text, within
from forum_bridge.forums.engines.flarum import writing
from forum_bridge.model import Attachment, Upload

_FILE = "[data-fof-upload-download-uuid]"
_PICTURE = "img.FoFUpload--Upl-Image-Preview"


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
    body = LexborHTMLParser(f"<body>{html}</body>").body
    if body is None:
        return html, ()
    found: list[Attachment] = []
    for node in body.css(f"{_FILE}, {_PICTURE}"):
        uuid, source = node.attributes.get("data-fof-upload-download-uuid"), node.attributes.get("src")
        if uuid:
            label = node.css_first(".title, .Button:not(.Button--icon)")
            name = label.text(strip=True) if label is not None else ""
            found.append(Attachment(f"{root}/api/fof/download/{uuid}", name))
        elif source:
            found.append(Attachment(source, source.rpartition("/")[2]))
        else:
            continue
        node.decompose()
    return body.inner_html or "", tuple(found)
