"""A call's fields and files as the multipart body that Deskie's API takes: PHP's bracket names, files under
``attachments``. Knows no call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aiohttp import MultipartWriter, payload
from aiohttp.hdrs import CONTENT_DISPOSITION, CONTENT_TYPE

from forum_bridge.model import Upload


def multipart(body: Mapping[str, object], files: Sequence[Upload]) -> MultipartWriter:
    """Return the body of a write. ``body`` has one key, the wrapper (``message``), under which the files go too:
    ``message[attachments][0]``. Files are read from where they stand while they are sent."""
    writer = MultipartWriter("form-data")
    (wrapper,) = body
    for name, value in _flat(wrapper, body[wrapper]):
        field = payload.StringPayload(value)
        field.headers[CONTENT_DISPOSITION] = f'form-data; name="{_quoted(name)}"'
        writer.append_payload(field)
    for index, file in enumerate(files):
        file.content.seek(0)
        part = payload.BufferedReaderPayload(file.content, headers={CONTENT_TYPE: file.mime})
        # As browsers write it: PHP reads neither filename* nor a name in percents.
        place = f"{wrapper}[attachments][{index}]"
        part.headers[CONTENT_DISPOSITION] = f'form-data; name="{_quoted(place)}"; filename="{_quoted(file.name)}"'
        writer.append_payload(part)
    return writer


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flat(f"{name}[{index}]", inner)
    elif isinstance(value, bool):
        yield name, "1" if value else "0"
    else:
        yield name, str(value)


def _quoted(text: str) -> str:
    """Escape as in https://html.spec.whatwg.org/#multipart-form-data."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
