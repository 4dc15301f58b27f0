"""Asking for a code, in two halves that nobody outside can tell apart from asking for nothing.

The page writes down what was typed and is done: it looks for no account, so that its answer and its time are the
same whoever is asked for. A worker looks afterwards, and sends the code if there is somebody to send it to.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import hmac_sm3, sm3
from mingpiao.delivery.service import SmsOutbox
from mingpiao.identity.model import Account, Acting, AuditEntry, platform
from mingpiao.identity.service import find_persons, mobile_for_codes, record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.recovery.limits import within
from mingpiao.recovery.model import AskedPerson, FoundPerson, RecoveryPurpose, RecoveryTicket
from mingpiao.recovery.settings import RecoverySettings
from mingpiao.recovery.tables import recoveries
from mingpiao.recovery.telling import TEMPLATES, tell_owner
from mingpiao.storage.database import Database
from mingpiao.units.service import find_by_name, names_of

ASK_JOB = "send_recovery_code"
#: How long a code may be used after it was asked for.
CODE_LIVES = timedelta(minutes=10)
CODE_DIGITS = 6
_TOKEN_BYTES = 32


class CodeSender:
    """Takes what was typed, and lets a worker send the code."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        master_key: MasterKey,
        sms: SmsOutbox,
        settings: RecoverySettings,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._master_key = master_key
        self._sms = sms
        self._settings = settings
        self._key = master_key.derive("recovery")

    @property
    def can_send(self) -> bool:
        """Whether there is a way for codes at all."""
        return self._sms.can_send

    async def ask(self, purpose: RecoveryPurpose, asked: AskedPerson, *, address: str) -> RecoveryTicket:
        """Take somebody's wish for a code; whether there is such an account is not looked at here.

        Raises `Refusal`: `recovery.unavailable` (503) without a way for codes, `recovery.too_many` (429) when what
        was typed, the network or all together asked too often today.
        """
        if not self.can_send:
            message = "本平台没有接通短信，不能在这里办理。请联系本单位票据管理员或财政部门。"
            raise refuse("recovery.unavailable", message, status=503)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        hashed, moment = sm3(token.encode()), now()
        async with self._database.system() as connection:
            await self._count_asking(connection, purpose, asked, address)
            row = {
                "token_hash": hashed,
                "purpose": purpose.value,
                "asked": self._master_key.wrap(msgspec.json.encode(asked), _label(hashed)),
                "tries": 0,
                "address": address,
                "asked_at": moment,
                "expires_at": moment + CODE_LIVES,
            }
            made = insert(recoveries).values(row).returning(recoveries.c.recovery_id)
            recovery_id = (await connection.execute(made)).scalar_one()
            await enqueue(connection, ASK_JOB, {"recovery_id": recovery_id})
        return RecoveryTicket(token=token, purpose=purpose)

    async def _count_asking(
        self, connection: AsyncConnection, purpose: RecoveryPurpose, asked: AskedPerson, address: str
    ) -> None:
        settings = self._settings
        typed = "\n".join((purpose.value, asked.username, asked.place, asked.person)).casefold()
        # Always in this order, so that two who ask wait for each other and never in a circle.
        for kind, what, allowed in (
            ("network", address, settings.recovery_asks_per_network),
            ("typed", typed, settings.recovery_codes_per_account),
            ("all", "", settings.recovery_asks_a_day),
        ):
            if not await within(connection, self._key, kind, what, allowed):
                message = "今天申请验证码的次数已达上限，请明天再试，或联系本单位票据管理员、财政部门办理。"
                raise refuse("recovery.too_many", message, status=429)

    async def work(self, payload: Mapping[str, Any]) -> None:
        """Look for the account that was asked for, and send its code. Once only, however often it runs."""
        recovery_id: int = payload["recovery_id"]
        catalog = await self._catalog.get()
        departments = {each.name: code for code, each in catalog.departments.items()}
        query = select(recoveries).where(recoveries.c.recovery_id == recovery_id)
        taken = (
            update(recoveries)
            .where(recoveries.c.recovery_id == recovery_id, recoveries.c.asked.is_not(None))
            .values(asked=None)
        )
        async with self._database.system() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is None or not (await connection.execute(taken)).rowcount:
                return
            purpose = RecoveryPurpose(row["purpose"])
            acting = platform("recovery", address=row["address"])
            asked = self._read(row["asked"], row["token_hash"])
            found = asked and await find(connection, purpose, asked, departments)
            if not found:
                await record(connection, _entry("unknown", purpose, None, acting=acting))
            elif not found.mobile:
                await record(connection, _entry("no_mobile", purpose, found.account, acting=acting))
            elif row["expires_at"] > now():
                await self._send(connection, recovery_id, purpose, found, acting=acting)

    async def _send(
        self,
        connection: AsyncConnection,
        recovery_id: int,
        purpose: RecoveryPurpose,
        found: FoundPerson,
        *,
        acting: Acting,
    ) -> None:
        account, settings = found.account, self._settings
        for kind, what, allowed in (
            ("account", f"{purpose.value}\n{account.account_id}", settings.recovery_codes_per_account),
            ("mobile", found.mobile, settings.recovery_codes_per_mobile),
        ):
            # Nothing of it is seen outside: who asks would learn that there is such an account.
            if not await within(connection, self._key, kind, what, allowed):
                await record(connection, _entry("limited", purpose, account, acting=acting))
                return
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        given = {"account_id": account.account_id, "code_hash": self.code_hash(recovery_id, code)}
        await connection.execute(
            update(recoveries).where(recoveries.c.recovery_id == recovery_id).values(given)
        )
        who = f"{found.place}{account.display_name}"
        await self._sms.send(
            connection, TEMPLATES[purpose], found.mobile, {"who": who, "code": code}, useful_for=CODE_LIVES
        )
        await record(connection, _entry("code", purpose, account, acting=acting))
        await tell_owner(
            connection,
            account,
            f"recovery:{recovery_id}:asked",
            f"有人在为{account.display_name}（{account.username}）{purpose.label}",
            "验证码已发到登记的手机。不是本单位同意办理的，请勿把验证码告诉任何人，并联系财政部门。",
        )

    def code_hash(self, recovery_id: int, code: str) -> bytes:
        """What is kept of a code: under a key that is not in the database, as six digits are soon tried."""
        return hmac_sm3(self._key, f"code\n{recovery_id}\n{code}".encode())

    def _read(self, sealed: bytes, hashed: bytes) -> AskedPerson | None:
        try:
            return msgspec.json.decode(self._master_key.unwrap(sealed, _label(hashed)), type=AskedPerson)
        except Refusal:
            return None  # AskedPerson under an earlier master key: whoever asked may ask again.


async def find(
    connection: AsyncConnection, purpose: RecoveryPurpose, asked: AskedPerson, departments: Mapping[str, str]
) -> FoundPerson | None:
    """The one account that was asked for, or None. `departments` maps names of departments to regions."""
    found = await _persons(connection, asked, departments)
    if len(found) != 1 or (purpose is RecoveryPurpose.LOSS and found[0].lost_at is not None):
        return None
    (account,) = found
    place = next((name for name, code in departments.items() if code == account.region_code), "")
    if account.unit_id is not None:
        place = (await names_of(connection, [account.unit_id]))[account.unit_id]
    return FoundPerson(account=account, place=place, mobile=await mobile_for_codes(connection, account))


async def _persons(
    connection: AsyncConnection, asked: AskedPerson, departments: Mapping[str, str]
) -> list[Account]:
    if asked.username:
        return await find_persons(connection, username=asked.username)
    if asked.place in departments:
        return await find_persons(connection, person=asked.person, region_code=departments[asked.place])
    units = await find_by_name(connection, asked.place)
    if len(units) != 1:
        return []
    return await find_persons(connection, person=asked.person, unit_id=units[0])


def _entry(step: str, purpose: RecoveryPurpose, account: Account | None, *, acting: Acting) -> AuditEntry:
    # What was typed for nobody may be a password, so it is not recorded.
    return AuditEntry(
        acting=acting,
        action=f"recovery:{step}",
        subject=account.actor if account else "account:unknown",
        unit_id=account.unit_id if account else None,
        region_code=account.region_code if account else None,
        details={"purpose": purpose.value} | ({"username": account.username} if account else {}),
    )


def _label(hashed: bytes) -> str:
    """The associated data of the encryption: what was typed for another code cannot be read."""
    return f"recovery {hashed.hex()}"
