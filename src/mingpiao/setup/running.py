"""Runs the steps of a setup in their order, with answers that come from a file or from a person."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Region
from mingpiao.crypto.keystore import MasterKey
from mingpiao.founding.model import (
    AdministratorPlan,
    FirstPassword,
    FoundingState,
    KeyCeremony,
    KeyPlan,
    ProvincePlan,
    StarterPlan,
)
from mingpiao.founding.service import (
    Hall,
    appoint_administrators,
    begin,
    complete,
    founding_state,
    hand_out,
    lay_province,
    lay_starter,
    make_seals,
    record_ceremony,
    regions_of_table,
    regions_wanted,
)
from mingpiao.identity.model import platform
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.service import read_table
from mingpiao.storage.database import Database

ACTING = platform("setup", name="首次设置")
MOST_REGIONS = 20_000

Value = TypeVar("Value")


class Answers(Protocol):
    """Where a setup's values come from. `done` says that the step is complete: None then leaves it as it is.

    `complain` is told what was wrong with an answer, and returns whether it can be given again.
    """

    def province(self, done: bool) -> ProvincePlan | None: ...

    def key(self, done: bool) -> KeyPlan | None: ...

    def picture(self, done: bool) -> bytes | None: ...

    def starter(self, done: bool) -> StarterPlan | None: ...

    def administrators(self, done: bool) -> tuple[AdministratorPlan, ...] | None: ...

    def complain(self, refusal: Refusal) -> bool: ...


async def found(
    database: Database, master: MasterKey, answers: Answers, hall: Hall, say: Callable[[str], None]
) -> list[FirstPassword]:
    """Take all steps that are missing in a migrated database; returns the one-time passwords.

    Raises the `Refusal` of an answer that cannot be given again.
    """
    state = await _state(database)
    if state.completed:
        say("首次设置已经完成，没有需要做的步骤。可以用 mingpiao doctor 检查。")
        return []
    if state.founded:
        raise refuse("founding.done", "本系统已有基础数据，不需要首次设置。", status=409)

    async def province(connection: AsyncConnection, plan: ProvincePlan) -> bool:
        return await lay_province(connection, plan, given_regions(plan), acting=ACTING)

    async def seal(connection: AsyncConnection, picture: bytes) -> bool:
        return await make_seals(connection, master, picture, acting=ACTING)

    async def starter(connection: AsyncConnection, plan: StarterPlan) -> bool:
        return await lay_starter(connection, plan, acting=ACTING)

    passwords: list[FirstPassword] = []

    async def administrators(connection: AsyncConnection, plans: tuple[AdministratorPlan, ...]) -> bool:
        passwords[:] = await appoint_administrators(connection, plans, acting=ACTING)
        return True

    steps = Steps(database, answers, say)
    await steps.take("省份和地区", state.begun, answers.province, province)
    await _ceremony(steps, master, state.ceremony, hall)
    await steps.take("监制章和证书", state.has_seal, answers.picture, seal)
    await steps.take("起始数据", state.starter is not None, answers.starter, starter)
    # One-time passwords that nobody used yet are given anew: those of a run that was cut off are lost.
    await steps.take("首批管理员", False, answers.administrators, administrators)
    async with database.system() as connection:
        await complete(connection, acting=ACTING)
    say("首次设置完成。")
    return passwords


class Steps:
    """Takes steps one by one, each in a transaction of its own."""

    def __init__(self, database: Database, answers: Answers, say: Callable[[str], None]) -> None:
        self.database = database
        self.answers = answers
        self.say = say

    async def take(
        self,
        name: str,
        done: bool,
        ask: Callable[[bool], Value | None],
        do: Callable[[AsyncConnection, Value], Awaitable[bool]],
    ) -> None:
        """Ask for a step's value and take the step; say whether it was there already."""
        while True:
            value = ask(done)
            if value is None:
                self.say(f"{name}：已有。")
                return
            try:
                async with self.database.system() as connection:
                    fresh = await do(connection, value)
            except Refusal as refusal:
                if not self.answers.complain(refusal):
                    raise
            else:
                self.say(f"{name}：{'完成' if fresh else '已有'}。")
                return


async def _ceremony(steps: Steps, master: MasterKey, held: KeyCeremony | None, hall: Hall) -> None:
    async def hold(connection: AsyncConnection, plan: KeyPlan) -> bool:
        if held is not None:
            return compare_ceremony(held, master, plan)
        distribution = hand_out(begin(master, plan), hall)
        await record_ceremony(connection, distribution, acting=ACTING)
        return True

    if held is not None and held.key_fingerprint != master.fingerprint():
        raise _other_key(held)
    await steps.take("主密钥分发", held is not None, steps.answers.key, hold)


def compare_ceremony(held: KeyCeremony, master: MasterKey, plan: KeyPlan) -> bool:
    """False: nothing is to be done. Raises `Refusal` (`founding.differs`) for another key, or other people."""
    if held.key_fingerprint != master.fingerprint():
        raise _other_key(held)
    there = ([each.holder for each in held.holders], held.threshold, held.conductor, held.witness)
    if there != (list(plan.holders), plan.threshold, plan.conductor, plan.witness):
        names = "、".join(each.holder for each in held.holders)
        raise refuse(
            "founding.differs",
            f"主密钥已经分发（持有人 {names}，{held.threshold} 份可恢复），与这次填写的不同。请改为相同的内容。",
            field="key/holders",
            status=409,
        )
    return False


def _other_key(held: KeyCeremony) -> Refusal:
    return refuse(
        "founding.key_differs",
        f"主密钥与已分发的（指纹 {held.key_fingerprint}）不同。请使用原来的主密钥文件，"
        "丢失时用 mingpiao key restore 恢复。",
        field="key/file",
        status=409,
    )


def given_regions(plan: ProvincePlan) -> Sequence[Region]:
    """The regions of a plan, from the standard or from its file. Raises `Refusal` for a file that is none."""
    if plan.regions in {"shipped", "none"}:
        return regions_wanted(plan, ())
    rows = read_table(Path(plan.regions).read_bytes(), max_rows=MOST_REGIONS)
    return regions_of_table(plan.code, rows)


async def _state(database: Database) -> FoundingState:
    async with database.system() as connection:
        return await founding_state(connection)
