"""The menu that an account sees, and where it begins."""

import msgspec

from mingpiao.identity.model import Session
from mingpiao.portals.gates import ADMINISTER, FINANCE_VIEW, UNIT_VIEW, allowed
from mingpiao.portals.messages.rights import MESSAGES
from mingpiao.portals.subjects import MenuEntry, menu_entries


def menu_of(session: Session, path: str) -> list[MenuEntry]:
    """The entries an account may follow; the one with the longest address that leads to `path` is active."""
    entries = [entry for entry in menu_entries() if allowed(session.account.role, entry.right)]
    leading = [
        entry.address for entry in entries if path == entry.address or path.startswith(entry.address + "/")
    ]
    here = max(leading, key=len, default="")
    return [msgspec.structs.replace(entry, active=entry.address == here) for entry in entries]


def messages_address(session: Session) -> str:
    """Where an account reads its messages, or an empty text."""
    if not allowed(session.account.role, MESSAGES):
        return ""
    return "/unit/messages" if session.account.unit_id is not None else "/finance/messages"


def home_of(session: Session | None) -> str:
    """Where an account begins; the login page without one."""
    if session is None:
        return "/login"
    if allowed(session.account.role, ADMINISTER):
        return "/admin"
    if allowed(session.account.role, UNIT_VIEW):
        return "/unit"
    if allowed(session.account.role, FINANCE_VIEW):
        return "/finance"
    return "/password"
