"""Where an account signs in: browsers and networks that it is known in. A sign-in from elsewhere is told to its owner."""

import secrets
from datetime import datetime
from ipaddress import ip_address, ip_network

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.model import Account, Visitor
from mingpiao.identity.sessions import MAX_AGENT
from mingpiao.identity.wrong_passwords import Origin, device_hashes
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.messages.service import tell_person

_DEVICE_BYTES = 32
#: A browser that several people use has a token for each of the last of them.
_MOST_TOKENS = 4
#: Addresses of one network change often; it is known as a whole.
_PREFIX = {4: 24, 6: 48}

_LEARN_DEVICE = text(
    "INSERT INTO known_devices (device_hash, account_id, seen_at, first_seen_at, agent, address) "
    "VALUES (:device_hash, :account_id, :moment, :moment, :agent, :address) "
    "ON CONFLICT (device_hash, account_id) DO UPDATE "
    "SET seen_at = excluded.seen_at, agent = excluded.agent, address = excluded.address"
)
_LEARN_NETWORK = text(
    "INSERT INTO known_networks (account_id, network, seen_at) VALUES (:account_id, :network, :moment) "
    "ON CONFLICT (account_id, network) DO UPDATE SET seen_at = excluded.seen_at RETURNING xmax = 0"
)
# What another sign-in learns at the same moment does not count: both are told then.
_IS_KNOWN = text(
    "SELECT EXISTS (SELECT FROM known_devices WHERE account_id = :account_id) AS has_device, "
    "EXISTS (SELECT FROM known_networks WHERE account_id = :account_id) AS has_network"
)


class SignInPlace(msgspec.Struct, frozen=True, kw_only=True):
    """The browser of a sign-in: its hash for the account, whether it was known, and the cookie for the next time."""

    device_hash: bytes
    known: bool
    cookie: str


def arrival(visitor: Visitor, origin: Origin) -> SignInPlace:
    """The browser in which somebody signs in; a token of its own is added to its cookie where it has none for the account."""
    if origin.device_hash is not None:
        return SignInPlace(device_hash=origin.device_hash, known=origin.known, cookie=visitor.device)
    token = secrets.token_urlsafe(_DEVICE_BYTES)
    before = visitor.device.split(".") if device_hashes(visitor.device) else []
    cookie = ".".join([*before[-_MOST_TOKENS + 1 :], token])
    return SignInPlace(device_hash=sm3(token.encode()), known=False, cookie=cookie)


def network_of(address: str) -> str:
    """The network that an address belongs to: a /24 or, in IPv6, a /48; another text is its own network."""
    try:
        host = ip_address(address.partition("/")[0])
    except ValueError:
        return address
    return str(ip_network(f"{host}/{_PREFIX[host.version]}", strict=False))


async def arrive(
    connection: AsyncConnection, account: Account, visitor: Visitor, there: SignInPlace, *, session_id: int
) -> bool:
    """From now on the account is known there; its owner is told where the browser or the network is new.

    At the first sign-in of all nothing is told. Returns whether it was.
    """
    moment = now()
    whose = {"account_id": account.account_id, "moment": moment}
    before = (await connection.execute(_IS_KNOWN, whose)).mappings().one()
    place = {"agent": visitor.agent[:MAX_AGENT], "address": visitor.address}
    await connection.execute(_LEARN_DEVICE, whose | place | {"device_hash": there.device_hash})
    network = network_of(visitor.address)
    is_new_network = bool(await connection.scalar(_LEARN_NETWORK, whose | {"network": network}))
    is_new = (before["has_device"] and not there.known) or (before["has_network"] and is_new_network)
    if is_new:
        await _tell(connection, account, visitor, moment, browser_is_known=there.known, session_id=session_id)
    return bool(is_new)


async def _tell(
    connection: AsyncConnection,
    account: Account,
    visitor: Visitor,
    moment: datetime,
    *,
    browser_is_known: bool,
    session_id: int,
) -> None:
    what = "常用浏览器，但网络是第一次使用" if browser_is_known else "第一次使用的浏览器"
    await tell_person(
        connection,
        account.account_id,
        f"sign-in:{session_id}",
        "您的账户在新的地方登录",
        f"{to_shanghai(moment):%Y年%-m月%-d日%H:%M}，{browser_name(visitor.agent)}（{what}），网络地址 {visitor.address}。"
        "如果不是您本人，请立即在账户安全中结束该登录，修改密码，并告诉管理员。",
        link="/account",
        urgent=True,
    )


_BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "微信"),
    ("QQBrowser", "QQ浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """What a browser says it is, in a few words for people: `Chrome，Windows`."""
    found = (next((name for mark, name in names if mark in agent), "") for names in (_BROWSERS, _SYSTEMS))
    return "，".join(filter(None, found)) or "未知的浏览器"
