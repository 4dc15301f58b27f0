"""What lies ready at the desk: 常用模板, and the kinds and items that an account uses most or has pinned."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.drafts.model import MAX_MEMBERS, MAX_SAVED_FORMS, Favourite, SavedForm
from mingpiao.drafts.tables import favourites, saved_forms
from mingpiao.identity.model import Account, Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import refuse

_MAX_NAME = 40


def _seen(account: Account) -> ColumnElement[bool]:
    """The account's own templates and those of its whole unit."""
    own = or_(saved_forms.c.account_id == account.account_id, saved_forms.c.shared)
    return (saved_forms.c.unit_id == account.unit_id) & own


async def save_template(
    connection: AsyncConnection, form: SavedForm, account: Account, *, acting: Acting
) -> int:
    """Save a form under its name; an own one of that name is replaced. Returns its id.

    Raises `Refusal`: `template.name` (422), `template.too_many` (409), `draft.too_large` (413).
    """
    if not form.name or len(form.name) > _MAX_NAME:
        raise refuse(
            "template.name", f"请填写模板名称，最多{_MAX_NAME}个字。", field="template_name", status=422
        )
    if len(msgspec.json.encode(form.members)) > MAX_MEMBERS:
        raise refuse("draft.too_large", "模板内容过大，请减少收款项目或备注。", status=413)
    own = (saved_forms.c.account_id == account.account_id) & (saved_forms.c.name != form.name)
    count: int = (
        await connection.execute(select(func.count()).select_from(saved_forms).where(own))
    ).scalar_one()
    if count >= MAX_SAVED_FORMS:
        message = f"模板最多{MAX_SAVED_FORMS}个，请先删除不用的。"
        raise refuse("template.too_many", message, field="template_name", status=409)
    content = {"kind_code": form.kind, "members": form.members, "shared": form.shared}
    place = {"unit_id": account.unit_id, "account_id": account.account_id, "name": form.name}
    statement = (
        upsert(saved_forms)
        .values(place | content)
        .on_conflict_do_update(constraint="saved_forms_key", set_=content)
    )
    form_id: int = (await connection.execute(statement.returning(saved_forms.c.form_id))).scalar_one()
    await _note(
        connection, "template:save", account, msgspec.structs.replace(form, form_id=form_id), acting=acting
    )
    return form_id


async def list_templates(connection: AsyncConnection, account: Account) -> list[SavedForm]:
    """The templates that an account may use, by name."""
    query = select(saved_forms).where(_seen(account)).order_by(saved_forms.c.name, saved_forms.c.form_id)
    rows = (await connection.execute(query)).mappings()
    return [
        SavedForm(
            form_id=row["form_id"],
            name=row["name"],
            kind=row["kind_code"],
            members=row["members"],
            shared=row["shared"],
            own=row["account_id"] == account.account_id,
        )
        for row in rows
    ]


async def get_template(connection: AsyncConnection, account: Account, form_id: int) -> SavedForm:
    """A template that an account may use. Raises `Refusal` (`template.unknown`, 404)."""
    found = next(
        (each for each in await list_templates(connection, account) if each.form_id == form_id), None
    )
    if found is None:
        raise refuse("template.unknown", "没有找到该模板，可能已经删除，请重新选择。", status=404)
    return found


async def delete_template(
    connection: AsyncConnection, account: Account, form_id: int, *, acting: Acting
) -> None:
    """Delete one of the account's own templates. Raises `Refusal` (`template.unknown`, 404)."""
    form = await get_template(connection, account, form_id)
    if not form.own:
        raise refuse("template.unknown", "只能删除自己存的模板。", status=404)
    await connection.execute(delete(saved_forms).where(saved_forms.c.form_id == form_id))
    await _note(connection, "template:delete", account, form, acting=acting)


async def _note(
    connection: AsyncConnection, action: str, account: Account, form: SavedForm, *, acting: Acting
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"template:{form.form_id}",
        unit_id=account.unit_id,
        details={"name": form.name, "shared": "是" if form.shared else "否"},
    )
    await record(connection, entry)


# -- favourites ------------------------------------------------------------------------------------


async def favourites_of(connection: AsyncConnection, account_id: int) -> dict[str, Favourite]:
    """Kinds and items that an account has used or pinned, by code: a kind has four digits, an item more."""
    query = select(favourites).where(favourites.c.account_id == account_id)
    rows = (await connection.execute(query)).mappings()
    return {row["code"]: Favourite(uses=row["uses"], pinned=row["pinned"]) for row in rows}


async def note_uses(connection: AsyncConnection, account_id: int, codes: Iterable[str]) -> None:
    """Count a bill's kind and items, each once."""
    rows = [{"account_id": account_id, "code": code, "uses": 1} for code in sorted(set(codes))]
    statement = upsert(favourites).on_conflict_do_update(
        index_elements=[favourites.c.account_id, favourites.c.code], set_={"uses": favourites.c.uses + 1}
    )
    await connection.execute(statement, rows)


async def pin(connection: AsyncConnection, account_id: int, code: str, *, pinned: bool) -> None:
    """Pin a kind or an item to the top of the account's choices, or take it from there."""
    own = (favourites.c.account_id == account_id) & (favourites.c.code == code)
    if not pinned:
        await connection.execute(update(favourites).where(own).values(pinned=False))
        return
    values = {"account_id": account_id, "code": code, "pinned": True}
    statement = upsert(favourites).values(values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[favourites.c.account_id, favourites.c.code], set_={"pinned": True}
        )
    )
