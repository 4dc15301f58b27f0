"""Finds the rooms of the house: each package with a `room.py` that holds a `ROOM`."""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from mingpiao.house.finding import packages_with
from mingpiao.house.model import Affected, Duty, Job, Lock, ProposalKind, Room, Topic
from mingpiao.house.purging import duty_of

Call = TypeVar("Call")


@cache
def rooms() -> Mapping[str, Room]:
    """The `ROOM` of each room, by the name of its package, in alphabetical order."""
    return {name: importlib.import_module(f"mingpiao.{name}.room").ROOM for name in packages_with("room")}


@cache
def duties() -> tuple[Duty, ...]:
    """All scheduled duties, including purges, in the order of their names."""
    found = [
        duty for room in rooms().values() for duty in (*room.duties, *(duty_of(each) for each in room.purges))
    ]
    return tuple(sorted(found, key=lambda duty: duty.name))


@cache
def jobs() -> tuple[Job, ...]:
    """All jobs that may be requested through the queue."""
    return tuple(job for room in rooms().values() for job in room.jobs)


@cache
def locks() -> Mapping[str, Lock]:
    """All reasons that may stop a unit's issuing, by the word that is stored."""
    return {lock.reason: lock for room in rooms().values() for lock in room.locks}


def listeners(topic: Topic[Call]) -> tuple[Call, ...]:
    """The functions that rooms want to have called for a topic."""
    return tuple(
        listener.call for room in rooms().values() for listener in room.listeners if listener.topic is topic
    )


@cache
def proposal_kinds() -> Mapping[str, ProposalKind]:
    """All kinds of changes that wait for a second person, by the word that is stored."""
    return {each.kind: each for room in rooms().values() for each in room.proposals}


@cache
def affected_by(subject: str) -> tuple[Affected, ...]:
    """What rooms know that a change of a subject touches."""
    return tuple(each for room in rooms().values() for each in room.affected if each.subject == subject)


@cache
def room_of_action(action: str) -> Room:
    """The room that records an action of the audit trail; an empty room for an unknown action."""
    return next((room for room in rooms().values() if action in room.actions), Room())
