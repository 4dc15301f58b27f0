"""The steps of a founding. Each is whole or absent, may be repeated, and refuses a second value that differs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog, Region
from mingpiao.catalog.service import (
    load,
    save_categories,
    save_departments,
    save_items,
    save_kinds,
    save_regions,
)
from mingpiao.crypto.keystore import MasterKey
from mingpiao.founding.ceremony import last_ceremony
from mingpiao.founding.model import (
    DUTIES,
    AdministratorPlan,
    FirstPassword,
    FoundingState,
    ProvincePlan,
    StarterPlan,
)
from mingpiao.founding.regions import departments_of, province_names, shipped_regions
from mingpiao.founding.starter import starter_categories, starter_items, starter_kinds
from mingpiao.founding.tables import foundings
from mingpiao.identity.model import ADMINISTRATORS, Account, Acting, AuditEntry
from mingpiao.identity.service import (
    create_account,
    end_founding_grants,
    random_password,
    record,
    reset_password,
    search_accounts,
)
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.letters.service import FONT_PATH
from mingpiao.numbering.service import open_code
from mingpiao.sealing.model import SealImage
from mingpiao.sealing.service import (
    MAKER,
    ROOT,
    Owner,
    draw_supervisor_seal,
    find_authority,
    find_key,
    given_supervisor_seal,
    make_province_authority,
    make_sealing_key,
    read_seal,
    store_key,
)
from mingpiao.storage.locks import NamedLock

FOUNDING = NamedLock("founding")


async def founding_state(connection: AsyncConnection) -> FoundingState:
    """How far the founding of the database's province has come."""
    row = (await connection.execute(select(foundings))).mappings().one_or_none()
    catalog = await _catalog(connection)
    province = row["province"] if row else (_province_of(catalog).code if catalog else "")
    seal = await find_key(connection, ("department", province)) if province else None
    starter = row["starter"] if row else None
    return FoundingState(
        begun=row is not None,
        completed=bool(row and row["completed_at"]),
        province=province,
        ceremony=await last_ceremony(connection),
        has_seal=seal is not None,
        starter=None if starter is None else tuple(starter),
        administrators=len(await _administrators(connection)),
    )


def check_province(plan: ProvincePlan) -> None:
    """Raise `Refusal` with every `founding.*` problem of a province."""
    names = province_names()
    problems: list[Problem] = []
    if plan.code not in names:
        message = "省级行政区划代码应为六位，后四位是 0000，例如 150000，请核对。"
        problems.append(Problem(code="founding.province_unknown", field="province/code", message=message))
    elif plan.name != names[plan.code]:
        message = f"代码 {plan.code} 的名称是“{names[plan.code]}”，请核对代码和名称。"
        problems.append(Problem(code="founding.province_unknown", field="province/name", message=message))
    if len(plan.department_name()) > 60:
        problems.append(
            Problem(
                code="founding.department_wrong",
                field="province/department",
                message="财政部门名称不超过 60 个字，请缩短。",
            )
        )
    if problems:
        raise Refusal(*problems)


async def lay_province(
    connection: AsyncConnection, plan: ProvincePlan, regions: Sequence[Region], *, acting: Acting
) -> bool:
    """Begin the founding: the province, its department, and the given regions with theirs; False if all is there.

    Raises `Refusal`: those of `check_province`, `founding.done`, `founding.differs`.
    """
    check_province(plan)
    catalog = await _catalog(connection)
    statement = insert(foundings).values(founding_id=1, province=plan.code).on_conflict_do_nothing()
    fresh = catalog is None and (await connection.execute(statement)).rowcount == 1
    row = await _locked(connection)
    if row["province"] != plan.code:
        raise _differs("province/code", f"本系统正在设置的省份是 {row['province']}")
    if not fresh:
        return _compare_province(await load(connection), plan)
    head = Region(code=plan.code, name=plan.name, parent="", level="province")
    laid = (head, *(region for region in regions if region.code != plan.code))
    await save_regions(connection, laid, acting=acting)
    await save_departments(connection, departments_of(laid, plan.department_name()), acting=acting)
    return True


def _compare_province(catalog: Catalog, plan: ProvincePlan) -> bool:
    department = catalog.departments[plan.code].name
    if plan.department_name() != department:
        raise _differs("province/department", f"财政部门已设为“{department}”")
    return False


def regions_wanted(plan: ProvincePlan, table: Sequence[Region]) -> Sequence[Region]:
    """The regions of a plan: `table` where it names a file, else the shipped ones, or none."""
    return shipped_regions(plan.code) if plan.regions == "shipped" else table


async def make_seals(
    connection: AsyncConnection, master: MasterKey, picture: bytes, *, acting: Acting
) -> bool:
    """The province's authority and 财政票据监制章, with a given `picture` or a drawn one; False if they are there.

    Raises `Refusal`: `sealing.picture_wrong`, `founding.differs`, `crypto.master_key_wrong`.
    """
    row = await _locked(connection)
    catalog = await load(connection)
    region, department = catalog.regions[row["province"]], catalog.departments[row["province"]]
    image = given_supervisor_seal(picture) if picture else None
    owner: Owner = ("department", region.code)
    stored = await find_key(connection, owner)
    if stored is not None:
        if image is not None and read_seal(stored.seal).image.data != image.data:
            raise _differs("seal/picture", "监制章已经制作，图样与这次的不同")
        return False
    at = now()
    authority = await find_authority(connection)
    if authority is None:
        authority = make_province_authority(master, at, region.name, department.name)
        await store_key(connection, ROOT, authority.root, acting=acting)
        await store_key(connection, MAKER, authority.maker, acting=acting)
    key = make_sealing_key(
        master,
        authority,
        owner_name=department.name,
        province=region.name,
        seal_id=f"SUP{region.code}",
        seal_name=f"{department.name}财政票据监制章",
        image=image or _drawn(region.name, department.name),
        at=at,
    )
    await store_key(connection, owner, key, acting=acting)
    return True


def _drawn(region: str, department: str) -> SealImage:
    return draw_supervisor_seal(region, FONT_PATH, mark=department.removeprefix(region)[:6])


async def lay_starter(connection: AsyncConnection, plan: StarterPlan, *, acting: Acting) -> bool:
    """The chosen categories with their kinds, codes and general items; False if they were chosen before.

    Raises `Refusal`: `founding.category_unknown`, `founding.template_year_wrong`, `founding.differs`.
    """
    row = await _locked(connection)
    chosen = sorted(set(plan.categories))
    if row["starter"] is not None:
        if list(row["starter"]) != chosen:
            raise _differs("starter/categories", f"起始数据已经选定（{'、'.join(row['starter']) or '无'}）")
        return False
    year = today().year if plan.template_year is None else plan.template_year
    if not today().year - 10 <= year <= today().year + 1:
        raise refuse(
            "founding.template_year_wrong",
            "模板年度应为近十年或明年，例如 2026，请修改。",
            field="starter/template_year",
        )
    catalog = await load(connection)
    name = catalog.regions[row["province"]].name
    kinds = starter_kinds(chosen, name, year)
    await save_categories(connection, starter_categories(chosen), acting=acting)
    await save_kinds(connection, kinds, acting=acting)
    if plan.items:
        await save_items(connection, starter_items(chosen), acting=acting)
    for kind in kinds:
        await open_code(connection, catalog.bill_code(kind), kind.code)
    await connection.execute(update(foundings).values(starter=chosen))
    await _record(connection, "founding:choose_starter", acting=acting, codes="、".join(chosen))
    return True


def check_administrators(plans: Sequence[AdministratorPlan]) -> None:
    """Raise `Refusal` (`founding.administrators_wrong`) unless there is one of each duty, three people."""
    duties = [plan.duty for plan in plans]
    if sorted(duties) != sorted(DUTIES) or len({plan.username for plan in plans}) < len(plans):
        raise refuse(
            "founding.administrators_wrong",
            f"首批管理员应为三人，职责分别是 {'、'.join(DUTIES)}，用户名各不相同，请修改。",
            field="administrators",
        )


async def appoint_administrators(
    connection: AsyncConnection, plans: Sequence[AdministratorPlan], *, acting: Acting
) -> list[FirstPassword]:
    """The first three administrators with one-time passwords, to be changed when they first sign in.

    One who has chosen a password already keeps it; one who has not gets a new one, so that passwords which were
    lost on the way lock nobody out. Raises `Refusal`: `founding.administrators_wrong`, `founding.differs`,
    and those of `create_account`.
    """
    check_administrators(plans)
    row = await _locked(connection)
    known = {account.username: account for account in await _administrators(connection)}
    if others := sorted(set(known) - {plan.username for plan in plans}):
        raise _differs("administrators", f"首批管理员已经设置（{'、'.join(others)}）")
    given = [
        await _appoint(connection, plan, known.get(plan.username), bool(row["completed_at"]), acting=acting)
        for plan in plans
    ]
    if not known:
        await _record(
            connection,
            "founding:appoint",
            acting=acting,
            **{f"duty_{each.duty}": f"{each.name}（{each.username}）" for each in given},
        )
    return given


_ROLES = dict(zip(DUTIES, ADMINISTRATORS, strict=True))


async def _appoint(
    connection: AsyncConnection,
    plan: AdministratorPlan,
    account: Account | None,
    completed: bool,
    *,
    acting: Acting,
) -> FirstPassword:
    password = ""
    if account is None:
        password = random_password()
        await create_account(
            connection,
            username=plan.username,
            display_name=plan.name,
            role=_ROLES[plan.duty],
            password=password,
            must_change_password=True,
            acting=acting,
        )
    elif account.display_name != plan.name:
        raise _differs("administrators", f"管理员 {plan.username} 的姓名是“{account.display_name}”")
    elif account.must_change_password and not completed:
        password = await reset_password(connection, account, acting=acting)
    return FirstPassword(duty=plan.duty, username=plan.username, name=plan.name, password=password)


async def complete(connection: AsyncConnection, *, acting: Acting) -> bool:
    """End the founding; False if it had ended. Raises `Refusal` (`founding.incomplete`) while a step is missing."""
    row = await _locked(connection)
    if row["completed_at"] is not None:
        return False
    state = await founding_state(connection)
    missing = [
        label
        for there, label in (
            (state.ceremony is not None, "主密钥分发"),
            (state.has_seal, "监制章"),
            (state.starter is not None, "起始数据"),
            (state.administrators >= len(DUTIES), "首批管理员"),
        )
        if not there
    ]
    if missing:
        raise refuse(
            "founding.incomplete", f"还没有完成：{'、'.join(missing)}。请先完成这些步骤。", status=409
        )
    await connection.execute(update(foundings).values(completed_at=func.now()))
    await end_founding_grants(connection)
    await _record(connection, "founding:complete", acting=acting)
    return True


async def _locked(connection: AsyncConnection) -> Any:
    row = (await connection.execute(FOUNDING.on(select(foundings)))).mappings().one_or_none()
    if row is None:
        if await _catalog(connection) is not None:
            raise refuse("founding.done", "本系统已有基础数据，不需要首次设置。", status=409)
        raise refuse("founding.no_province", "请先设置省份。", status=409)
    return row


async def _catalog(connection: AsyncConnection) -> Catalog | None:
    try:
        return await load(connection)
    except Refusal as refusal:
        if refusal.problems[0].code == "catalog.empty":
            return None
        raise


def _province_of(catalog: Catalog) -> Region:
    return next(region for region in catalog.regions.values() if region.level == "province")


async def _administrators(connection: AsyncConnection) -> list[Account]:
    found = [await search_accounts(connection, role=role.value) for role in ADMINISTRATORS]
    return [state.account for each in found for state in each.items]


async def _record(connection: AsyncConnection, action: str, *, acting: Acting, **details: str) -> None:
    await record(connection, AuditEntry(acting=acting, action=action, subject="founding:1", details=details))


def _differs(field: str, stands: str) -> Refusal:
    message = f"{stands}，与这次填写的不同。首次设置不会覆盖已有内容，请改为相同的内容，或在设置完成后到系统中修改。"
    return refuse("founding.differs", message, field=field, status=409)
