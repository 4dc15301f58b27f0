"""The people who manage a unit: a department invites them, and renews, closes or withdraws."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Account, Acting, Role
from mingpiao.identity.service import Invitation, account_in_unit, invite
from mingpiao.kernel.errors import refuse
from mingpiao.units.model import UnitState
from mingpiao.units.store import get, lock_managed, lock_unit, refuse_closed


async def invite_manager(
    connection: AsyncConnection,
    unit_id: int,
    *,
    username: str,
    display_name: str,
    valid_until: date | None = None,
    mobile: str = "",
    acting: Acting,
) -> Invitation:
    """Invite a unit's 票据管理员, who makes the unit's other accounts.

    Raises what `lock_managed` and `invite` raise, and `unit.closed` (409).
    """
    refuse_closed(await lock_managed(connection, unit_id, acting=acting))
    return await invite(
        connection,
        username=username,
        display_name=display_name,
        role=Role.UNIT_MANAGER,
        unit_id=unit_id,
        valid_until=valid_until,
        mobile=mobile,
        acting=acting,
    )


async def refuse_of_closed_unit(connection: AsyncConnection, account: Account) -> None:
    """Raise `Refusal` (`account.unit_closed`, 409) if an account works for a closed unit: nobody is let in again.

    The unit stays as it is until the transaction ends.
    """
    if account.unit_id is None:
        return
    await lock_unit(connection, account.unit_id)
    unit = await get(connection, account.unit_id)
    if unit.state is UnitState.CLOSED:
        message = f"“{unit.name}”已注销用票资格，其账户不能再启用、邀请或重置密码；以前的票据由财政部门查询。"
        raise refuse("account.unit_closed", message, status=409)


async def managed_account(
    connection: AsyncConnection, unit_id: int, account_id: int, *, even_closed: bool = False, acting: Acting
) -> Account:
    """A manager's account of a unit that the acting person's department is responsible for.

    Other accounts are the manager's own to keep. Raises `Refusal`: `account.unknown` (404), `unit.closed` (409)
    for one of a closed unit but with `even_closed`, and what `lock_managed` raises.
    """
    unit = await lock_managed(connection, unit_id, acting=acting)
    if not even_closed:
        refuse_closed(unit)
    return await account_in_unit(connection, unit_id, account_id, role=Role.UNIT_MANAGER)
