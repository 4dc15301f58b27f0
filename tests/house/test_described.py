"""Rooms describe themselves: nothing that a person may see of a room lacks a word."""

import ast
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from unittest.mock import AsyncMock, MagicMock

import msgspec
import pytest

import mingpiao
from mingpiao.evidence.room import READERS
from mingpiao.house.finding import room_settings
from mingpiao.house.opening import DATABASE, FILES, MASTER_KEY, NOTICES, SITE, House, Service, Site
from mingpiao.house.rooms import duties, jobs, locks, rooms
from mingpiao.portals.audit.wording import action_label
from mingpiao.sealing.settings import SealingSettings
from mingpiao.settings import Settings, load, variables

SOURCE = Path(mingpiao.__file__).parent
_CHINESE = re.compile(r"[一-鿿]")
_ACTION = re.compile(r"^[a-z_]+:[a-z_]+$")
#: Texts of the same shape that are no actions: who acts, and a subject that nobody knows.
_NO_ACTIONS = re.compile(r"^(system:.*|account:unknown)$")


def _strings() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        if file.name != "room.py":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.setdefault(node.value, f"{file.relative_to(SOURCE)}:{node.lineno}")
    return found


def test_every_action_that_is_recorded_has_words() -> None:
    used = {text: place for text, place in _strings().items() if _ACTION.match(text)}
    without = {text: place for text, place in used.items() if not _NO_ACTIONS.match(text)}
    assert {text: place for text, place in without.items() if action_label(text) == text} == {}
    assert len(without) > 30, "the search finds the actions that it is about"


def test_an_action_belongs_to_one_room() -> None:
    actions = Counter(action for room in rooms().values() for action in room.actions)
    assert [action for action, count in actions.items() if count > 1] == []


def test_everything_has_chinese_words() -> None:
    words = [
        *((f"duty {duty.name}", duty.label) for duty in duties()),
        *((f"job {job.name}", job.label) for job in jobs()),
        *((f"lock {lock.reason}", lock.label) for lock in locks().values()),
        *((f"lock {lock.reason}", lock.message) for lock in locks().values()),
        *(
            (f"{name}: {key}", label)
            for name, room in rooms().items()
            for given in (room.actions, room.details, *room.values.values())
            for key, label in given.items()
            # The name of the hash is the same in Chinese.
            if label != "SM3"
        ),
    ]
    assert [what for what, label in words if not _CHINESE.search(label)] == []


def test_names_are_given_once() -> None:
    for names in (
        [duty.name for duty in duties()],
        [job.name for job in jobs()],
        [lock.reason for room in rooms().values() for lock in room.locks],
        [field.name for owner in (Settings, *room_settings()) for field in msgspec.structs.fields(owner)],
    ):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_what_can_be_set_of_a_room_is_described() -> None:
    for owner in room_settings():
        for name, kind in owner.__annotations__.items():
            marks = [mark for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, msgspec.Meta)]
            assert any(mark.description for mark in marks), f"{owner.__name__}.{name}"


def test_settings_of_rooms_are_read_from_their_variables() -> None:
    settings = load({"MINGPIAO_REVIEW_WORKING_DAYS": "5", "MINGPIAO_MODEL_KEY": "k"}, clamd="here:1")
    found = {
        name: getattr(settings.of(variables()[name].owner), name)
        for name in ("review_working_days", "model_key", "clamd", "model_name")
    }
    assert found == {"review_working_days": 5, "model_key": "k", "clamd": "here:1", "model_name": ""}


async def test_each_job_is_done_by_a_handler_of_its_name(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        house = House({SealingSettings: SealingSettings(signer_processes=0)}, stack)
        for service in (DATABASE, NOTICES, FILES, MASTER_KEY, READERS):
            house.bring(service, AsyncMock() if service is READERS else MagicMock())
        house.bring(SITE, Site(url="https://piao.example", data_dir=tmp_path))
        opened = {job.name: (await job.open(house)).name for job in jobs()}
    assert opened == {job.name: job.name for job in jobs()}


async def test_a_service_is_opened_once_after_what_it_needs_and_closed_before_it() -> None:
    told: list[str] = []

    async def open_below(house: House) -> str:
        told.append("open below")
        house.at_close(_telling(told, "close below"))
        return "below"

    below = Service(name="below", open=open_below)

    async def open_above(house: House) -> str:
        needed = await house.get(below)
        told.append("open above")
        house.at_close(_telling(told, "close above"))
        return f"above {needed}"

    above = Service(name="above", open=open_above)
    async with AsyncExitStack() as stack:
        house = House({}, stack)
        assert [await house.get(above), await house.get(below), await house.get(above)] == [
            "above below",
            "below",
            "above below",
        ]
    assert told == ["open below", "open above", "close above", "close below"]


def _telling(told: list[str], what: str) -> Callable[[], Awaitable[None]]:
    async def tell() -> None:
        told.append(what)

    return tell


async def test_a_service_that_needs_itself_or_that_nobody_brought_is_told_by_name() -> None:
    async def open_itself(house: House) -> str:
        return await house.get(circle)

    circle: Service[str] = Service(name="circle", open=open_itself)
    async with AsyncExitStack() as stack:
        house = House({}, stack)
        with pytest.raises(LookupError, match="circle needs circle"):
            await house.get(circle)
        with pytest.raises(LookupError, match="nobody brought database"):
            await house.get(DATABASE)
