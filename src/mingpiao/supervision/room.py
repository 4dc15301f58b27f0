"""What the house needs of supervision."""

from collections.abc import Awaitable, Callable

from mingpiao.house.model import Duty, Purge, Room
from mingpiao.house.opening import DATABASE, House, Service
from mingpiao.storage.database import Database
from mingpiao.supervision.board import Board
from mingpiao.supervision.counting import SHARES, count_decisions, count_events


def _watch(share: int) -> Callable[[Database], Awaitable[None]]:
    async def watch(database: Database) -> None:
        await count_events(database, share)

    return watch


async def _open_board(house: House) -> Board:
    # Not the pool of other pages: however slow the board's questions become, these go on.
    board = Board((await house.get(DATABASE)).url)
    house.at_close(board.close)
    return board


BOARD = Service(name="board", open=_open_board)

ROOM = Room(
    duties=(
        *(
            Duty(
                name=f"watch_events_{share}",
                cron="* * * * * */2",
                label=f"实时统计开票与冲红（{share + 1}/{SHARES}）",
                work=_watch(share),
            )
            for share in range(SHARES)
        ),
        Duty(
            name="watch_decisions",
            cron="* * * * * */10",
            label="实时统计拦截、核实、复核与换开",
            work=count_decisions,
        ),
    ),
    purges=(
        Purge(
            name="purge_minutes",
            cron="41 * * * *",
            label="清理两天前的逐分钟统计",
            tables={
                "region_minutes": "minute < CAST(:today AS date) - 2",
                "counted_refusals": "day < CAST(:today AS date) - 2",
            },
        ),
        Purge(
            name="purge_hours",
            cron="19 19 * * *",
            label="清理十四个月前的逐小时统计",
            tables={
                "unit_hours": "hour < CAST(:today AS date) - 430",
                "region_hours": "hour < CAST(:today AS date) - 430",
            },
        ),
    ),
)
