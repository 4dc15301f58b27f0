"""What a unit still needs before its first bill, as a list that leads on."""

from collections.abc import Sequence

import msgspec

from mingpiao.identity.model import Role
from mingpiao.identity.service import AccountState
from mingpiao.numbering.model import StockLevel
from mingpiao.units.model import InterfaceApp, UnitMode, UnitProfile
from mingpiao.units.service import UnitSeal


class UnitStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must exist: its name, how far it is, whether it is done, and the page below the unit's."""

    label: str
    told: str
    done: bool
    page: str


def unit_steps(
    profile: UnitProfile,
    stocks: Sequence[StockLevel],
    accounts: Sequence[AccountState],
    apps: Sequence[InterfaceApp],
    seals: Sequence[UnitSeal],
) -> list[UnitStep]:
    """The steps in the order in which a department takes them."""
    steps = [
        UnitStep(
            label="核定票据种类",
            told=f"已核定 {len(stocks)} 种" if stocks else "尚未核定",
            done=bool(stocks),
            page="kinds",
        ),
        UnitStep(
            label="核定收款项目",
            told=f"已核定 {len(profile.item_codes)} 项" if profile.item_codes else "尚未核定",
            done=bool(profile.item_codes),
            page="items",
        ),
    ]
    if profile.unit.mode is UnitMode.INTERFACE:
        empty = [stock for stock in stocks if not stock.free]
        steps.append(
            UnitStep(
                label="发放号码",
                told=f"{len(empty)} 个种类没有号码"
                if empty
                else "每个种类都有号码"
                if stocks
                else "先核定种类",
                done=bool(stocks) and not empty,
                page="numbers",
            )
        )
        steps.append(_step("建立接口应用", any(app.active for app in apps), "apps"))
    managers = [each for each in accounts if each.account.role is Role.UNIT_MANAGER and each.account.active]
    ready = any(not each.invited for each in managers)
    steps.append(_step("制作电子签章", any(each.retired_at is None for each in seals), "seal"))
    steps.append(
        UnitStep(
            label="邀请票据管理员",
            told="已有" if ready else "已邀请，等待本人设置密码" if managers else "尚未邀请",
            done=ready,
            page="accounts",
        )
    )
    return steps


def is_ready(steps: Sequence[UnitStep], *, has_issued: bool) -> bool:
    """Whether a unit can issue, as its own page and its department's say: who has issued before had all that is needed."""
    return has_issued or all(step.done for step in steps)


def _step(label: str, done: bool, page: str) -> UnitStep:
    return UnitStep(label=label, told="已有" if done else "还没有", done=done, page=page)
