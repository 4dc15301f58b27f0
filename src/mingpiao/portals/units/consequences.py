"""What follows from a change of a unit, in sentences with the numbers of the moment."""

from mingpiao.identity.service import unit_account_states
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.session import PageCall
from mingpiao.units.model import Unit, UnitChangeKind, UnitMode
from mingpiao.units.service import ChangeWish, apps_of_unit


async def consequences(call: PageCall, unit: Unit, wish: ChangeWish) -> list[str]:
    """The sentences for a person who is about to decide."""
    when = "立即" if wish.effective_on <= today() else f"自{wish.effective_on.isoformat()}起"
    match wish.kind:
        case UnitChangeKind.NAME:
            return [
                f"{when}开具的票据印“{wish.after}”；以前开具的票据仍印“{unit.name}”，查验时显示当日的名称。",
                "电子签章和证书上仍是原来的名称，请更换签章；更换前仍可开票。",
            ]
        case UnitChangeKind.USCC:
            return [
                f"审核通过后，{when}开具的票据印新的代码；以前开具的票据不变，查验时显示当日的代码。",
                "原来的电子签章写着旧代码，随即停用；制作新的签章以前，该单位不能开票和冲红。",
                "账户、接口应用、号码、资质证书都保留。",
            ]
        case UnitChangeKind.REGION:
            return [
                f"{when}由新地区的财政部门管理；该单位的资质证书一并移交。",
                "以前的票据、申请和统计仍属于原地区，查验不受影响。",
            ]
        case UnitChangeKind.MODE:
            return await _of_mode(call, unit, wish, when)
        case UnitChangeKind.SUSPEND:
            until = f"{wish.until.isoformat()} 当天结束后自动恢复。" if wish.until else "直到办理恢复为止。"
            return [
                f"{when}停止该单位全部票据种类的开票和冲红：网页、接口和申请的请求都被拒绝，以后核定的种类也一样。",
                f"{until}账户仍可登录，已开的票据仍可查询、下载和查验。",
            ]
        case UnitChangeKind.RESUME:
            return [f"{when}可以开票和冲红。因其他原因（资质、核销等）的锁定不受影响。"]
        case UnitChangeKind.CLOSE:
            return await _of_closing(call, unit, when)


async def _of_mode(call: PageCall, unit: Unit, wish: ChangeWish, when: str) -> list[str]:
    if wish.after == UnitMode.ONLINE.value:
        return [
            f"{when}号码用完后自动领取，不再需要发放；库存里的号码先用完。",
            "接口应用仍然有效，不用的请停用。",
        ]
    async with call.reads() as connection:
        stocks = await stock_levels(connection, unit.unit_id)
    free = sum(stock.free for stock in stocks)
    return [
        f"{when}只能使用预先发放的号码：现在库存共 {free:,} 个，用完即不能开票，请先发放。",
        "单位自己的系统调用接口需要接口应用，请建立。",
    ]


async def _of_closing(call: PageCall, unit: Unit, when: str) -> list[str]:
    async with call.reads() as connection:
        stocks = await stock_levels(connection, unit.unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads accounts or apps
        accounts = await unit_account_states(connection, unit.unit_id)
        apps = await apps_of_unit(connection, unit.unit_id)
    free = sum(stock.free for stock in stocks)
    open_accounts = sum(each.account.active for each in accounts)
    open_apps = sum(each.active for each in apps)
    return [
        f"审核通过后，{when}不能再开票，也不能再冲红。注销不能撤销，该代码不能重新登记。",
        f"退回未用的号码 {free:,} 个，不再发放给任何单位。",
        f"停用账户 {open_accounts} 个、接口应用 {open_apps} 个；待生效的其他变更一并撤回。",
        "已开的票据仍可查验和下载，记录全部保留。",
    ]
