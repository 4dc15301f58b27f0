"""Fills a page's form in with what was typed before: the HTML stays the same, only its fields change.

Works on any rendered page, so no page has to support it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser

import msgspec
from markupsafe import escape

from mingpiao.portals.kept import CSRF_FIELD, KEPT_FIELD

Members = Sequence[tuple[str, str]]
#: Inputs whose value is what is sent; all other types are left unchanged.
_UNTOUCHED = frozenset({"file", "password", "submit", "button", "image", "reset"})
_TICKED = frozenset({"checkbox", "radio"})


class _Form(msgspec.Struct):
    """A form of a page: the address that it posts to, the names of its fields, and what it sends unchanged.

    `folds` are the places of the `<details>` around it, which must be open to make it visible.
    """

    place: int
    action: str
    folds: tuple[int, ...]
    names: Counter[str]
    fixed: set[tuple[str, str]]
    buttons: set[str]


class Refilled(msgspec.Struct, frozen=True, kw_only=True):
    """A page with its form filled in; `lost` are texts for which the page has no field."""

    html: str
    found: bool
    lost: tuple[str, ...]


def refill(html: str, address: str, members: Members, *, form_id: str, built: bool = False) -> Refilled:
    """Fill in the form of a page that posts to `address`; if there are several, the most similar one.

    Hidden fields are filled in too, except the CSRF token: a revision must be the one that the person saw. A
    page that was `built` from the members only gets the form's id; its form may post to an address above.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    form = _choose(reader.forms, address, members, above=built)
    if form is None:
        return Refilled(html=html, found=False, lost=tuple(_texts(members, Counter(), set())))
    writer = _Writer(form, members, form_id, fill=not built)
    writer.feed(html)
    writer.close()
    lost = () if built else tuple(_texts(members, form.names, form.buttons))
    return Refilled(html="".join(writer.pieces), found=True, lost=lost)


def _choose(forms: Iterable[_Form], address: str, members: Members, *, above: bool) -> _Form | None:
    posting = [form for form in forms if form.action == address]
    if not posting and above:
        posting = [form for form in forms if address.startswith(form.action + "/")]
    given = set(members)
    names = {name for name, _ in members}
    return max(
        posting, key=lambda form: (len(form.fixed & given), len(form.names.keys() & names)), default=None
    )


def _texts(members: Members, names: Counter[str], buttons: set[str]) -> Iterable[str]:
    """Texts that no field takes, except those of buttons."""
    left = Counter(names)
    for name, value in members:
        if left[name] > 0:
            left[name] -= 1
        elif value.strip() and name not in buttons and name not in names:
            yield value


def _given(attributes: list[tuple[str, str | None]]) -> dict[str, str]:
    return {name: value or "" for name, value in attributes}


class _Reader(HTMLParser):
    """Finds the forms of a page that use POST."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_Form] = []
        self._place = -1
        self._open: _Form | None = None
        self._folds: list[int] = []
        self._next_fold = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = _given(attrs)
        if tag == "details":
            self._folds.append(self._next_fold)
            self._next_fold += 1
        elif tag == "form":
            self._place += 1
            if given.get("method", "").lower() == "post":
                self._open = _Form(
                    self._place, given.get("action", ""), tuple(self._folds), Counter(), set(), set()
                )
                self.forms.append(self._open)
        elif self._open is not None and given.get("name"):
            self._note(self._open, tag, given)

    def _note(self, form: _Form, tag: str, given: dict[str, str]) -> None:
        name, value = given["name"], given.get("value", "")
        if tag == "button" or given.get("type") == "submit":
            form.buttons.add(name)
            form.fixed.add((name, value))
        elif tag in {"input", "select", "textarea"}:
            form.names[name] += 1
            if given.get("type") == "hidden":
                form.fixed.add((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "details" and self._folds:
            self._folds.pop()


class _Writer(HTMLParser):
    """Copies a page unchanged, and fills in one of its forms."""

    def __init__(self, form: _Form, members: Members, form_id: str, *, fill: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self._form = form
        self._form_id = form_id
        self._fill = fill
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in members:
            self._values[name].append(value)
        self._all = {name: set(values) for name, values in self._values.items()}
        self._place = -1
        self._inside = False
        self._fold = -1
        self._select = ""
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        given = _given(attrs)
        if tag == "form":
            self._place += 1
            self._inside = self._place == self._form.place
            if self._inside:
                text += f'<input type="hidden" name="{KEPT_FIELD}" value="{escape(self._form_id)}">'
        elif tag == "details":
            self._fold += 1
            if self._fold in self._form.folds:
                text = _tag(tag, given | {"open": ""})
        elif self._inside and self._fill:
            text = self._field(tag, given, text)
        self.pieces.append(text)

    def _field(self, tag: str, given: dict[str, str], text: str) -> str:
        name = given.get("name", "")
        if tag == "input":
            return self._input(name, given, text)
        if tag == "textarea" and self._values.get(name):
            self._silent = True
            # HTML ignores a line break directly after the tag.
            return f"{text}\n{escape(self._values[name].pop(0))}"
        if tag == "select":
            self._select = name if name in self._all else ""
        elif tag == "option" and self._select:
            return _switched(tag, given, "selected", given.get("value", "") in self._all[self._select])
        return text

    def _input(self, name: str, given: dict[str, str], text: str) -> str:
        sort = given.get("type", "text").lower()
        if not name or name == CSRF_FIELD or sort in _UNTOUCHED:
            return text
        if sort in _TICKED:
            return _switched("input", given, "checked", given.get("value", "on") in self._all.get(name, ()))
        if not self._values.get(name):
            return text
        return _tag("input", given | {"value": self._values[name].pop(0)})

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._silent = False
        elif tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        self.pieces.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append(self.get_starttag_text() or "")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.pieces.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.pieces.append(f"<!{decl}>")


def _switched(tag: str, given: dict[str, str], attribute: str, on: bool) -> str:
    kept = {name: value for name, value in given.items() if name != attribute}
    return _tag(tag, kept | ({attribute: ""} if on else {}))


def _tag(tag: str, given: dict[str, str]) -> str:
    written = "".join(f' {name}="{escape(value)}"' if value else f" {name}" for name, value in given.items())
    return f"<{tag}{written}>"
