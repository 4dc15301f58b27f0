"""What the house needs of the cube."""

from mingpiao.cube.running import CubeWorker
from mingpiao.cube.store import JOB
from mingpiao.house.model import Handler, Job, Purge, Room
from mingpiao.house.opening import DATABASE, SITE, House
from mingpiao.lake.room import LAKE


async def _handler(house: House) -> Handler:
    worker = CubeWorker(await house.get(DATABASE), await house.get(LAKE), (await house.get(SITE)).data_dir)
    return worker.handler()


ROOM = Room(
    jobs=(Job(name=JOB, label="数据查询", open=_handler),),
    purges=(
        Purge(
            name="purge_cube_questions",
            cron="31 19 * * *",
            label="清理三十天前的数据查询",
            tables={"cube_questions": "asked_at < CAST(:today AS date) - 30"},
        ),
    ),
    actions={"cube:ask": "数据查询", "cube:stop": "停止数据查询"},
    details={"rows": "行"},
    subjects={"cube": "数据查询"},
)
