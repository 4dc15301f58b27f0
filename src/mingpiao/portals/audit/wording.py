"""Chinese words for the audit trail, from the rooms and lists that record it.

An action without a word is shown as stored, because lines may be older than the words.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mingpiao.house.rooms import room_of_action, rooms
from mingpiao.identity.model import ChangedValue
from mingpiao.portals.list_model import Listing
from mingpiao.portals.subjects import subjects

#: The details that the export of every list records besides its filter.
_OF_EXPORTS = {"format": "格式", "sort": "排序", "documents": "文件格式", "chosen": "所选"}


def action_label(action: str) -> str:
    """What was done, in Chinese."""
    exported = _exported_by(action)
    return f"导出{exported[0].title}" if exported else room_of_action(action).actions.get(action, action)


def detail_label(action: str, name: str) -> str:
    """The Chinese name of a detail of an action."""
    exported = _exported_by(action)
    if not exported:
        return room_of_action(action).details.get(name, name)
    words = [each.words for listing in exported for each in listing.filters]
    return next((each[name] for each in (_OF_EXPORTS, *words) if name in each), name)


def details_text(action: str, details: dict[str, str]) -> str:
    """The details as one line, each after its Chinese name; empty ones are left out."""
    return "；".join(
        f"{detail_label(action, name)}：{_value(action, name, value)}"
        for name, value in details.items()
        if value
    )


def changed_in_words(action: str, changed: Sequence[ChangedValue]) -> tuple[ChangedValue, ...]:
    """What a change found and left, by Chinese names and in the words of the room."""
    return tuple(
        ChangedValue(
            name=detail_label(action, each.name),
            before=_value(action, each.name, each.before),
            after=_value(action, each.name, each.after),
        )
        for each in changed
    )


def subject_word(subject: str) -> str:
    """What kind of thing a line is about, in Chinese; `subject` is as it is stored."""
    kind = subject.partition(":")[0]
    return next((room.subjects[kind] for room in rooms().values() if kind in room.subjects), kind)


@cache
def subject_kinds() -> tuple[str, ...]:
    """The kinds of things that lines are about, as they are stored."""
    return tuple(dict.fromkeys(kind for room in rooms().values() for kind in room.subjects))


@cache
def all_actions() -> Mapping[str, str]:
    """All actions that rooms and lists record, with their words."""
    told = {action: word for room in rooms().values() for action, word in room.actions.items()}
    exports = {
        listing.export.action
        for subject in subjects()
        for listing in subject.lists
        if listing.export is not None
    }
    return told | {action: action_label(action) for action in exports}


def _value(action: str, name: str, value: str) -> str:
    for listing in _exported_by(action):
        for each in listing.filters:
            if name in each.names:
                return each.told(value)
    return room_of_action(action).values.get((action.partition(":")[0], name), {}).get(value, value)


def _exported_by(action: str) -> Sequence[Listing[Any]]:
    """The lists with this export action; a unit's list and its department's may have the same."""
    return [
        listing
        for subject in subjects()
        for listing in subject.lists
        if listing.export is not None and listing.export.action == action
    ]
