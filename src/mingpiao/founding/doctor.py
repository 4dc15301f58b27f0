"""What a province at work lacks: one finding for each thing that is looked at, with what to do about it."""

from datetime import timedelta
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.crypto import x509
from mingpiao.crypto.keystore import MasterKey
from mingpiao.founding.ceremony import last_ceremony
from mingpiao.founding.steps import founding_state
from mingpiao.identity.model import ADMINISTRATORS, Role
from mingpiao.identity.service import count_administrators, officers_of, search_accounts
from mingpiao.jobs.heartbeats import last_beat
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import pool_levels
from mingpiao.sealing.service import keys_in_use, open_keys
from mingpiao.storage.database import driver_of
from mingpiao.units.service import search as search_units

_WORKER_SILENCE = 30.0
_ENDS_SOON = timedelta(days=60)
#: Keys that are looked at: those that seal for departments, and the oldest of units, which end first.
_LOOKED_AT = 200

State = Literal["ok", "warn", "bad"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found about one thing. "bad" stops work, "warn" may wait; `advice` says what to do."""

    name: str
    label: str
    state: State = "ok"
    message: str
    advice: str = ""


async def look_at_province(connection: AsyncConnection, master: MasterKey | None) -> list[Finding]:
    """All findings about a migrated database, with the master key if there is one."""
    state = await founding_state(connection)
    if not state.province:
        return [
            Finding(
                name="province",
                label="省份",
                state="bad",
                message="还没有设置省份。",
                advice="请执行 mingpiao setup，或打开网站进行首次设置。",
            )
        ]
    catalog = await load(connection)
    return [
        _founding(state.founded),
        await _key(connection, master),
        *await _seals(connection, catalog, state.province),
        await _administrators(connection),
        await _departments(connection, catalog),
        *await _left_behind(connection, catalog),
        *_base_data(catalog),
        await _numbers(connection, catalog),
        await _units(connection),
        await _worker(connection),
    ]


def _founding(founded: bool) -> Finding:
    if founded:
        return Finding(name="founding", label="首次设置", message="已完成。")
    return Finding(
        name="founding",
        label="首次设置",
        state="bad",
        message="没有完成。",
        advice="请再次执行 mingpiao setup，从断点继续。",
    )


async def _key(connection: AsyncConnection, master: MasterKey | None) -> Finding:
    label = "主密钥"
    if master is None:
        return Finding(
            name="master_key",
            label=label,
            state="bad",
            message="没有主密钥，或读不出主密钥文件。",
            advice="请设置 MINGPIAO_MASTER_KEY_FILE；文件丢失时用 mingpiao key restore 恢复。",
        )
    try:
        opened = await open_keys(connection, master, limit=_LOOKED_AT)
    except Refusal as refusal:
        return Finding(
            name="master_key",
            label=label,
            state="bad",
            message=refusal.problems[0].message,
            advice="请使用分发时的主密钥；丢失时用 mingpiao key restore 恢复。",
        )
    held = await last_ceremony(connection)
    if held is None:
        return Finding(
            name="master_key",
            label=label,
            state="warn",
            message=f"可以打开 {opened} 个签章私钥；没有分发份额的记录。",
            advice="请至少保存两份主密钥，由不同的人保管，与数据库备份分开。",
        )
    names = "、".join(each.holder for each in held.holders)
    return Finding(
        name="master_key",
        label=label,
        message=f"可以打开 {opened} 个签章私钥；份额由 {names} 保管，{held.threshold} 份可恢复。",
    )


async def _seals(connection: AsyncConnection, catalog: Catalog, province: str) -> list[Finding]:
    keys = await keys_in_use(connection, limit=_LOOKED_AT)
    found: list[Finding] = []
    if ("department", province) not in keys:
        found.append(
            Finding(
                name="seal",
                label="监制章",
                state="bad",
                message=f"{catalog.departments[province].name}没有财政票据监制章，不能开票。",
                advice="请执行 mingpiao setup 制作监制章。",
            )
        )
    ends = sorted((x509.read(party.certificate).valid_to, owner) for owner, party in keys.items())
    if not ends:
        return found
    first, owner = ends[0]
    whose = catalog.departments[owner[1]].name if owner[0] == "department" else owner[1]
    told = f"最先到期的证书（{_OWNERS[owner[0]]} {whose}）有效期至 {to_shanghai(first):%Y-%m-%d}。"
    if first > now() + _ENDS_SOON:
        return [*found, Finding(name="certificates", label="签章证书", message=told)]
    return [
        *found,
        Finding(
            name="certificates",
            label="签章证书",
            state="bad" if first <= now() else "warn",
            message=told,
            advice="请在到期前为其更换签章密钥和证书。",
        ),
    ]


_OWNERS = {"authority": "根证书", "maker": "制章机构", "department": "财政部门", "unit": "用票单位"}


async def _administrators(connection: AsyncConnection) -> Finding:
    """Whether somebody of each of the three kinds can sign in."""
    counts = {role: await count_administrators(connection, role) for role in ADMINISTRATORS}
    lacking = [role.label for role, count in counts.items() if not count]
    waiting = await _with_first_passwords(connection)
    told = "，".join(f"{role.label} {count} 人" for role, count in counts.items()) + "。"
    if waiting:
        told += f"{'、'.join(waiting)} 还没有修改一次性密码。"
    advice = "请他们登录并修改密码。" if waiting else ""
    if lacking:
        advice = f"请在服务器上用 mingpiao administrators appoint 任命{'、'.join(lacking)}。"
    return Finding(
        name="administrators",
        label="管理员",
        state="bad" if not counts[Role.ADMINISTRATOR] else "warn" if lacking or waiting else "ok",
        message=told,
        advice=advice,
    )


async def _with_first_passwords(connection: AsyncConnection) -> list[str]:
    found = [await search_accounts(connection, role=role.value) for role in ADMINISTRATORS]
    accounts = [row.account for each in found for row in each.items]
    return [each.display_name for each in accounts if each.active and each.must_change_password]


async def _departments(connection: AsyncConnection, catalog: Catalog) -> Finding:
    """Whether the province's own department has two people; changes of base data wait for a second one."""
    heads = await _people(connection, Role.DEPARTMENT_HEAD, f"{catalog.province}0000")
    officers = await _people(connection, Role.DEPARTMENT_OFFICER, f"{catalog.province}0000")
    ready = heads >= 1 and heads + officers >= 2
    return Finding(
        name="departments",
        label="省级财政账户",
        state="ok" if ready else "warn",
        message=f"负责人 {heads} 人，经办人 {officers} 人。",
        advice=""
        if ready
        else "收费标准等变更须一人提交、另一位负责人审核，请系统管理员在“全部账户”中邀请负责人和经办人，再由安全管理员授权。",
    )


async def _left_behind(connection: AsyncConnection, catalog: Catalog) -> list[Finding]:
    """Accounts of departments whose region has ended; nothing is said where there are none."""
    ended = [code for code, region in sorted(catalog.regions.items()) if region.ended_on is not None]
    counts = {code: len(await officers_of(connection, code)) for code in ended}
    places = [f"{catalog.regions[code].name}（{count}个）" for code, count in counts.items() if count]
    if not places:
        return []
    return [
        Finding(
            name="left_behind",
            label="撤并部门的账户",
            state="warn",
            message=f"已撤并的财政部门还有账户：{'、'.join(places)}。",
            advice="请安全管理员把这些账户授权到接替的部门，或请系统管理员停用。",
        )
    ]


async def _people(connection: AsyncConnection, role: Role, region: str) -> int:
    """How many active accounts a department has in a role."""
    rows = (await search_accounts(connection, role=role.value, region=region)).items
    return sum(row.account.active for row in rows)


def _base_data(catalog: Catalog) -> list[Finding]:
    counts = (
        ("regions", "地区", len(catalog.regions) - 1, "请在基础数据中导入行政区划。"),
        (
            "kinds",
            "票据种类",
            sum(not each.retired for each in catalog.kinds.values()),
            "请在基础数据中建立票据种类。",
        ),
        (
            "items",
            "收款项目",
            sum(not each.retired for each in catalog.items.values()),
            "请在基础数据中建立收款项目。",
        ),
    )
    return [
        Finding(
            name=name,
            label=label,
            state="ok" if count else "warn",
            message=f"{count} 个。",
            advice="" if count else advice,
        )
        for name, label, count, advice in counts
    ]


async def _numbers(connection: AsyncConnection, catalog: Catalog) -> Finding:
    pools = {pool.code: pool for pool in await pool_levels(connection)}
    missing = [
        kind.name
        for kind in catalog.kinds.values()
        if not kind.retired and catalog.bill_code(kind) not in pools
    ]
    scarce = [code for code, pool in pools.items() if pool.left < 1_000_000]
    if missing:
        return Finding(
            name="numbers",
            label="票据号码",
            state="bad",
            message=f"这些票据种类没有开通票据代码：{'、'.join(missing)}。",
            advice="请在基础数据中保存该票据种类，系统会开通代码。",
        )
    return Finding(
        name="numbers",
        label="票据号码",
        state="warn" if scarce else "ok",
        message=f"号码将用完的票据代码：{'、'.join(scarce)}。"
        if scarce
        else f"已开通 {len(pools)} 个票据代码。",
        advice="请启用新的模板年度。" if scarce else "",
    )


async def _units(connection: AsyncConnection) -> Finding:
    count = (await search_units(connection, limit=1)).total or 0
    return Finding(
        name="units",
        label="用票单位",
        state="ok" if count else "warn",
        message=f"{count} 个。",
        advice="" if count else "请由财政部门登记用票单位。",
    )


async def _worker(connection: AsyncConnection) -> Finding:
    beat = await last_beat(await driver_of(connection))
    alive = beat.age is not None and beat.age <= _WORKER_SILENCE
    return Finding(
        name="worker",
        label="后台任务",
        state="ok" if alive else "warn",
        message="运行中。" if alive else "没有运行：佐证材料不会被识别，汇总和清理暂停。",
        advice="" if alive else "请启动 mingpiao worker。",
    )
