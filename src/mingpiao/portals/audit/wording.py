"""The audit trail in the users' language, in the words of the rooms that record it.

What has no word is shown as stored: a trail may be older than the words.
"""

from mingpiao.house.rooms import room_of_action


def action_label(action: str) -> str:
    """What was done, in Chinese."""
    return room_of_action(action).actions.get(action, action)


def details_text(action: str, details: dict[str, str]) -> str:
    """The details as one line, each under its Chinese name; empty ones are left out."""
    room = room_of_action(action)
    sort = action.partition(":")[0]
    told = {
        name: room.values.get((sort, name), {}).get(value, value) for name, value in details.items() if value
    }
    return "；".join(f"{room.details.get(name, name)}：{value}" for name, value in told.items())
