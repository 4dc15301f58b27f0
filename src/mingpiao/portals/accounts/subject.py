"""Accounts: signing in, a unit's own accounts, and all accounts."""

from mingpiao.delivery.room import SMS
from mingpiao.portals.accounts import (
    admin,
    importing,
    invitations,
    lists,
    losses,
    mobiles,
    signing_in,
    unit,
    unused,
)
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    anybody=[
        signing_in.create_router(),
        invitations.create_invitation_router(),
        mobiles.create_mobile_router(),
    ],
    unit=[*unit.HANDLERS, *importing.HANDLERS, *mobiles.HANDLERS, losses.lift_in_unit],
    admin=[*admin.HANDLERS, losses.lift_anywhere, unused.reopen],
    services={"sms": SMS},
    lists=(lists.UNIT_ACCOUNT_LIST, lists.ALL_ACCOUNTS),
    menu=(
        MenuEntry(right=UNIT_ACCOUNTS, place=70, label="账户管理", address="/unit/accounts", icon="users"),
        MenuEntry(right=ADMINISTER, place=320, label="全部账户", address="/admin/accounts", icon="users"),
    ),
    help={
        "/unit/accounts": "unit#管理本单位账户-票据管理员",
        "/admin/accounts": "start#系统管理员",
        "/mobile": "start#手机号码",
        "/password": "start#登录和密码",
    },
)
