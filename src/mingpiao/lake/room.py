"""What the house needs of the lake."""

from collections.abc import Awaitable, Callable

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Duty, Handler, Job, Listener, Room
from mingpiao.house.opening import DATABASE, FILES, SITE, House, Service
from mingpiao.lake.running import EXPORT_JOB, TIDY_JOB
from mingpiao.lake.service import Lake, ask_for_export, ask_for_tidying, last_trial
from mingpiao.lake.store import JOB as BACKTEST_JOB
from mingpiao.rules.service import BACKTESTED
from mingpiao.units.room import UNITS


async def _open_lake(house: House) -> Lake:
    return Lake(
        await house.get(DATABASE),
        await house.get(FILES),
        await house.get(CATALOG),
        await house.get(UNITS),
        (await house.get(SITE)).data_dir,
    )


LAKE = Service(name="lake", open=_open_lake)


def _handler(name: str) -> Callable[[House], Awaitable[Handler]]:
    async def open_handler(house: House) -> Handler:
        handlers = (await house.get(LAKE)).handlers()
        return next(handler for handler in handlers if handler.name == name)

    return open_handler


ROOM = Room(
    duties=(
        Duty(name="export_facts", cron="* * * * *", label="向数据湖追加票据数据", work=ask_for_export),
        Duty(name="tidy_lake", cron="23 18 * * *", label="整理数据湖文件", work=ask_for_tidying),
    ),
    listeners=(Listener(topic=BACKTESTED, call=last_trial),),
    jobs=(
        Job(name=EXPORT_JOB, label="追加数据湖", open=_handler(EXPORT_JOB)),
        Job(name=TIDY_JOB, label="整理数据湖", open=_handler(TIDY_JOB)),
        Job(name=BACKTEST_JOB, label="规则试算", open=_handler(BACKTEST_JOB)),
    ),
    actions={"backtest:start": "开始试算", "backtest:stop": "停止试算"},
    details={"months": "月数", "rule": "规则"},
    subjects={"backtest": "规则试算"},
)
