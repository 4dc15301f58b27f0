"""What the house needs of drafts."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.drafts.service import count_touched, grow_books
from mingpiao.house.model import Affected, Duty, Purge, Room
from mingpiao.kernel.grammar import read_whole


async def _of_kinds(connection: AsyncConnection, codes: Sequence[str]) -> int:
    return await count_touched(connection, kinds=codes)


async def _with_items(connection: AsyncConnection, codes: Sequence[str]) -> int:
    return await count_touched(connection, items=codes)


async def _of_units(connection: AsyncConnection, units: Sequence[str]) -> int:
    return await count_touched(
        connection, units=[number for unit in units if (number := read_whole(unit)) is not None]
    )


ROOM = Room(
    affected=(
        Affected(subject="kind", words="份草稿", count=_of_kinds),
        Affected(subject="charge_item", words="份草稿", count=_with_items),
        Affected(subject="qualification", words="份草稿", count=_of_units),
    ),
    duties=(
        Duty(name="grow_payer_books", cron="* * * * *", label="把新票据的缴款人加入名录", work=grow_books),
    ),
    purges=(
        Purge(
            name="purge_drafts",
            cron="41 18 * * *",
            label="清理三个月未动的草稿",
            tables={"bill_forms": "saved_at < CAST(:today AS date) - interval '90 days'"},
        ),
    ),
    actions={
        "draft:delete": "删除草稿",
        "draft:reissue": "按原内容重开",
        "payer:change": "修改缴款人名录",
        "payer:import": "导入缴款人",
        "template:delete": "删除常用模板",
        "template:save": "保存常用模板",
    },
    details={
        "payer": "缴款人",
        "total": "金额",
        "business_no": "业务流水号",
        "name": "名称",
        "code": "代码",
        "hidden": "隐藏",
        "type": "类型",
        "account": "账号",
        "bank": "开户行",
        "mobile": "手机号",
        "shared": "本单位共用",
    },
    subjects={"draft": "草稿", "payer": "缴款人", "template": "常用模板"},
)
