"""Chinese words for the audit trail, from the rooms and lists that record it.

An action without a word is shown as stored, because lines may be older than the words.
"""

from collections.abc import Sequence
from typing import Any

from mingpiao.house.rooms import room_of_action
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
