"""Issuing by UKey in the demonstration: a key for one person, in a store for the agent, and a department that demands it.

The demonstration opens with passwords alone; `mingpiao demo-ukey` shows the other way while it runs.
"""

import shutil
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.agent.service import FileToken
from mingpiao.crypto.pkcs10 import to_pem
from mingpiao.demo.services import DemoServices, open_demo_services
from mingpiao.demo.ukeys import organization_of, person
from mingpiao.identity.model import Account, acting_for
from mingpiao.identity.service import random_password
from mingpiao.settings import Settings
from mingpiao.storage.private import write_private
from mingpiao.ukeys.model import UKey, UKeyFilter, UKeyState
from mingpiao.ukeys.service import (
    UKeyPolicy,
    apply_in_unit,
    deliver_ukey,
    issue_ukey,
    list_ukeys,
    revoke_ukey,
    set_ukey_policy,
    ukey_policies,
)
from mingpiao.units.service import get

#: Whose key it is; the unit's manager applies, an officer of the city issues, and the city's head demands it.
HOLDER, _MANAGER, _OFFICER, _HEAD = "gongan-kaipiao", "gongan-guanli", "hhht-jingban", "hhht-fuzeren"
_PIN_FILE = "pin.txt"


class UKeyWay(msgspec.Struct, frozen=True, kw_only=True):
    """Who can sign in by UKey, with which PIN, by keys in `store`; `department` demands it now."""

    holder: str
    login: str
    unit: str
    department: str
    pin: str
    store: Path


async def show_ukey_way(settings: Settings, store: Path) -> UKeyWay:
    """Make the person's key in `store`, unless it is there, and let the department demand UKeys for issuing."""
    async with open_demo_services(settings) as services:
        async with services.database.system() as connection:
            holder = await person(connection, HOLDER)
            unit = await get(connection, holder.unit_id or 0)
        if not (store / _PIN_FILE).exists():
            await _make_key(services, holder, store)
        department = await _demand(services, needed=True)
    return UKeyWay(
        holder=holder.display_name,
        login=HOLDER,
        unit=unit.name,
        department=department,
        pin=(store / _PIN_FILE).read_text(encoding="utf-8").strip(),
        store=store,
    )


async def end_ukey_way(settings: Settings) -> str:
    """Let people issue with passwords again; the name of the department that demanded more."""
    async with open_demo_services(settings) as services:
        return await _demand(services, needed=False)


async def _make_key(services: DemoServices, holder: Account, store: Path) -> None:
    """The PIN is written last: without it, what an earlier run left behind is of no use, and is made anew."""
    shutil.rmtree(store, ignore_errors=True)
    token, pin = FileToken(store), random_password()
    _key_id, request = token.make_key(holder.display_name, pin)
    async with services.database.system() as connection:
        manager = acting_for(await person(connection, _MANAGER))
        officer = acting_for(await person(connection, _OFFICER))
        for unused in await _unused(connection, holder):
            await revoke_ukey(connection, unused.ukey_id, "重新制作演示 UKey", acting=manager)
        made = await apply_in_unit(connection, holder.account_id, "", to_pem(request), acting=manager)
        organization = organization_of(services.settings)
        await issue_ukey(connection, made.ukey_id, services.master_key, organization, acting=officer)
        given = await deliver_ukey(connection, made.ukey_id, acting=manager)
    token.install(given.certificate or b"")
    write_private(store / _PIN_FILE, pin + "\n")


async def _unused(connection: AsyncConnection, holder: Account) -> list[UKey]:
    """UKeys of the person that were handed over and never used."""
    asked = UKeyFilter(unit_id=holder.unit_id, state=UKeyState.DELIVERED.value)
    found = await list_ukeys(connection, asked)
    return [each for each in found.items if each.account_id == holder.account_id]


async def _demand(services: DemoServices, *, needed: bool) -> str:
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        head = await person(connection, _HEAD)
        region = head.region_code or ""
        own = (await ukey_policies(connection, [region])).get(region)
        if needed != (own is not None and own.issuing_needs_ukey):
            revision = own.revision if own else 0
            days = own.told_before if own else UKeyPolicy().told_before
            await set_ukey_policy(
                connection, needed, told_before=days, revision=revision, acting=acting_for(head)
            )
    return catalog.departments[region].name
