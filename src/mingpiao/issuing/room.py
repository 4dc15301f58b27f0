"""What the house needs of issuing."""

import asyncio

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Duty, Purge, Room
from mingpiao.house.opening import DATABASE, House, Service
from mingpiao.issuing.history import LONGEST_WINDOW
from mingpiao.issuing.integrity import check_tonight
from mingpiao.issuing.medians import count_items
from mingpiao.issuing.service import Desk
from mingpiao.issuing.settings import IssuingSettings
from mingpiao.issuing.totals import add_up_closed_days
from mingpiao.issuing.unusual import find_unusual_units
from mingpiao.letters.service import missing_character
from mingpiao.rules.room import RULES
from mingpiao.sealing.room import PARTIES, SIGNER
from mingpiao.units.room import UNITS


async def _open_desk(house: House) -> Desk:
    # Opens the fonts that say what a face can show: not while the first bill waits.
    await asyncio.to_thread(missing_character, "")
    desk = Desk(
        await house.get(DATABASE),
        await house.get(CATALOG),
        await house.get(UNITS),
        await house.get(PARTIES),
        await house.get(SIGNER),
        await house.get(RULES),
        clock_limit=house.settings(IssuingSettings).clock_limit_seconds,
    )
    desk.start()
    house.at_close(desk.close)
    return desk


DESK = Service(name="desk", open=_open_desk)

_NO_WINDOW_REACHES = f"day < CAST(:today AS date) - {LONGEST_WINDOW + 1}"

ROOM = Room(
    duties=(
        Duty(
            name="add_up_closed_days",
            cron="*/10 * * * *",
            label="汇总已结束日期的开票数据",
            work=add_up_closed_days,
        ),
        Duty(
            name="check_integrity",
            cron="23 18 * * *",
            label="核对登记数据与签名原件",
            work=check_tonight,
        ),
        Duty(
            name="find_unusual_units",
            cron="11 20 * * *",
            label="找出用票异常的单位",
            work=find_unusual_units,
        ),
        Duty(name="count_items", cron="* * * * *", label="统计收款项目的金额分布", work=count_items),
    ),
    purges=(
        Purge(
            name="purge_history",
            cron="7 19 * * *",
            label="清理规则不再使用的历史计数",
            tables={
                "history_counters": _NO_WINDOW_REACHES,
                "item_history": _NO_WINDOW_REACHES,
                "peer_item_history": _NO_WINDOW_REACHES,
            },
        ),
    ),
    actions={
        "bill:download": "下载票据文件",
        "bill:print": "打印票据",
        "bill_report:export": "导出统计报表",
        "bill:issued": "开具票据",
        "bill:reversal_issued": "开具红字票据",
        "bill:reversed": "票据被冲红",
        "checking_demand:add": "增加复核规则",
        "checking_demand:enable": "启用复核规则",
        "checking_demand:disable": "停用复核规则",
    },
    details={
        "amount_from": "起点金额",
        "by": "统计口径",
        "format": "格式",
        "item": "收款项目",
        "kind": "票据种类",
        "period": "期间",
        "prints": "打印次数",
    },
    subjects={"bill": "票据", "checking_demand": "复核规则"},
)
