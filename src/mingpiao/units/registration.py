"""Registering units, one or thousands at once, and changing what has no date: accounts, address, telephone, type."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import region_has_ended
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import differences, record, record_all
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import is_uscc, uscc_check_digit
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.letters.service import name_problems
from mingpiao.numbering.service import open_limits
from mingpiao.storage.notices import notify
from mingpiao.units.model import Unit, UnitDetails, UnitState
from mingpiao.units.store import CHANNEL, lock_managed, may_manage, refuse_closed, unit_of
from mingpiao.units.tables import units

#: Field, label and longest text of what is printed or read by people; the name is required.
_TEXTS = (
    ("name", "单位名称", 100),
    ("receiving_account", "收款账号", 40),
    ("receiving_bank", "开户银行", 100),
    ("address", "地址", 200),
    ("phone", "联系电话", 30),
)
_ON_FACES = frozenset({"name", "receiving_bank"})
_ACCOUNT = re.compile(r"[0-9A-Za-z-]*")
_PHONE = re.compile(r"[0-9+() -]*")
_SAME = (
    "name",
    "region_code",
    "mode",
    "unit_type",
    "receiving_account",
    "receiving_bank",
    "address",
    "phone",
)


def code_problem(text: str, field: str = "uscc") -> Problem | None:
    """What is wrong with a 统一社会信用代码 as it was typed, or None."""
    if is_uscc(text):
        return None
    message = "统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z），请核对。"
    if len(text) == 18:
        try:
            expected = uscc_check_digit(text[:17])
            message = f"统一社会信用代码不正确：按前17位，最后一位校验位应为{expected}，请核对18位代码。"
        except ValueError:
            pass
    return Problem(code="unit.uscc_invalid", field=field, message=message)


def unit_problems(unit: Unit) -> tuple[Problem, ...]:
    """All that is wrong with the data of a unit, by field."""
    problems = [problem] if (problem := code_problem(unit.uscc)) else []
    problems += text_problems({name: getattr(unit, name) for name, _, _ in _TEXTS})
    return tuple(problems)


def text_problems(given: dict[str, str]) -> list[Problem]:
    """What is wrong with a unit's texts, by field; members that are not given are left out."""
    problems = []
    for name, label, longest in _TEXTS:
        text = given.get(name)
        if text is None:
            continue
        if name == "name" and not text.strip():
            problems.append(_wrong(name, "请填写单位名称。"))
        elif len(text) > longest or (unprintable(text) and name not in _ON_FACES):
            problems.append(_wrong(name, f"{label}不能超过{longest}个字，也不能有特殊符号，请修改。"))
        elif name in _ON_FACES:
            problems += name_problems((name, label, text))
    if not _ACCOUNT.fullmatch(given.get("receiving_account", "")):
        problems.append(_wrong("receiving_account", "收款账号只能有数字、字母和短横线，请核对。"))
    if not _PHONE.fullmatch(given.get("phone", "")):
        problems.append(_wrong("phone", "联系电话只能有数字、空格、括号和 + -，请核对。"))
    return problems


def _wrong(field: str, message: str) -> Problem:
    return Problem(code=f"unit.{field}_invalid", field=field, message=message)


async def register(connection: AsyncConnection, unit: Unit, *, acting: Acting) -> Unit:
    """Store a unit, or return the one that already exists under its 统一社会信用代码 with the same data.

    Raises `Refusal` with every problem of the data, with `unit.region_unknown` for a region that is not the
    acting person's or has ended, or with `unit.differs` (409) where the code is registered with other data.
    """
    if problems := unit_problems(unit):
        raise Refusal(*problems)
    if not may_manage(unit.region_code, acting=acting):
        raise _region_unknown()
    if await region_has_ended(connection, unit.region_code, today()):
        raise _region_unknown()
    (answer,) = await register_many(connection, [unit], dry_run=False, acting=acting)
    if isinstance(answer, Problem):
        raise Refusal(answer)
    return answer[0]


#: A unit, and whether it is new; or why it cannot be registered.
Registered = tuple[Unit, bool] | Problem


async def register_many(
    connection: AsyncConnection, wanted: Sequence[Unit], *, dry_run: bool, acting: Acting
) -> list[Registered]:
    """Register units of different codes whose data has no problem, in a few statements; an answer each.

    With `dry_run` nothing is written and new units have no id.
    """
    fresh = {} if dry_run else await _insert(connection, wanted)
    query = select(units).where(units.c.uscc.in_([unit.uscc for unit in wanted]))
    stored = {row["uscc"]: unit_of(row) for row in (await connection.execute(query)).mappings()}
    if fresh:
        await open_limits(connection, [unit.unit_id for unit in fresh.values()])
    await record_all(
        connection,
        [
            AuditEntry(
                acting=acting,
                action="unit:register",
                subject=f"unit:{unit.unit_id}",
                unit_id=unit.unit_id,
                details={"uscc": unit.uscc, "name": unit.name},
            )
            for unit in fresh.values()
        ],
    )
    return [_answer(unit, stored.get(unit.uscc), fresh, acting=acting) for unit in wanted]


async def _insert(connection: AsyncConnection, wanted: Sequence[Unit]) -> dict[str, Unit]:
    rows = [_row(unit) for unit in sorted(wanted, key=lambda unit: unit.uscc)]
    statement = upsert(units).values(rows).on_conflict_do_nothing(index_elements=["uscc"]).returning(units)
    try:
        async with connection.begin_nested():
            found = (await connection.execute(statement)).mappings().all()
    except IntegrityError as error:
        if "units_region_code_fkey" not in str(error):
            raise
        raise _region_unknown() from error
    return {row["uscc"]: unit_of(row) for row in found}


def _row(unit: Unit) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(unit)
    row.pop("unit_id")
    # Months before this moment are none that a unit writes off.
    return row | {"created_at": now()}


def _answer(unit: Unit, stored: Unit | None, fresh: dict[str, Unit], *, acting: Acting) -> Registered:
    if stored is None or unit.uscc in fresh:
        return fresh.get(unit.uscc, unit), True
    if not may_manage(stored.region_code, acting=acting):
        message = "该统一社会信用代码已在其他地区登记，请联系上级财政部门。"
        return Problem(code="unit.differs", field="uscc", message=message, status=409)
    if stored.state is UnitState.CLOSED or any(getattr(stored, n) != getattr(unit, n) for n in _SAME):
        state = "，已注销" if stored.state is UnitState.CLOSED else ""
        message = f"该统一社会信用代码已登记为“{stored.name}”{state}，内容不同。请到该单位的页面办理变更。"
        return Problem(
            code="unit.differs", field="uscc", message=message, status=409, facts={"unit_id": stored.unit_id}
        )
    return stored, False


def _region_unknown() -> Refusal:
    return refuse("unit.region_unknown", "请选择本部门所辖的地区。", field="region_code", status=422)


async def amend(connection: AsyncConnection, unit_id: int, details: UnitDetails, *, acting: Acting) -> Unit:
    """Change what a unit's next bills and pages show at once; nothing is recorded where all is as it was.

    Raises `Refusal` with every problem, and what `lock_managed` raises.
    """
    wanted = msgspec.to_builtins(details)
    if problems := text_problems(wanted):
        raise Refusal(*problems)
    before = await lock_managed(connection, unit_id, acting=acting)
    refuse_closed(before)
    differs = {name: value for name, value in wanted.items() if getattr(before, name) != value}
    if not differs:
        return before
    changed = update(units).where(units.c.unit_id == unit_id).values(differs).returning(units)
    after = unit_of((await connection.execute(changed)).mappings().one())
    told = {name: getattr(before, name) for name in differs}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="unit:amend",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            changed=differences(told, differs),
        ),
    )
    await notify(connection, CHANNEL, str(unit_id))
    return after
