"""A guard of what issues bills: people of online units have signed in by UKey where their department says so."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from mingpiao.identity.service import UKEY
from mingpiao.kernel.errors import refuse
from mingpiao.portals.session import load_visit, scoped_reads, services_of
from mingpiao.ukeys.service import ukey_policy_in_force
from mingpiao.units.model import UnitMode


async def require_ukey(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Raise `Refusal` (`ukey.needed`, 403) for a session without a UKey where issuing needs one.

    Holding or revoking a UKey ends its sessions, so that a session by UKey has one in use.
    """
    visit = await load_visit(connection)
    if visit is None or UKEY in visit.session.factors or visit.session.account.unit_id is None:
        return
    services, account = services_of(connection), visit.session.account
    unit = (await services.units.profile(account.unit_id)).unit if account.unit_id is not None else None
    if unit is None or unit.mode is not UnitMode.ONLINE:
        return
    catalog = await services.catalog.get()
    async with scoped_reads(services, account) as reading:
        policy = await ukey_policy_in_force(reading, catalog.regions_upwards(unit.region_code))
    if policy.issuing_needs_ukey:
        message = "本地区要求用 UKey 开票。请退出登录，再用 UKey 登录；还没有 UKey 的，请票据管理员申请。"
        raise refuse("ukey.needed", message, status=403)
