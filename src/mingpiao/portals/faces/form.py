"""A face as the members of a form, `face/` and the path of each value in the template, and back.

What is typed stays as it was typed: the page is drawn from the texts, a template is made only to check and to
draw it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date, read_typed_decimal, read_whole
from mingpiao.layout.model import FaceTemplate, FaceVersion

PREFIX = "face/"
#: Paths of lists, and what a new member of each looks like.
LISTS: Mapping[str, dict[str, str]] = {
    "fields": {
        "label": "新栏目：",
        "value": "remark",
        "box/x": "40",
        "box/y": "132",
        "box/width": "40",
        "box/height": "5",
        "size": "",
    },
    "continued_fields": {
        "label": "新栏目：",
        "value": "remark",
        "box/x": "10",
        "box/y": "132",
        "box/width": "40",
        "box/height": "5",
        "size": "",
    },
    "table/columns": {"title": "新列", "value": "remark", "width": "15", "align": "left"},
    "list/columns": {"title": "新列", "value": "remark", "width": "15", "align": "left"},
    "info/fields": {"label": "新项目：", "value": "remark", "span": "1", "optional": "1"},
    "lines": {"x1": "10", "y1": "20", "x2": "60", "y2": "20", "thickness": "0.2"},
}
_LONGEST_TEXT = 200
_MOST_MEMBERS = 1_900
_WHOLE = re.compile(r"(^|/)(panels|rows|span)$|^info/columns$")
_COLOUR = re.compile(r"^(ink|red/colour)$")
_FLAG = re.compile(r"/(optional|clear_of_seal)$")
_TEXT = re.compile(r"^(key|name)$|/(label|value|title|align|heading|mark|sentence|\w+_suffix|\w+_label)$")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_OPTIONAL = re.compile(r"^(continued_)?fields/\d+/size$")
_OPERATION = re.compile(r"(add|remove|up|down):([a-z_/]+?)(?:/(\d{1,3}))?")


class FaceForm(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the designer's form, as text; `revision` is that of the draft that was opened."""

    texts: dict[str, str]
    valid_from: str
    note: str = ""
    revision: int = 0
    sample: str = ""

    def text(self, path: str) -> str:
        """What stands in the input of a path."""
        return self.texts.get(path, "")

    def count(self, path: str) -> int:
        """How many members a list has."""
        found = {name[len(path) + 1 :].split("/")[0] for name in self.texts if name.startswith(f"{path}/")}
        return len(found)

    def template(self) -> FaceTemplate:
        """The face that was typed. Raises `Refusal` naming each value that is no number or colour."""
        problems: list[Problem] = []
        tree: dict[str, Any] = {}
        for path, text in self.texts.items():
            value = _value(path, text, problems)
            _put(tree, path, value)
        if problems:
            raise Refusal(*problems)
        for path in LISTS:
            _make_list(tree, path.split("/"))
        try:
            return msgspec.convert(tree, FaceTemplate)
        except msgspec.ValidationError as error:
            message = f"票面内容不完整（{error}），请重新打开制样页面。"
            raise Refusal(Problem(code="face.form_malformed", message=message, status=422)) from error

    def first_day(self) -> Any:
        """The first day that was typed. Raises `Refusal` (`face.day_malformed`)."""
        day = read_date(self.valid_from)
        if day is None:
            message = "请填写启用日期，如 2026-12-01。"
            raise Refusal(Problem(code="face.day_malformed", message=message, field="valid_from", status=422))
        return day


def form_of(version: FaceVersion, sample: str = "") -> FaceForm:
    """A saved version as the content of the form."""
    return FaceForm(
        texts=dict(_flat("", msgspec.to_builtins(version.template))),
        valid_from=max(version.valid_from, today()).isoformat(),
        note=version.note,
        revision=version.revision,
        sample=sample,
    )


def form_from(members: Mapping[str, str]) -> FaceForm:
    """The form from its members as they were sent."""
    texts = {
        name[len(PREFIX) :]: _clean(text)[:_LONGEST_TEXT]
        for name, text in members.items()
        if name.startswith(PREFIX)
    }
    return FaceForm(
        texts=dict(list(texts.items())[:_MOST_MEMBERS]),
        valid_from=_clean(members.get("valid_from", "")).strip(),
        note=_clean(members.get("note", ""))[:500],
        revision=read_whole(members.get("revision", ""), digits=9) or 0,
        sample=_clean(members.get("sample", ""))[:40],
    )


def _clean(text: str) -> str:
    """Without NUL, which the database cannot store."""
    return text.replace("\x00", "")


def changed(form: FaceForm, operation: str) -> FaceForm:
    """The form after `add:…`, `remove:…`, `up:…` or `down:…` of a member of a list; as it was for any other
    word.
    """
    match = _OPERATION.fullmatch(operation)
    if match is None or match[2] not in LISTS:
        return form
    verb, path, place = match[1], match[2], read_whole(match[3] or "", digits=3)
    members = [_member(form, path, index) for index in range(form.count(path))]
    members = _rearranged(members, verb, place, LISTS[path])
    kept = {name: text for name, text in form.texts.items() if not name.startswith(f"{path}/")}
    for index, member in enumerate(members):
        kept |= {f"{path}/{index}/{name}": text for name, text in member.items()}
    return msgspec.structs.replace(form, texts=kept)


def _rearranged(
    members: list[dict[str, str]], verb: str, place: int | None, fresh: dict[str, str]
) -> list[dict[str, str]]:
    if verb == "add":
        return [*members, dict(fresh)]
    if place is None or place >= len(members):
        return members
    moved = members.pop(place)
    if verb == "remove":
        return members
    members.insert(max(0, place - 1) if verb == "up" else place + 1, moved)
    return members


def _member(form: FaceForm, path: str, index: int) -> dict[str, str]:
    prefix = f"{path}/{index}/"
    return {name[len(prefix) :]: text for name, text in form.texts.items() if name.startswith(prefix)}


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if _COLOUR.search(path):
        yield path, "#" + "".join(f"{part:02x}" for part in value)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _flat(f"{path}/{name}" if path else name, member)
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            yield from _flat(f"{path}/{index}", member)
    elif isinstance(value, bool):
        yield path, "1" if value else "0"
    elif value is None:
        yield path, ""
    else:
        yield path, f"{value:g}" if isinstance(value, float) else str(value)


def _value(path: str, text: str, problems: list[Problem]) -> Any:
    if _TEXT.search(path):
        return text
    if _FLAG.search(path):
        return text == "1"
    if _COLOUR.search(path):
        return _colour(path, text, problems)
    if not text.strip() and _OPTIONAL.search(path):
        return None
    if _WHOLE.search(path):
        whole = read_whole(text.strip(), digits=3)
        if whole is None:
            problems.append(_wrong(path, "请填写整数，如 3。"))
        return whole
    number = read_typed_decimal(text)
    if number is None or abs(number) > 1000:
        problems.append(_wrong(path, "请填写毫米数，如 12.5。"))
        return 0.0
    return round(float(number), 3)


def _colour(path: str, text: str, problems: list[Problem]) -> tuple[int, ...]:
    if _HEX.fullmatch(text.strip()) is None:
        problems.append(_wrong(path, "请选择颜色，写成 #963428 的样子。"))
        return (0, 0, 0)
    return tuple(bytes.fromhex(text.strip()[1:]))


def _wrong(path: str, message: str) -> Problem:
    return Problem(code="face.value_malformed", message=message, field=path, status=422)


def _put(tree: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split("/")
    inner: Any = tree
    for name in above:
        inner = inner.setdefault(name, {})
        if not isinstance(inner, dict):
            return
    inner[last] = value


def _make_list(tree: dict[str, Any], path: list[str]) -> None:
    *above, last = path
    inner: Any = tree
    for name in above:
        inner = inner.get(name)
        if not isinstance(inner, dict):
            return
    members = inner.get(last, {})
    if isinstance(members, dict):
        ordered = sorted(members, key=lambda name: read_whole(name, digits=4) or 0)
        inner[last] = [members[name] for name in ordered]
