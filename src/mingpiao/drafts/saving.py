"""Drafts: saved as they are typed, found again, and forgotten when their bill was issued."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, RowMapping, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.drafts.model import MAX_DRAFTS, MAX_MEMBERS, Draft, Habits
from mingpiao.drafts.tables import bill_forms, desk_habits
from mingpiao.identity.model import Account, Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.paging import KeyColumn, Keyset, Page

_NEWEST_FIRST = Keyset(KeyColumn("saved_at", datetime, True), KeyColumn("business_no", str))


def _own(account: Account) -> ColumnElement[bool]:
    return (bill_forms.c.unit_id == account.unit_id) & (bill_forms.c.account_id == account.account_id)


async def save_draft(
    connection: AsyncConnection, draft: Draft, account: Account, *, even_if_newer: bool = False
) -> int:
    """Save an account's draft over the version that it was made from. Returns the new version.

    The same content again changes nothing. Raises `Refusal`: `draft.stale` (409) if another window has saved
    something else since or the draft is gone, unless `even_if_newer`; `draft.too_large` (413).
    """
    if len(msgspec.json.encode(draft.members)) > MAX_MEMBERS:
        raise refuse("draft.too_large", "草稿内容过大，请减少收款项目或备注。", status=413)
    place = _own(account) & (bill_forms.c.business_no == draft.business_no)
    query = select(bill_forms.c.version, bill_forms.c.members, bill_forms.c.saved_at)
    found = (await connection.execute(query.where(place))).mappings().one_or_none()
    if found is None and draft.version and not even_if_newer:
        # What was saved too late must not bring back a draft whose bill was issued.
        message = "这张票据的草稿已不存在，可能已经提交或删除，请核对后选择。"
        raise refuse("draft.stale", message, status=409)
    if found is None:
        return await _insert(connection, draft, account)
    version: int = found["version"]
    if found["members"] == draft.members:
        return version
    if version != draft.version and not even_if_newer:
        raise _stale(found["saved_at"])
    saved = _content(draft) | {"version": version + 1}
    # Whoever saved in between has made another version, which this statement does not touch.
    present = place & (bill_forms.c.version == version)
    if not (await connection.execute(update(bill_forms).where(present).values(saved))).rowcount:
        raise _stale(now())
    return version + 1


async def _insert(connection: AsyncConnection, draft: Draft, account: Account) -> int:
    """The first version. Of two windows that save at once, the later one is told, as with any version."""
    values = {
        "unit_id": account.unit_id,
        "business_no": draft.business_no,
        "account_id": account.account_id,
        "version": 1,
    }
    statement = upsert(bill_forms).values(values | _content(draft)).on_conflict_do_nothing()
    if not (await connection.execute(statement)).rowcount:
        raise _stale(now())
    await _thin_out(connection, account)
    return 1


def _content(draft: Draft) -> dict[str, object]:
    return {
        "kind_code": draft.kind,
        "members": draft.members,
        "payer": draft.payer,
        "total": draft.total,
        "items": list(draft.items),
        "saved_at": now(),
    }


def _stale(saved_at: datetime) -> Refusal:
    at = to_shanghai(saved_at).strftime("%H:%M:%S")
    message = f"这张票据的草稿已在另一个窗口改过（{at}），请选择保留哪一份。"
    return refuse("draft.stale", message, status=409)


async def _thin_out(connection: AsyncConnection, account: Account) -> None:
    newest = (
        select(bill_forms.c.business_no)
        .where(_own(account))
        .order_by(bill_forms.c.saved_at.desc())
        .limit(MAX_DRAFTS)
    )
    await connection.execute(delete(bill_forms).where(_own(account), bill_forms.c.business_no.not_in(newest)))


async def find_draft(connection: AsyncConnection, account: Account, business_no: str) -> Draft | None:
    """An account's draft, or None."""
    query = select(bill_forms).where(_own(account), bill_forms.c.business_no == business_no)
    row = (await connection.execute(query)).mappings().one_or_none()
    return _draft(row) if row else None


def _draft(row: RowMapping) -> Draft:
    return Draft(
        business_no=row["business_no"],
        kind=row["kind_code"],
        members=row["members"],
        version=row["version"],
        payer=row["payer"],
        total=row["total"],
        items=tuple(row["items"]),
        saved_at=row["saved_at"],
    )


async def list_drafts(
    connection: AsyncConnection,
    account: Account,
    *,
    words: str = "",
    kind: str = "",
    after: str = "",
    limit: int = 50,
) -> Page[Draft]:
    """A page of an account's drafts, the last saved first; `words` are part of the payer or of the business number.

    Raises `Refusal` (`list.key_malformed`) for a key that no page gave.
    """
    query = select(bill_forms).where(_own(account))
    if words:
        query = query.where(
            or_(
                bill_forms.c.payer.contains(words, autoescape=True),
                bill_forms.c.business_no.contains(words, autoescape=True),
            )
        )
    if kind:
        query = query.where(bill_forms.c.kind_code == kind)
    if after:
        query = query.where(_NEWEST_FIRST.beyond(bill_forms.c, after))
    query = query.order_by(*_NEWEST_FIRST.order(bill_forms.c)).limit(limit + 1)
    rows = (await connection.execute(query)).mappings()
    return _NEWEST_FIRST.page([_draft(row) for row in rows], limit)


async def count_drafts(connection: AsyncConnection, account: Account) -> int:
    """How many drafts an account has."""
    query = select(func.count()).select_from(bill_forms).where(_own(account))
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def count_of_unit(connection: AsyncConnection, unit_id: int, kind_code: str) -> int:
    """How many drafts of a kind the accounts of a unit have."""
    own = (bill_forms.c.unit_id == unit_id, bill_forms.c.kind_code == kind_code)
    return await connection.scalar(select(func.count()).select_from(bill_forms).where(*own)) or 0


async def count_touched(
    connection: AsyncConnection,
    *,
    kinds: Collection[str] = (),
    items: Collection[str] = (),
    units: Collection[int] = (),
) -> int:
    """How many drafts within the scope are of one of the kinds, have one of the items, or are of one of the
    units.
    """
    touched = or_(
        bill_forms.c.kind_code.in_(kinds),
        bill_forms.c["items"].overlap(list(items)),
        bill_forms.c.unit_id.in_(units),
    )
    query = select(func.count()).select_from(bill_forms).where(touched)
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def forget_draft(connection: AsyncConnection, account: Account, business_no: str) -> None:
    """Forget an account's draft whose bill was issued or is asked for; none is fine."""
    await connection.execute(delete(bill_forms).where(_own(account), bill_forms.c.business_no == business_no))


async def delete_draft(
    connection: AsyncConnection, account: Account, business_no: str, *, acting: Acting
) -> None:
    """Delete an account's draft because its author wants it gone; one that is gone already is fine."""
    statement = (
        delete(bill_forms)
        .where(_own(account), bill_forms.c.business_no == business_no)
        .returning(bill_forms.c.payer, bill_forms.c.total)
    )
    gone = (await connection.execute(statement)).one_or_none()
    if gone is None:
        return
    entry = AuditEntry(
        acting=acting,
        action="draft:delete",
        subject=f"draft:{business_no}",
        unit_id=account.unit_id,
        details={"payer": gone.payer, "total": f"{gone.total:f}"},
    )
    await record(connection, entry)


async def habits_of(connection: AsyncConnection, account_id: int) -> Habits:
    """What an account filled in last."""
    query = select(desk_habits).where(desk_habits.c.account_id == account_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return Habits()
    return Habits(kind=row["kind_code"], pay_mode=row["pay_mode"], checker=row["checker"])


async def keep_habits(connection: AsyncConnection, account_id: int, habits: Habits) -> None:
    """Remember what an account filled in on its last bill."""
    values = {"kind_code": habits.kind, "pay_mode": habits.pay_mode, "checker": habits.checker}
    statement = upsert(desk_habits).values(account_id=account_id, **values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[desk_habits.c.account_id], set_=values)
    )
