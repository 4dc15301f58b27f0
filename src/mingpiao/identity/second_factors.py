"""Second factors: an app on the phone that shows codes (TOTP), and recovery codes on paper for the day it is lost.

A code is used once: the step of the last one is kept, and earlier ones no longer count. Wrong codes are counted before
they are looked at, so that of many at the same moment no more than five are. Secrets are encrypted under the master
key; of recovery codes only hashes are kept.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.audit import entry_of, record
from mingpiao.identity.beginning import begin_session, record_refused
from mingpiao.identity.factors import PASSWORD, RECOVERY, TOTP
from mingpiao.identity.grants import refuse_to_let_in
from mingpiao.identity.model import (
    Account,
    Acting,
    AuditEntry,
    FactorNeeded,
    Rejected,
    SignedIn,
    Visitor,
    acting_for,
    platform,
)
from mingpiao.identity.places import SignInPlace
from mingpiao.identity.sessions import account_of, end_sessions_of, token_hash
from mingpiao.identity.tables import (
    accounts,
    pending_sign_ins,
    recovery_codes,
    totp_offers,
    totp_secrets,
)
from mingpiao.identity.totp import enrolment_address, new_secret, step_of
from mingpiao.identity.wrong_passwords import (
    FAILURES_ALLOWED,
    LOCKED_FOR,
    Counted,
    Origin,
    clear_codes,
    count_code,
    device_hashes,
    known_device,
    origin_of,
)
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import half_width
from mingpiao.messages.service import tell_person
from mingpiao.storage.database import Database

#: How long a right password waits for the second factor.
PENDING_FOR = timedelta(minutes=5)
#: How long a secret that was shown waits for the code that confirms it.
OFFERED_FOR = timedelta(minutes=30)
RECOVERY_CODES = 10
_TOKEN_BYTES = 32
# Without letters that look alike in print; twelve of them have 59 bits.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 3, 4
_LOCK_MINUTES = int(LOCKED_FOR.total_seconds() // 60)

_WRONG = Problem(
    code="factor.code_wrong",
    message="验证码不正确、已用过或已过期，请输入手机上现在显示的6位数字。",
    field="code",
    status=401,
)
_LOCKED = Problem(
    code="factor.locked",
    message=f"验证码多次不正确，已暂停验证，请{_LOCK_MINUTES}分钟后再试。",
    field="code",
    status=429,
)
_EXPIRED = Problem(
    code="factor.sign_in_expired",
    message="登录已超过5分钟没有完成，请重新输入用户名和密码。",
    status=401,
)

# A step is used up by whoever comes first: the second finds it no longer below.
_USE_STEP = text(
    "UPDATE totp_secrets SET last_step = :step WHERE account_id = :account_id AND last_step < :step "
    "RETURNING true"
)


class FactorState(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has: since when an app shows its codes (None: none does), and how many recovery codes are
    left of those that were made at a time.
    """

    enrolled_at: datetime | None = None
    codes_left: int = 0
    codes_made_at: datetime | None = None


class FactorOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A secret to be taken over by an app: as text, and as the address in a QR code."""

    secret: str
    address: str


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """An app was confirmed: the new session, proved by both factors, and the recovery codes, shown this once."""

    signed_in: SignedIn
    codes: tuple[str, ...]


async def factor_state(connection: AsyncConnection, account_id: int) -> FactorState:
    """What an account has as its second factor. The connection must have system scope."""
    enrolled = select(totp_secrets.c.enrolled_at).where(totp_secrets.c.account_id == account_id)
    codes = select(
        func.count().filter(recovery_codes.c.used_at.is_(None)), func.max(recovery_codes.c.made_at)
    ).where(recovery_codes.c.account_id == account_id)
    left, made_at = (await connection.execute(codes)).one()
    return FactorState(enrolled_at=await connection.scalar(enrolled), codes_left=left, codes_made_at=made_at)


async def await_factor(
    connection: AsyncConnection, account: Account, there: SignInPlace, *, address: str
) -> FactorNeeded | None:
    """After a right password: what finishes the sign-in, or None for an account without a second factor."""
    has_one = select(totp_secrets.c.account_id).where(totp_secrets.c.account_id == account.account_id)
    if (await connection.execute(has_one)).first() is None:
        return None
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await connection.execute(
        insert(pending_sign_ins).values(
            token_hash=token_hash(token),
            account_id=account.account_id,
            device_hash=there.device_hash,
            known=there.known,
            made_at=now(),
        )
    )
    acting = acting_for(account, address=address, factors=(PASSWORD,))
    await record(connection, entry_of("session:password_right", account, acting=acting))
    return FactorNeeded(token=token, device=there.cookie)


class SecondFactors:
    """Second factors of accounts, whose secrets the master key opens."""

    def __init__(self, database: Database, master_key: MasterKey) -> None:
        self._database = database
        self._master_key = master_key

    # -- setting up ------------------------------------------------------------------------------

    async def offer(self, account: Account, *, acting: Acting) -> None:
        """Make a new secret for an app; an earlier one that was not confirmed is forgotten. What is in use stays so."""
        wrapped = self._master_key.wrap(new_secret().encode(), _label(account.account_id))
        row = {"account_id": account.account_id, "secret": wrapped, "made_at": now()}
        made = upsert(totp_offers).values(row)
        async with self._database.system() as connection:
            await connection.execute(made.on_conflict_do_update(index_elements=["account_id"], set_=row))
            await record(connection, entry_of("account:factor_offer", account, acting=acting))

    async def offered(self, account: Account) -> FactorOffer | None:
        """The secret that waits to be confirmed, or None: nothing was asked for in the last half hour."""
        async with self._database.system() as connection:
            wrapped = await connection.scalar(_open_offer(account))
        return self._offer(account, wrapped) if wrapped is not None else None

    def _offer(self, account: Account, wrapped: bytes) -> FactorOffer:
        secret = self._master_key.unwrap(wrapped, _label(account.account_id)).decode()
        return FactorOffer(secret=secret, address=enrolment_address(secret, account.username))

    async def confirm(
        self, account: Account, factors: tuple[str, ...], code: str, *, visitor: Visitor, acting: Acting
    ) -> Enrolled | Problem:
        """Take the offered secret into use, after a code of it, with ten new recovery codes.

        All other sessions of the account end, and this one goes on under a new token. Raises `Refusal`
        (`factor.no_offer`, 409) when nothing is offered, or somebody else confirmed it at the same moment.
        """
        async with self._database.system() as connection:
            origin = await origin_of(connection, account.account_id, visitor.device, visitor.address)
            counted = await count_code(connection, account.account_id, origin)
            wrapped = await connection.scalar(_open_offer(account))
            if wrapped is None:
                raise _no_offer()
            step = step_of(self._offer(account, wrapped).secret, typed_code(code), now())
            if step is None or counted.failures > FAILURES_ALLOWED:
                return await _refuse_code(connection, account, counted, acting=acting)
            # Of two who confirm at the same moment one takes the offer away.
            offer = totp_offers.c.account_id == account.account_id, totp_offers.c.secret == wrapped
            if (await connection.execute(delete(totp_offers).where(*offer))).rowcount == 0:
                raise _no_offer()
            await clear_codes(connection, account.account_id, origin)
            row = {
                "account_id": account.account_id,
                "secret": wrapped,
                "enrolled_at": now(),
                "last_step": step,
            }
            taken = upsert(totp_secrets).values(row)
            await connection.execute(taken.on_conflict_do_update(index_elements=["account_id"], set_=row))
            codes = await _make_codes(connection, account)
            await end_sessions_of(connection, account.account_id)
            await record(connection, entry_of("account:factor_enrol", account, acting=acting))
            proved = (*(each for each in factors if each not in (TOTP, RECOVERY)), TOTP)
            signed_in = await begin_session(connection, account, proved, visitor=visitor, origin=origin)
        return Enrolled(signed_in=signed_in, codes=codes)

    async def renew_codes(self, account: Account, *, acting: Acting) -> tuple[str, ...]:
        """Ten new recovery codes; those before no longer work. Raises `Refusal` (`factor.none`, 409) without an app."""
        async with self._database.system() as connection:
            query = select(totp_secrets.c.account_id).where(totp_secrets.c.account_id == account.account_id)
            if (await connection.execute(query)).first() is None:
                raise refuse("factor.none", "尚未设置动态口令，请先设置。", status=409)
            codes = await _make_codes(connection, account)
            await record(connection, entry_of("account:factor_codes", account, acting=acting))
        return codes

    # -- proving ---------------------------------------------------------------------------------

    async def finish_sign_in(self, token: str, code: str, *, visitor: Visitor) -> SignedIn | Rejected:
        """Begin the session of a sign-in whose password was right, after a code of the app or a recovery code.

        The token counts for five minutes, once, and in the browser that has the device's token in its cookie.
        """
        async with self._database.system() as connection:
            found = await _pending(connection, token, visitor.device)
        if found is None:
            return Rejected(problem=_EXPIRED)
        try:
            return await self._finish(token, code, found, visitor=visitor)
        except Refusal as refused:
            await record_refused(self._database, found[0], address=visitor.address)
            return Rejected(problem=refused.problems[0])

    async def _finish(
        self, token: str, code: str, found: tuple[Account, Origin], *, visitor: Visitor
    ) -> SignedIn | Rejected:
        account, origin = found
        async with self._database.system() as connection:
            acting = acting_for(account, address=visitor.address, factors=(PASSWORD,))
            proof = await self._check(connection, account, code, origin, acting=acting)
            if isinstance(proof, Problem):
                return Rejected(problem=proof)
            used = delete(pending_sign_ins).where(pending_sign_ins.c.token_hash == token_hash(token))
            if (await connection.execute(used)).rowcount != 1:
                return Rejected(problem=_EXPIRED)
            return await begin_session(connection, account, (PASSWORD, proof), visitor=visitor, origin=origin)

    async def check(self, account: Account, code: str, *, origin: Origin, acting: Acting) -> str | Problem:
        """Which factor a code of a signed-in person proves, or what is wrong with it. A right one is used up."""
        async with self._database.system() as connection:
            return await self._check(connection, account, code, origin, acting=acting)

    async def _check(
        self, connection: AsyncConnection, account: Account, code: str, origin: Origin, *, acting: Acting
    ) -> str | Problem:
        counted = await count_code(connection, account.account_id, origin)
        proof = None
        if counted.failures <= FAILURES_ALLOWED:
            proof = await self._use(connection, account, typed_code(code), acting=acting)
        if proof is None:
            return await _refuse_code(connection, account, counted, acting=acting)
        await clear_codes(connection, account.account_id, origin)
        return proof

    async def _use(
        self, connection: AsyncConnection, account: Account, code: str, *, acting: Acting
    ) -> str | None:
        """Use a code up: which factor it is, or None for one that does not fit or was used."""
        whose = {"account_id": account.account_id}
        query = select(totp_secrets.c.secret).where(totp_secrets.c.account_id == account.account_id)
        wrapped = await connection.scalar(query)
        if wrapped is None:
            return None
        secret = self._master_key.unwrap(wrapped, _label(account.account_id)).decode()
        step = step_of(secret, code, now())
        if step is not None:
            return TOTP if await connection.scalar(_USE_STEP, whose | {"step": step}) else None
        return RECOVERY if await _use_recovery(connection, account, code, acting=acting) else None

    # -- removing --------------------------------------------------------------------------------

    async def remove(self, account: Account, *, acting: Acting) -> None:
        """Let a person do without a second factor again; nothing happens without one.

        The caller knows that none is demanded, and that the person was proved freshly.
        """
        async with self._database.system() as connection:
            if await _forget(connection, account):
                await record(connection, entry_of("account:factor_remove", account, acting=acting))


async def reset_factor(connection: AsyncConnection, account: Account, *, acting: Acting) -> None:
    """Take an account's second factor and recovery codes away, end its sessions, and tell its owner.

    Raises `Refusal`: `account.is_own` (409) for one's own, `factor.none` (409) where there is none, and as
    `refuse_to_let_in`.
    """
    if acting.actor == account.actor:
        raise refuse("account.is_own", "不能重置自己的动态口令，请由其他管理员操作。", status=409)
    refuse_to_let_in(account, acting=acting)
    if not await _forget(connection, account):
        raise refuse("factor.none", "该账户没有设置动态口令，不需要重置。", status=409)
    await end_sessions_of(connection, account.account_id)
    moment = now()
    await tell_person(
        connection,
        account.account_id,
        f"factor-reset:{account.account_id}:{moment.isoformat()}",
        "您的动态口令已被重置",
        f"{to_shanghai(moment):%Y年%-m月%-d日%H:%M}由 {acting.name} 重置，原来的动态口令和恢复码都已失效。"
        "如果不是您要求的，请立即告诉管理员。",
        link="/account",
        urgent=True,
    )
    await record(connection, entry_of("account:factor_reset", account, acting=acting))


def typed_code(text: str) -> str:
    """A code as people type it: full width, in groups, in small letters."""
    return "".join(filter(str.isalnum, half_width(text).upper()))


def _label(account_id: int) -> str:
    """The associated data of the encryption: a secret that is copied to another account cannot be decrypted."""
    return f"second factor {account_id}"


def _no_offer() -> Refusal:
    return refuse("factor.no_offer", "没有等待确认的设置，请重新开始设置动态口令。", status=409)


def _open_offer(account: Account) -> Select[Any]:
    return select(totp_offers.c.secret).where(
        totp_offers.c.account_id == account.account_id, totp_offers.c.made_at > now() - OFFERED_FOR
    )


async def _pending(connection: AsyncConnection, token: str, device: str) -> tuple[Account, Origin] | None:
    """Whose sign-in waits under a token in this browser, and where it comes from."""
    moment = now()
    query = (
        select(accounts, pending_sign_ins.c.device_hash, pending_sign_ins.c.known)
        .join(pending_sign_ins, pending_sign_ins.c.account_id == accounts.c.account_id)
        .where(
            pending_sign_ins.c.token_hash == token_hash(token),
            pending_sign_ins.c.made_at > moment - PENDING_FOR,
            accounts.c.active,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= to_shanghai(moment).date()),
        )
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None or row["device_hash"] not in device_hashes(device):
        return None
    origin = msgspec.structs.replace(known_device(row["device_hash"]), known=row["known"])
    return account_of(row), origin


async def _make_codes(connection: AsyncConnection, account: Account) -> tuple[str, ...]:
    whose = recovery_codes.c.account_id == account.account_id
    await connection.execute(delete(recovery_codes).where(whose))
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    moment = now()
    rows = [
        {
            "account_id": account.account_id,
            "code_hash": _recovery_hash(account.account_id, code),
            "made_at": moment,
        }
        for code in codes
    ]
    await connection.execute(insert(recovery_codes), rows)
    return codes


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _recovery_hash(account_id: int, code: str) -> bytes:
    return sm3(f"recovery code\0{account_id}\0{typed_code(code)}".encode())


async def _use_recovery(connection: AsyncConnection, account: Account, code: str, *, acting: Acting) -> bool:
    used = (
        update(recovery_codes)
        .where(
            recovery_codes.c.account_id == account.account_id,
            recovery_codes.c.code_hash == _recovery_hash(account.account_id, code),
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(recovery_codes.c.code_hash)
    )
    if (await connection.execute(used)).first() is None:
        return False
    await record(connection, entry_of("account:factor_recovery", account, acting=acting))
    return True


async def _refuse_code(
    connection: AsyncConnection, account: Account, counted: Counted, *, acting: Acting
) -> Problem:
    """What to answer to a wrong code. The first one and the one that locks are recorded, and the lock is told to the
    owner: whoever comes so far knows the password.
    """
    if counted.telling:
        action = "session:factor_lock" if counted.locked else "session:factor_failed"
        entry = AuditEntry(
            acting=platform("sign_in", address=acting.address),
            action=action,
            subject=f"account:{account.account_id}",
            unit_id=account.unit_id,
            details={"username": account.username, "failures": str(counted.failures)},
        )
        await record(connection, entry)
    if counted.telling and counted.locked:
        moment = now()
        await tell_person(
            connection,
            account.account_id,
            f"factor-lock:{account.account_id}:{moment.isoformat()}",
            "有人多次输错您的动态口令",
            f"{to_shanghai(moment):%Y年%-m月%-d日%H:%M}，网络地址 {acting.address}，密码已经输对。"
            "如果不是您本人，说明密码已被他人知道，请立即修改密码，并告诉管理员。",
            link="/account",
            urgent=True,
        )
    return _LOCKED if counted.locked else _WRONG


async def _forget(connection: AsyncConnection, account: Account) -> bool:
    """Delete what an account has as its second factor; whether it had one."""
    whose = account.account_id
    gone = delete(totp_secrets).where(totp_secrets.c.account_id == whose).returning(totp_secrets.c.account_id)
    had = (await connection.execute(gone)).first() is not None
    await connection.execute(delete(totp_offers).where(totp_offers.c.account_id == whose))
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == whose))
    return had
