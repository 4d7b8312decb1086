"""Forms of a page as a browser would send them. Knows HTML (https://html.spec.whatwg.org/#constructing-the-form-data-set),
not what any field means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup, Tag

from forum_bridge.errors import Unreadable
from forum_bridge.model import Upload
from forum_bridge.web import charset as charsets
from forum_bridge.web.address import absolute
from forum_bridge.web.page import Page

Fields = tuple[tuple[str, str], ...]

_BUTTONS = frozenset(("submit", "image"))
_SILENT = frozenset(("button", "reset"))


@dataclass(frozen=True, slots=True)
class Form:
    """A form with the values it would send if submitted now, duplicates kept, in the order of the page.
    ``action`` is absolute, ``method`` is GET or POST, ``charset`` is what its text is encoded in. ``unset`` names what
    can be filled but is not sent as it stands (an unticked box), ``buttons`` are what can be pressed. ``takes`` names
    the fields for files, ``files`` are those it carries."""

    action: str
    method: str = "POST"
    fields: Fields = field(default=(), repr=False)  # a password may be among them
    charset: str = "utf-8"
    multipart: bool = False
    unset: frozenset[str] = frozenset()
    buttons: Fields = ()
    takes: tuple[str, ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()

    def fitting(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return those of the values for whose names the form has a field, be it a box that is not ticked."""
        names = {name for name, _ in self.fields} | self.unset
        return {name: value for name, value in values.items() if name in names}

    def filled(self, values: Mapping[str, str]) -> Form:
        """Return the form with these fields set; where a name stands several times, one of it remains.

        Raises Unreadable, naming the fields that exist, for a name that the form does not have."""
        names = {name for name, _ in self.fields} | self.unset
        if unknown := sorted(set(values) - names):
            raise Unreadable(f"The form has no field {', '.join(unknown)}; it has {_listed(names)}.")
        left = dict(values)
        fields: list[tuple[str, str]] = []
        for name, value in self.fields:
            if name not in values:
                fields.append((name, value))
            elif name in left:
                fields.append((name, left.pop(name)))
        return replace(self, fields=(*fields, *left.items()), unset=self.unset - set(left))

    def carrying(self, files: Iterable[tuple[str, Upload]]) -> Form:
        """Return the form with these files, each in the field of that name; they stay open.

        Raises Unreadable for a field that the form does not have, and for a form that browsers would send the bare
        names of files with."""
        chosen = tuple(files)
        if unknown := sorted({name for name, _ in chosen} - set(self.takes)):
            raise Unreadable(
                f"The form has no field for files {', '.join(unknown)}; it has {_listed(set(self.takes))}."
            )
        if chosen and not (self.multipart and self.method == "POST"):
            raise Unreadable("The form is not made to carry files: it is not multipart/form-data.")
        return replace(self, files=(*self.files, *chosen))

    def pressing(self, name: str) -> Form:
        """Return the form as its button ``name`` submits it.

        Raises Unreadable, naming the buttons that exist, for one that the form does not have."""
        for button in self.buttons:
            if button[0] == name:
                return replace(self, fields=(*self.fields, button))
        raise Unreadable(f"The form has no button {name}; it has {_listed({button for button, _ in self.buttons})}.")


def find_forms(page: Page) -> list[Form]:
    """Return every form of the page, in order."""
    soup = _soup(page)
    return [_form(form, soup, page) for form in soup.find_all("form")]


def find_form(page: Page, selector: str) -> Form | None:
    """Return the form that the first match of the CSS ``selector`` is or lies in, None if there is none."""
    soup = _soup(page)
    found = soup.select_one(selector)
    form = found if found is None or found.name == "form" else _owner(found, soup)
    return _form(form, soup, page) if form is not None else None


def _soup(page: Page) -> BeautifulSoup:
    return BeautifulSoup(page.html, "lxml", multi_valued_attributes=None)


def _form(form: Tag, soup: BeautifulSoup, page: Page) -> Form:
    controls = [tag for tag in soup.find_all(("input", "select", "textarea", "button")) if _name(tag)]
    fields: list[tuple[str, str]] = []
    unset: set[str] = set()
    buttons: list[tuple[str, str]] = []
    takes: list[str] = []
    for control in controls:
        if _owner(control, soup) is not form or _disabled(control):
            continue
        name, kind = _name(control), _kind(control)
        if kind in _BUTTONS:
            buttons.append((name, _attribute(control, "value")))
        elif kind == "file":
            takes.append(name)
        elif kind not in _SILENT:
            values = list(_values(control, kind))
            fields += [(name, value) for value in values]
            unset |= set() if values else {name}
    return Form(
        action=_action(form, soup, page),
        method="POST" if _attribute(form, "method").strip().lower() == "post" else "GET",
        fields=tuple(fields),
        charset=_charset(form, page),
        multipart=_attribute(form, "enctype").strip().lower() == "multipart/form-data",
        unset=frozenset(unset - {name for name, _ in fields}),
        buttons=tuple(buttons),
        takes=tuple(takes),
    )


def _owner(tag: Tag, soup: BeautifulSoup) -> Tag | None:
    if named := _attribute(tag, "form"):
        return soup.find("form", id=named)
    return tag.find_parent("form")


def _disabled(control: Tag) -> bool:
    return control.has_attr("disabled") or control.find_parent("fieldset", disabled=True) is not None


def _kind(control: Tag) -> str:
    if control.name == "input":
        return _attribute(control, "type").strip().lower() or "text"
    if control.name == "button":
        return _attribute(control, "type").strip().lower() or "submit"
    return control.name


def _values(control: Tag, kind: str) -> Iterator[str]:
    if kind in ("checkbox", "radio"):
        if control.has_attr("checked"):
            yield _attribute(control, "value") if control.has_attr("value") else "on"
    elif kind == "select":
        yield from _chosen(control)
    elif kind == "textarea":
        # A line break right after the tag is the page author's, not the text's.
        yield control.get_text().replace("\r\n", "\n").removeprefix("\n")
    else:
        yield _attribute(control, "value")


def _chosen(select: Tag) -> Iterator[str]:
    options = [option for option in select.find_all("option") if not option.has_attr("disabled")]
    chosen = [option for option in options if option.has_attr("selected")]
    if not select.has_attr("multiple"):
        chosen = chosen[-1:] or options[:1]
    for option in chosen:
        yield _attribute(option, "value") if option.has_attr("value") else " ".join(option.get_text().split())


def _action(form: Tag, soup: BeautifulSoup, page: Page) -> str:
    action = _attribute(form, "action").strip()
    if not action:
        return page.url.partition("#")[0]
    base = soup.find("base", href=True)
    here = absolute(page.url, _attribute(base, "href")) if base else page.url
    return absolute(here, action)


def _charset(form: Tag, page: Page) -> str:
    labels = _attribute(form, "accept-charset").replace(",", " ").split()
    return next((name for label in labels if (name := charsets.known(label))), page.charset)


def _name(control: Tag) -> str:
    return _attribute(control, "name")


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else ""


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
