"""From which networks people of a department, or administrators, may work: lists of CIDR, none for everybody.

Each request of a session is judged, so that one that was begun elsewhere, or is carried elsewhere, does nothing. Units
have no lists: their people work from everywhere.
"""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import differences, record
from mingpiao.identity.model import Account, Acting, AuditEntry, Role, platform
from mingpiao.identity.tables import address_lists
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse

#: The place of administrators; departments have their region's code.
ADMIN = "admin"
MAX_NETWORKS = 50
#: An IPv6 address counts as its /64 everywhere (`web.client_address`).
_LONGEST_V6 = 64
_FIELD = "networks"

# Of two who change the list they saw, the second finds another revision.
_SET = text(
    "INSERT INTO address_lists AS known (place, networks, revision, changed_by, changed_at) "
    "VALUES (:place, :networks, 1, :changed_by, :moment) ON CONFLICT (place) DO UPDATE SET "
    "networks = excluded.networks, revision = known.revision + 1, changed_by = excluded.changed_by, "
    "changed_at = excluded.changed_at WHERE known.revision = :revision RETURNING revision"
)
_OPEN = text(
    "UPDATE address_lists SET networks = '{}', revision = revision + 1, changed_by = :changed_by, "
    "changed_at = :moment WHERE place = :place AND networks <> '{}' RETURNING revision"
)


class AddressList(msgspec.Struct, frozen=True, kw_only=True):
    """The networks of a place, with the number of changes so far (0: there never was a list)."""

    networks: tuple[str, ...] = ()
    revision: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None


def place_of_account(account: Account) -> str | None:
    """Whose list an account is judged by: its department's, that of administrators, or nobody's."""
    return None if account.unit_id is not None else account.region_code or ADMIN


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address, as `client_address` writes it, is in one of the networks; everybody is where there are none."""
    if not networks:
        return True
    here = _network(address)
    return here is not None and any(_is_inside(here, ip_network(each)) for each in networks)


def _is_inside(here: IPv4Network | IPv6Network, network: IPv4Network | IPv6Network) -> bool:
    if isinstance(here, IPv4Network):
        return isinstance(network, IPv4Network) and here.subnet_of(network)
    return isinstance(network, IPv6Network) and here.subnet_of(network)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def refused_address() -> Refusal:
    """The answer to whoever comes from another network."""
    message = "您现在的网络不在允许的范围内，请在单位网络中登录，或联系管理员调整访问地址。"
    return refuse("access.network_denied", message, status=403)


async def address_list(connection: AsyncConnection, place: str) -> AddressList:
    """The list of a place. The connection must have system scope."""
    query = select(address_lists).where(address_lists.c.place == place)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return AddressList()
    return AddressList(
        networks=tuple(row["networks"]),
        revision=row["revision"],
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
    )


async def set_address_list(
    connection: AsyncConnection, lines: Sequence[str], *, revision: int, acting: Acting
) -> AddressList:
    """Set the list of the acting person's own department, or of administrators; without lines everybody gets in.

    Raises `Refusal`: `address.malformed` and `address.too_many` (422) at `networks`; `address.locks_out` (409) for a
    list that the acting person's own address is not in; `address.stale` (409) when somebody else changed it since.
    """
    place = place_of_account(acting.account) if acting.account else None
    if place is None or acting.role not in (Role.DEPARTMENT_HEAD, Role.SECURITY_ADMINISTRATOR):
        raise refuse("access.denied", "访问地址由财政负责人和安全管理员设置。", status=403)
    networks = _read(lines)
    if not is_within(acting.address, networks):
        message = f"您现在的地址 {acting.address} 不在其中，保存后您自己也不能登录。请加上所在的网段。"
        raise refuse("address.locks_out", message, field=_FIELD, status=409)
    before = await address_list(connection, place)
    values = {
        "place": place,
        "networks": list(networks),
        "changed_by": acting.name,
        "moment": now(),
        "revision": revision,
    }
    if before.revision != revision or await connection.scalar(_SET, values) is None:
        raise refuse("address.stale", "访问地址刚被别人修改过，请刷新后核对。", status=409)
    told = differences({"networks": before.networks}, {"networks": networks})
    entry = AuditEntry(
        acting=acting,
        action="access:set_addresses",
        subject=f"access:{place}",
        region_code=acting.region_code,
        changed=told,
    )
    await record(connection, entry)
    return await address_list(connection, place)


def _read(lines: Sequence[str]) -> tuple[str, ...]:
    """The networks of lines, each once and in the order in which they were typed. Raises `Refusal`."""
    typed = [line.strip() for line in lines if line.strip()]
    problems = [
        Problem(
            code="address.malformed",
            field=_FIELD,
            message=f"“{line[:50]}”不是网段，请写成 10.1.0.0/16 或 2001:db8::/48（IPv6 最长 /64）。",
            status=422,
        )
        for line in typed
        if not _is_network(line)
    ]
    if len(typed) > MAX_NETWORKS:
        message = f"最多填写{MAX_NETWORKS}个网段，请合并。"
        problems.append(Problem(code="address.too_many", field=_FIELD, message=message, status=422))
    if problems:
        raise Refusal(*problems)
    return tuple(dict.fromkeys(str(_network(line)) for line in typed))


def _is_network(line: str) -> bool:
    found = _network(line) if line.isascii() else None
    return found is not None and (isinstance(found, IPv4Network) or found.prefixlen <= _LONGEST_V6)


async def open_address_list(connection: AsyncConnection, place: str) -> bool:
    """Let everybody of a place in again, from the machine itself; whether there was a list."""
    values = {"place": place, "changed_by": "命令行", "moment": now()}
    if await connection.scalar(_OPEN, values) is None:
        return False
    region = None if place == ADMIN else place
    entry = AuditEntry(
        acting=platform("access", name="命令行"),
        action="access:open_addresses",
        subject=f"access:{place}",
        region_code=region,
    )
    await record(connection, entry)
    return True
