"""The menu that an account sees, made from what it may do."""

import msgspec

from mingpiao.identity.model import Session
from mingpiao.portals.gates import Right, allowed


class MenuEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the menu; `active` marks where the user is."""

    label: str
    address: str
    icon: str
    active: bool = False


_ENTRIES = (
    (Right.UNIT_VIEW, MenuEntry(label="首页", address="/unit", icon="home")),
    (Right.UNIT_ISSUE, MenuEntry(label="开具票据", address="/unit/issue", icon="receipt")),
    (Right.UNIT_VIEW, MenuEntry(label="已开票据", address="/unit/bills", icon="clipboard-list")),
    (Right.UNIT_VIEW, MenuEntry(label="开票申请", address="/unit/applications", icon="file-invoice")),
    (Right.UNIT_VIEW, MenuEntry(label="佐证材料", address="/unit/evidence", icon="file-text")),
    (Right.UNIT_VIEW, MenuEntry(label="资质证书", address="/unit/qualifications", icon="file-certificate")),
    (Right.UNIT_ACCOUNTS, MenuEntry(label="账户管理", address="/unit/accounts", icon="users")),
    (Right.FINANCE_VIEW, MenuEntry(label="概览", address="/finance", icon="home")),
    (Right.FINANCE_VIEW, MenuEntry(label="用票单位", address="/finance/units", icon="building")),
    (
        Right.FINANCE_VIEW,
        MenuEntry(label="资质审核", address="/finance/qualifications", icon="file-certificate"),
    ),
    (Right.FINANCE_VIEW, MenuEntry(label="票据查询", address="/finance/bills", icon="clipboard-list")),
    (Right.FINANCE_VIEW, MenuEntry(label="佐证材料", address="/finance/evidence", icon="file-text")),
    (Right.FINANCE_VIEW, MenuEntry(label="人工复核", address="/finance/reviews", icon="rubber-stamp")),
    (Right.FINANCE_VIEW, MenuEntry(label="复核统计", address="/finance/reviews/figures", icon="chart-bar")),
    (Right.RULES_VIEW, MenuEntry(label="监管规则", address="/finance/rules", icon="adjustments-horizontal")),
    (Right.FINANCE_VIEW, MenuEntry(label="票据种类", address="/finance/kinds", icon="receipt")),
    (Right.ADMINISTER, MenuEntry(label="系统状态", address="/admin", icon="settings")),
    (Right.ADMINISTER, MenuEntry(label="全部账户", address="/admin/accounts", icon="users")),
    (Right.ADMINISTER, MenuEntry(label="操作留痕", address="/admin/audit", icon="shield-check")),
)


def menu_of(session: Session, path: str) -> list[MenuEntry]:
    """The entries an account may follow; the one with the longest address that leads to `path` is active."""
    entries = [entry for right, entry in _ENTRIES if allowed(session.account.role, right)]
    leading = [
        entry.address for entry in entries if path == entry.address or path.startswith(entry.address + "/")
    ]
    here = max(leading, key=len, default="")
    return [msgspec.structs.replace(entry, active=entry.address == here) for entry in entries]


def messages_address(session: Session) -> str:
    """Where an account reads its messages, or an empty text."""
    if not allowed(session.account.role, Right.MESSAGES):
        return ""
    return "/unit/messages" if session.account.unit_id is not None else "/finance/messages"


def home_of(session: Session | None) -> str:
    """Where an account begins; the login page without one."""
    if session is None:
        return "/login"
    if allowed(session.account.role, Right.ADMINISTER):
        return "/admin"
    if allowed(session.account.role, Right.UNIT_VIEW):
        return "/unit"
    if allowed(session.account.role, Right.FINANCE_VIEW):
        return "/finance"
    return "/password"
