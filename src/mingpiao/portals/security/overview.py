"""/account: how the person signs in, and where they are signed in."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.service import (
    browser_name,
    end_other_sessions,
    end_own_session,
    factor_state,
    forget_device,
    has_two_factors,
    known_devices_of,
    open_sessions,
)
from mingpiao.portals.navigation import home_of
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, needs_factor, redirect

OVERVIEW = "/account"


@get("/")
async def overview(call: NamedDependency[PageCall]) -> Response[str]:
    """The second factor, the password, all sessions and known browsers of one's own account."""
    account = call.session.account
    async with call.services.database.system() as connection:  # system: no scope reads sessions and factors
        state = await factor_state(connection, account.account_id)
        sessions = await open_sessions(connection, account.account_id)
        devices = await known_devices_of(connection, account.account_id)
    return page(
        call.request,
        "security/overview.html",
        title="账户安全",
        crumbs=[("首页", home_of(call.session))],
        state=state,
        demanded=needs_factor(call.services, account),
        is_proved=has_two_factors(call.session.factors),
        sessions=sessions,
        this=call.session.session_id,
        devices=devices,
        browser_name=browser_name,
    )


@post("/sessions/{session_id:int}/end", status_code=200)
async def end_one(call: NamedDependency[PageCall], session_id: FromPath[int]) -> Response[bytes]:
    """End one of the person's other sessions."""
    async with call.services.database.system() as connection:  # system: no scope writes sessions
        await end_own_session(connection, call.session, session_id, acting=call.acting)
    return redirect(call.request, OVERVIEW)


@post("/sessions/end-others", status_code=200)
async def end_others(call: NamedDependency[PageCall]) -> Response[bytes]:
    """End all of the person's sessions but this one."""
    async with call.services.database.system() as connection:  # system: no scope writes sessions
        await end_other_sessions(connection, call.session, acting=call.acting)
    return redirect(call.request, OVERVIEW)


@post("/devices/{device_id:int}/forget", status_code=200)
async def forget(call: NamedDependency[PageCall], device_id: FromPath[int]) -> Response[bytes]:
    """Let a browser be known no more."""
    async with call.services.database.system() as connection:  # system: no scope writes known browsers
        await forget_device(connection, call.session, device_id, acting=call.acting)
    return redirect(call.request, OVERVIEW)


HANDLERS = [overview, end_one, end_others, forget]
