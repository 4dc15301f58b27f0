"""The menu of an account, and its first page."""

import msgspec

from mingpiao.identity.model import Session
from mingpiao.portals.gates import ADMINISTER, AUDIT, FINANCE_VIEW, SECURE, UNIT_VIEW, allowed
from mingpiao.portals.messages.rights import MESSAGES
from mingpiao.portals.subjects import MenuEntry, menu_entries

_ADMIN_HOMES = ((ADMINISTER, "/admin"), (SECURE, "/admin/roles"), (AUDIT, "/admin/audit"))


def menu_of(session: Session, path: str) -> list[MenuEntry]:
    """The entries that an account may use. The active one is that with the longest address above `path`."""
    entries = [entry for entry in menu_entries() if allowed(session.account.role, entry.right)]
    # An entry's own address counts before the same one among those that another entry covers.
    leading = [
        (len(address), address == entry.address, entry.address)
        for entry in entries
        for address in (entry.address, *entry.covers)
        if path == address or path.startswith(address + "/")
    ]
    here = max(leading, default=(0, False, ""))[2]
    return [msgspec.structs.replace(entry, active=entry.address == here) for entry in entries]


def messages_address(session: Session) -> str:
    """The address of an account's messages, or an empty text."""
    if not allowed(session.account.role, MESSAGES):
        return ""
    if session.account.unit_id is not None:
        return "/unit/messages"
    return "/finance/messages" if session.account.region_code is not None else "/admin/messages"


def home_of(session: Session | None) -> str:
    """The first page of an account; without an account, the login page."""
    if session is None:
        return "/login"
    for right, address in _ADMIN_HOMES:
        if allowed(session.account.role, right):
            return address
    if allowed(session.account.role, UNIT_VIEW):
        return "/unit"
    if allowed(session.account.role, FINANCE_VIEW):
        return "/finance"
    return "/waiting"


def search_address(session: Session | None) -> str:
    """Where the search box of the page's head leads; empty for people who see neither bills nor units."""
    if session is None:
        return ""
    if allowed(session.account.role, UNIT_VIEW):
        return "/unit/search"
    return "/finance/search" if allowed(session.account.role, FINANCE_VIEW) else ""
