"""缴款人名录: the payers of a unit's own bills, found by a few letters."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, and_, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import pinyin_initials
from mingpiao.drafts.model import MAX_FOUND, KnownPayer
from mingpiao.drafts.tables import payer_book
from mingpiao.identity.model import Acting, AuditEntry, ChangedValue
from mingpiao.identity.service import differences, record
from mingpiao.issuing.model import Payer
from mingpiao.issuing.service import next_portion, stored_payers
from mingpiao.journal.service import lock_mark, move_mark
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import half_width
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAYERS = NamedLock("payers")
_READER = "payer_book"
#: Bills that one transaction looks through, about.
_PORTION = 5_000
_BY_NAME = Keyset(KeyColumn("name", str), KeyColumn("payer_id", int))
_LENGTHS = {"name": 100, "code": 18, "account": 40, "bank": 60, "mobile": 20}
_LABELS = {
    "name": "缴款人名称",
    "code": "统一社会信用代码",
    "account": "账号",
    "bank": "开户行",
    "mobile": "手机号",
}


async def search_payers(connection: AsyncConnection, unit_id: int, words: str) -> list[KnownPayer]:
    """The unit's payers whose name or initials contain the words, or whose code, account or mobile begin with them.

    At most eight: first those that begin with the words, then the most used. Without words none.
    """
    wanted = half_width(words).strip()
    if not wanted:
        return []
    book = payer_book.c
    holds = [
        book.name.contains(wanted, autoescape=True),
        book.initials.contains(wanted.lower(), autoescape=True),
    ]
    begins = [
        column.startswith(text, autoescape=True)
        for column, text in (
            (book.name, wanted),
            (book.initials, wanted.lower()),
            (book.code, wanted.upper()),
            (book.account, wanted),
            (book.mobile, wanted),
        )
    ]
    query = (
        select(payer_book)
        .where(book.unit_id == unit_id, ~book.hidden, or_(*holds, *begins))
        .order_by(case((or_(*begins), 0), else_=1), book.uses.desc(), book.used_at.desc(), book.payer_id)
        .limit(MAX_FOUND)
    )
    return [_payer(row) for row in (await connection.execute(query)).mappings()]


def _payer(row: RowMapping) -> KnownPayer:
    return KnownPayer(**{name: row[name] for name in KnownPayer.__struct_fields__})


async def list_payers(
    connection: AsyncConnection,
    unit_id: int,
    *,
    words: str = "",
    hidden: bool | None = None,
    after: str = "",
    limit: int = 50,
) -> Page[KnownPayer]:
    """A page of the unit's payers by name. Raises `Refusal` (`list.key_malformed`) for a key that no page gave."""
    query = select(payer_book).where(payer_book.c.unit_id == unit_id)
    if words:
        columns = (payer_book.c.name, payer_book.c.code, payer_book.c.account, payer_book.c.mobile)
        found = [column.contains(words, autoescape=True) for column in columns]
        initials = payer_book.c.initials.contains(words.lower(), autoescape=True)
        query = query.where(or_(*found, initials))
    if hidden is not None:
        query = query.where(payer_book.c.hidden == hidden)
    if after:
        query = query.where(_BY_NAME.beyond(payer_book.c, after))
    query = query.order_by(*_BY_NAME.order(payer_book.c)).limit(limit + 1)
    rows = (await connection.execute(query)).mappings()
    return _BY_NAME.page([_payer(row) for row in rows], limit)


async def get_payer(connection: AsyncConnection, unit_id: int, payer_id: int) -> KnownPayer:
    """A payer of the unit. Raises `Refusal` (`payer.unknown`, 404)."""
    return await _find(connection, unit_id, payer_id)


async def _find(
    connection: AsyncConnection, unit_id: int, payer_id: int, *, hold: bool = False
) -> KnownPayer:
    """As `get_payer`; with `hold` nobody else changes the payer before the transaction ends."""
    query = select(payer_book).where(payer_book.c.unit_id == unit_id, payer_book.c.payer_id == payer_id)
    query = PAYERS.on(query) if hold else query
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise refuse("payer.unknown", "没有找到该缴款人，请返回名录重新选择。", status=404)
    return _payer(row)


# -- growing ---------------------------------------------------------------------------------------


def _initials(name: str) -> str:
    return pinyin_initials(name)[: _LENGTHS["name"]]


async def learn_payer(connection: AsyncConnection, unit_id: int, payer: Payer) -> None:
    """Note that a bill was issued to a payer; account and bank are those of the last bill that had them."""
    values = _values(unit_id, payer, now())
    statement = upsert(payer_book).values(values)
    new = statement.excluded
    kept = {
        name: case((new[name] == "", payer_book.c[name]), else_=new[name]) for name in ("account", "bank")
    }
    await connection.execute(
        statement.on_conflict_do_update(
            constraint="payer_book_key",
            set_={"uses": payer_book.c.uses + 1, "used_at": new.used_at} | kept,
        )
    )


def _values(unit_id: int, payer: Payer, used_at: datetime) -> dict[str, Any]:
    return {
        "unit_id": unit_id,
        "type": payer.type,
        "name": payer.name,
        "code": payer.code,
        "account": payer.account,
        "bank": payer.bank,
        "initials": _initials(payer.name),
        "used_at": used_at,
    }


async def grow_books(database: Database) -> None:
    """Add the payers of bills that became visible since the last time to the books of their units.

    A book knows the payers of an online unit's bills alone: patients of a hospital's own program are nobody that a
    person at the desk looks for. Each portion is a transaction; of two workers one waits for the other.
    """
    while await _grow_portion(database):
        pass


async def _grow_portion(database: Database) -> bool:
    """Look through one portion; whether there may be more."""
    async with database.system() as connection:
        start = await lock_mark(connection, _READER)
        portion = await next_portion(connection, start, _PORTION)
        if portion is None:
            return False
        rows = [
            _values(each.unit_id, each.payer, each.issued_at)
            for each in await stored_payers(connection, portion)
        ]
        if rows:
            await connection.execute(upsert(payer_book).on_conflict_do_nothing(), rows)
        await move_mark(connection, _READER, start, portion.stop)
        return portion.bills >= _PORTION


# -- keeping ---------------------------------------------------------------------------------------


def _checked(payer: KnownPayer) -> KnownPayer:
    """Raises `Refusal` (`payer.required`, `payer.too_long`; 422) at the field."""
    if not payer.name:
        raise refuse("payer.required", "请填写缴款人名称。", field="name", status=422)
    for name, length in _LENGTHS.items():
        if len(getattr(payer, name)) > length:
            message = f"{_LABELS[name]}最多{length}个字，请修改。"
            raise refuse("payer.too_long", message, field=name, status=422)
    return msgspec.structs.replace(payer, code=half_width(payer.code).upper())


async def change_payer(
    connection: AsyncConnection, unit_id: int, payer: KnownPayer, *, acting: Acting
) -> None:
    """Change a payer of the unit, or hide it. Raises `Refusal`: `payer.unknown` (404), `payer.exists` (409),
    `payer.required` and `payer.too_long` (422).
    """
    # Held, so that the trail tells what this change found, and not what an earlier look did.
    old = await _find(connection, unit_id, payer.payer_id, hold=True)
    new = _checked(payer)
    if old == new:
        return
    if await _other(connection, unit_id, new):
        raise _exists()
    values = {name: getattr(new, name) for name in ("type", *_LENGTHS, "hidden")}
    own = (payer_book.c.unit_id == unit_id) & (payer_book.c.payer_id == payer.payer_id)
    statement = update(payer_book).where(own).values(values | {"initials": _initials(new.name)})
    try:
        await connection.execute(statement)
    except IntegrityError as error:
        # Somebody else gave another payer this name and code since the look.
        raise _exists() from error
    await _note(connection, "payer:change", unit_id, new, old, acting=acting)


def _exists() -> Refusal:
    message = "名录中已有名称和代码相同的缴款人，请直接修改那一条。"
    return refuse("payer.exists", message, field="name", status=409)


async def _other(connection: AsyncConnection, unit_id: int, payer: KnownPayer) -> bool:
    book = payer_book.c
    same = and_(
        book.unit_id == unit_id, book.type == payer.type, book.name == payer.name, book.code == payer.code
    )
    query = select(book.payer_id).where(same, book.payer_id != payer.payer_id)
    return (await connection.execute(query)).first() is not None


async def import_payer(
    connection: AsyncConnection, unit_id: int, payer: KnownPayer, *, dry_run: bool, acting: Acting
) -> bool:
    """Add a payer to the unit's book; False if it is there with the same content.

    Raises `Refusal` (`payer.exists`, 409) if it is there with another one, and what `_checked` raises.
    """
    new = _checked(payer)
    book = payer_book.c
    same = and_(book.unit_id == unit_id, book.type == new.type, book.name == new.name, book.code == new.code)
    row = (await connection.execute(select(payer_book).where(same))).mappings().one_or_none()
    if row is not None:
        if all(row[name] == getattr(new, name) for name in _LENGTHS):
            return False
        raise _differs(new)
    if dry_run:
        return True
    values = {name: getattr(new, name) for name in ("type", *_LENGTHS)}
    values |= {"unit_id": unit_id, "initials": _initials(new.name), "used_at": now(), "uses": 0}
    statement = upsert(payer_book).values(values).on_conflict_do_nothing().returning(payer_book.c.payer_id)
    payer_id = (await connection.execute(statement)).scalar_one_or_none()
    if payer_id is None:
        raise _differs(new)
    stored = msgspec.structs.replace(new, payer_id=payer_id)
    await _note(connection, "payer:import", unit_id, stored, acting=acting)
    return True


def _differs(payer: KnownPayer) -> Refusal:
    message = f"名录中已有“{payer.name}”，内容不同，请在名录中修改。"
    return refuse("payer.exists", message, field="name", status=409)


async def _note(
    connection: AsyncConnection,
    action: str,
    unit_id: int,
    payer: KnownPayer,
    before: KnownPayer | None = None,
    *,
    acting: Acting,
) -> None:
    names = ("type", *_LENGTHS, "hidden")
    old, new = ({name: getattr(each, name) for name in names} for each in (before or payer, payer))
    details = {"name": payer.name, "code": payer.code, "hidden": "是" if payer.hidden else "否"}
    subject = f"payer:{payer.payer_id}"
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=subject,
        unit_id=unit_id,
        details=details,
        changed=tuple(_masked(each) for each in differences(old, new)),
    )
    await record(connection, entry)


def _masked(change: ChangedValue) -> ChangedValue:
    """That a code, an account or a mobile number changed, without the numbers, which nobody needs for knowing it."""
    if change.name not in ("code", "account", "mobile"):
        return change
    return msgspec.structs.replace(change, before=_ends(change.before), after=_ends(change.after))


def _ends(text: str) -> str:
    return f"****{text[-4:]}" if text else ""
