"""Accounts: make, list, close, and give new passwords."""

from datetime import date

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.audit import differences, entry_of, record
from mingpiao.identity.grants import GrantWay, grant_role, refuse_last, refuse_to_let_in
from mingpiao.identity.model import Account, Acting, Role, Session
from mingpiao.identity.new_passwords import require_new_password, store_password
from mingpiao.identity.password_policies import password_policy
from mingpiao.identity.passwords import NO_PASSWORD, hash_password, password_fits, random_password
from mingpiao.identity.sessions import account_of, end_sessions_of
from mingpiao.identity.signing_in import count_failure
from mingpiao.identity.tables import accounts
from mingpiao.identity.unused import note_use
from mingpiao.identity.usernames import is_username
from mingpiao.identity.wrong_passwords import Origin, clear, is_locked, locked_problem
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.mobiles import masked_mobile, mobile_problems
from mingpiao.kernel.text import unprintable
from mingpiao.storage.database import Database

_NAME_LENGTH = 40


async def create_account(
    connection: AsyncConnection,
    *,
    username: str,
    display_name: str,
    role: Role,
    password: str,
    unit_id: int | None = None,
    region_code: str | None = None,
    must_change_password: bool = False,
    mobile: str = "",
    acting: Acting,
) -> Account:
    """Make an account. Unit roles need a unit, department roles a region, an administrator neither. Only the
    founding of a province makes accounts with roles of departments and administrators: later two people grant them.

    Raises `Refusal` with every `account.*` problem of the names and the password, or
    `account.username_taken` (409). Connection must be of system scope.
    """
    names = _name_problems(username, display_name)
    await require_new_password(connection, password, username=username, besides=names)
    return await store_account(
        connection,
        username=username,
        display_name=display_name,
        role=role,
        password_hash=await hash_password(password),
        unit_id=unit_id,
        region_code=region_code,
        must_change_password=must_change_password,
        mobile=mobile,
        acting=acting,
    )


async def store_account(
    connection: AsyncConnection,
    *,
    username: str,
    display_name: str,
    role: Role,
    password_hash: str,
    unit_id: int | None = None,
    region_code: str | None = None,
    must_change_password: bool = False,
    valid_until: date | None = None,
    mobile: str = "",
    acting: Acting,
) -> Account:
    """Make an account with a hash, or without a password yet. Raises as `create_account`, but not of the password;
    `account.expiry_invalid` for a last day that is over, `mobile.invalid`, `role.founded` (409) for a role that two
    people grant.
    """
    problems = _name_problems(username, display_name) + _day_problems(valid_until)
    problems += mobile_problems(mobile) if mobile else ()
    if problems:
        raise Refusal(*problems)
    statement = (
        insert(accounts)
        .values(
            username=username,
            display_name=display_name,
            password_hash=password_hash,
            role=(role if unit_id is not None else Role.UNGRANTED).value,
            unit_id=unit_id,
            must_change_password=must_change_password,
            valid_until=valid_until,
            mobile=mobile,
        )
        .returning(accounts)
    )
    try:
        async with connection.begin_nested():
            row = (await connection.execute(statement)).mappings().one()
    except IntegrityError as error:
        if "accounts_username_key" not in str(error):
            raise
        raise _taken() from error
    account = account_of(row)
    details = {"role": account.role.value} | _day_details(valid_until) | _mobile_details(mobile)
    await record(connection, entry_of("account:create", account, acting=acting, **details))
    if role is account.role:
        return account
    return await grant_role(
        connection, account.account_id, role, region_code, way=GrantWay.FOUNDING, acting=acting
    )


def _day_problems(day: date | None) -> tuple[Problem, ...]:
    if day is None or day >= today():
        return ()
    message = "账户的最后有效日不能早于今天，请修改。"
    return (Problem(code="account.expiry_invalid", field="valid_until", message=message, status=422),)


def _day_details(day: date | None) -> dict[str, str]:
    return {} if day is None else {"valid_until": day.isoformat()}


def _mobile_details(mobile: str) -> dict[str, str]:
    return {"mobile": masked_mobile(mobile)} if mobile else {}


async def set_expiry(
    connection: AsyncConnection, account: Account, day: date | None, *, acting: Acting
) -> None:
    """Set the last day (inclusive) on which an account may sign in, or none; nothing is recorded where it is that.

    Raises `Refusal`: `account.expiry_invalid` for a day that is over, `account.is_own` (409) for one's own,
    `account.last_administrator` (409).
    """
    if acting.actor == account.actor:
        raise refuse("account.is_own", "不能修改自己账户的有效期，请由其他管理员操作。", status=409)
    if problems := _day_problems(day):
        raise Refusal(*problems)
    changed = (
        update(accounts)
        .where(accounts.c.account_id == account.account_id, accounts.c.valid_until.is_distinct_from(day))
        .values(valid_until=day)
        .returning(accounts.c.account_id)
    )
    if day is not None:
        await refuse_last(connection, account)
    own = select(accounts.c.valid_until).where(accounts.c.account_id == account.account_id)
    before = (await connection.execute(own)).scalar_one()
    if (await connection.execute(changed)).first() is not None:
        entry = entry_of("account:set_expiry", account, acting=acting)
        told = differences({"valid_until": before or "长期"}, {"valid_until": day or "长期"})
        await record(connection, msgspec.structs.replace(entry, changed=told))


async def import_account(
    connection: AsyncConnection,
    *,
    username: str,
    display_name: str,
    role: Role,
    mobile: str = "",
    dry_run: bool,
    acting: Acting,
) -> str | None:
    """Make an account of the acting person's unit with a random password, and return the password. It cannot
    be read again.

    Returns None if the same account exists already. With `dry_run` nothing is written and the password is
    empty. Raises `Refusal` with `account.*` problems, among them `account.differs` (409) if the unit's
    account of that user name has another display name or role. A `mobile` that differs is no reason: it is
    changed on its own page.
    """
    unit_id = acting.unit_id
    if unit_id is None:
        raise refuse("access.denied", "该页面只供用票单位使用。", status=403)
    if problems := _name_problems(username, display_name) + (mobile_problems(mobile) if mobile else ()):
        raise Refusal(*problems)
    query = select(accounts).where(accounts.c.username == username)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        if dry_run:
            return ""
        password = random_password(await password_policy(connection))
        await create_account(
            connection,
            username=username,
            display_name=display_name,
            role=role,
            password=password,
            unit_id=unit_id,
            must_change_password=True,
            mobile=mobile,
            acting=acting,
        )
        return password
    if row["unit_id"] != unit_id:
        raise _taken()
    if (row["display_name"], row["role"]) != (display_name, role.value):
        stands = f"{row['display_name']}，{Role(row['role']).label}"
        message = f"本单位已有该用户名的账户（{stands}），姓名或角色不同，请核对。"
        raise refuse("account.differs", message, field="username", status=409)
    return None


def _taken() -> Refusal:
    return refuse("account.username_taken", "该用户名已被使用，请换一个。", field="username", status=409)


def _name_problems(username: str, display_name: str) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    if not is_username(username):
        message = "用户名须为3至64位字母、数字或 . _ @ -，以字母或数字开头。"
        problems.append(Problem(code="account.username_invalid", field="username", message=message))
    if not display_name.strip() or len(display_name) > _NAME_LENGTH or unprintable(display_name):
        message = f"请填写姓名，不超过{_NAME_LENGTH}个字，不含特殊符号。"
        problems.append(Problem(code="account.name_invalid", field="display_name", message=message))
    return tuple(problems)


async def accounts_of_unit(connection: AsyncConnection, unit_id: int) -> list[Account]:
    """All accounts of a unit by user name."""
    query = select(accounts).where(accounts.c.unit_id == unit_id).order_by(accounts.c.username)
    return [account_of(row) for row in (await connection.execute(query)).mappings()]


async def account_in_unit(
    connection: AsyncConnection, unit_id: int, account_id: int, *, role: Role | None = None
) -> Account:
    """The account of a unit by id, of a role where one is given.

    Raises `Refusal` (`account.unknown`, 404) for an account of another unit or role.
    """
    row = None
    if 0 < account_id < 2**63:  # The number comes from an address and may be larger than the column allows.
        query = select(accounts).where(accounts.c.unit_id == unit_id, accounts.c.account_id == account_id)
        row = (await connection.execute(query)).mappings().one_or_none()
    if row is None or role not in (None, row["role"]):
        raise refuse("account.unknown", "本单位没有这个账户，请从账户列表中选择。", status=404)
    return account_of(row)


async def checkers_of_unit(connection: AsyncConnection, unit_id: int) -> list[str]:
    """Names of the active accounts that may be printed as 复核人 on a unit's bills, sorted."""
    query = (
        select(accounts.c.display_name)
        .where(
            accounts.c.unit_id == unit_id,
            accounts.c.active,
            accounts.c.role == Role.UNIT_CHECKER.value,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
        )
        .distinct()
        .order_by(accounts.c.display_name)
    )
    return list((await connection.execute(query)).scalars())


async def officers_of(connection: AsyncConnection, region_code: str) -> list[Account]:
    """Active accounts of a department's officers and heads, by name."""
    query = (
        select(accounts)
        .where(accounts.c.region_code == region_code, accounts.c.active)
        .order_by(accounts.c.display_name, accounts.c.account_id)
    )
    return [account_of(row) for row in (await connection.execute(query)).mappings()]


async def count_colleagues(connection: AsyncConnection, account: Account) -> int:
    """How many other active accounts do the same work: of the same role in the same unit or department."""
    query = (
        select(func.count())
        .select_from(accounts)
        .where(
            accounts.c.account_id != account.account_id,
            accounts.c.active,
            accounts.c.role == account.role.value,
            accounts.c.unit_id.is_not_distinct_from(account.unit_id),
            accounts.c.region_code.is_not_distinct_from(account.region_code),
            accounts.c.password_hash != NO_PASSWORD,
            (accounts.c.valid_until.is_(None)) | (accounts.c.valid_until >= today()),
        )
    )
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def set_active(connection: AsyncConnection, account: Account, active: bool, *, acting: Acting) -> None:
    """Open or close an account; closing ends its sessions at once.

    Raises `Refusal` (409): `account.is_own` if a person tries to close their own, `account.last_administrator`,
    `account.closed_unused` for one that was closed because nobody used it (`open_unused`).
    """
    if acting.actor == account.actor:
        raise refuse("account.is_own", "不能停用自己的账户，请由其他管理员操作。", status=409)
    if not active:
        await refuse_last(connection, account)
    own = select(accounts.c.active, accounts.c.closed_unused_at)
    before, closed_at = (
        await connection.execute(own.where(accounts.c.account_id == account.account_id))
    ).one()
    if active and closed_at is not None:
        message = "该账户因长期未用停用，请系统管理员在“全部账户”中写明原因后启用。"
        raise refuse("account.closed_unused", message, status=409)
    statement = update(accounts).where(accounts.c.account_id == account.account_id).values(active=active)
    await connection.execute(statement)
    if active:
        await note_use(connection, account.account_id)
    else:
        await end_sessions_of(connection, account.account_id)
    entry = entry_of("account:enable" if active else "account:disable", account, acting=acting)
    told = differences({"active": before}, {"active": active})
    await record(connection, msgspec.structs.replace(entry, changed=told))


async def reset_password(connection: AsyncConnection, account: Account, *, acting: Acting) -> str:
    """Give an account a random password and return it; it cannot be read again, and must be changed at the
    next sign-in.

    Ends the account's sessions and removes its lock. Raises `Refusal` as `refuse_to_let_in`.
    """
    refuse_to_let_in(account, acting=acting)
    password = random_password(await password_policy(connection))
    await store_password(connection, account, password, must_change=True)
    await end_sessions_of(connection, account.account_id)
    await record(connection, entry_of("account:reset_password", account, acting=acting))
    return password


async def change_password(
    database: Database,
    session: Session,
    token: str,
    *,
    old: str,
    new: str,
    acting: Acting,
) -> None:
    """Change one's own password; all other sessions of the account end.

    Raises `Refusal` with the problems of `old_password` and `new_password`. A wrong old password counts
    towards the lock like a wrong one at sign-in.
    """
    account = session.account
    if new == old:
        message = "新密码不能与原密码相同，请更换。"
        raise refuse("account.password_unchanged", message, field="new_password")
    # The rules cost nothing and tell nothing; former passwords are told only to who knows the present one.
    async with database.system() as connection:
        await require_new_password(connection, new, username=account.username, field="new_password")
    await check_own_password(database, account, old, field="old_password", acting=acting)
    async with database.system() as connection:
        await require_new_password(
            connection,
            new,
            username=account.username,
            account_id=account.account_id,
            field="new_password",
        )
        await store_password(connection, account, new, must_change=False)
        await end_sessions_of(connection, account.account_id, keeping=token)
        await record(connection, entry_of("account:change_password", account, acting=acting))


async def check_own_password(
    database: Database, account: Account, password: str, *, field: str, acting: Acting
) -> None:
    """Check the password of a person who is signed in. A wrong one counts towards the lock like one at sign-in.

    Raises `Refusal` at `field`: `account.old_password_wrong`, or `session.account_locked` (429).
    """
    origin = Origin(f"account:{account.account_id}", known=True)
    async with database.system() as connection:
        query = select(accounts).where(accounts.c.account_id == account.account_id)
        row = (await connection.execute(query)).mappings().one()
        if await is_locked(connection, account.username, origin):
            raise _locked_at(field)
    if not await password_fits(row["password_hash"], password, known=True):
        async with database.system() as connection:
            problem = await count_failure(connection, account.username, origin, address=acting.address)
        if problem.code == "session.account_locked":
            raise _locked_at(field)
        raise refuse("account.old_password_wrong", "密码不正确，请重新输入。", field=field)
    async with database.system() as connection:
        # Of many guesses at the same moment none counts that arrives after the fifth wrong one.
        if await clear(connection, account.username, origin) is None:
            raise _locked_at(field)


def _locked_at(field: str) -> Refusal:
    return Refusal(msgspec.structs.replace(locked_problem(), field=field))
