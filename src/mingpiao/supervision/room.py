"""What the house needs of supervision."""

from collections.abc import Awaitable, Callable

from mingpiao.house.model import Duty, Listener, Purge, Room
from mingpiao.house.opening import DATABASE, House, Service
from mingpiao.rules.service import BACKTESTED
from mingpiao.storage.database import Database
from mingpiao.supervision.board import Board
from mingpiao.supervision.counting import SHARES, count_decisions, count_events
from mingpiao.supervision.details import look_closer, notice_silence
from mingpiao.supervision.judging import HourJudge
from mingpiao.supervision.trials import last_watch_trial

_JUDGE = HourJudge()


def _watch(share: int) -> Callable[[Database], Awaitable[None]]:
    async def watch(database: Database) -> None:
        await count_events(database, share)
        await _JUDGE.judge_waiting(database, share)

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
                label=f"实时统计并判断预警（{share + 1}/{SHARES}）",
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
        Duty(name="look_closer", cron="* * * * *", label="统计相同票据、缴款人和新项目", work=look_closer),
        Duty(name="notice_silence", cron="4 * * * *", label="找出突然停止开票的单位", work=notice_silence),
    ),
    purges=(
        Purge(
            name="purge_minutes",
            cron="41 * * * *",
            label="清理两天前的逐分钟统计",
            tables={
                "region_minutes": "minute < CAST(:today AS date) - 2",
                "counted_refusals": "day < CAST(:today AS date) - 2",
                "payer_days": "day < CAST(:today AS date) - 2",
            },
        ),
        Purge(
            name="purge_hours",
            cron="19 19 * * *",
            label="清理十四个月前的逐小时统计",
            tables={
                "unit_hours": "hour < CAST(:today AS date) - 430",
                "region_hours": "hour < CAST(:today AS date) - 430",
                "watched_hours": "hour < CAST(:today AS date) - 430",
            },
        ),
    ),
    listeners=(Listener(topic=BACKTESTED, call=last_watch_trial),),
    actions={
        "alert:take": "开始处理预警",
        "alert:explain": "预警办结为已说明",
        "alert:dismiss": "预警办结为误报",
        "alert:breach": "预警认定违规",
        "alert:mute": "暂不预警",
        "alert:unmute": "恢复预警",
        "watch_rule:try": "试算预警规则",
    },
    details={
        "hour": "时段",
        "rule": "规则",
        "until": "截止日期",
        "words": "说明",
        "days": "天数",
        "hits": "命中次数",
        "condition": "条件",
    },
    subjects={"alert": "预警", "watch_rule": "预警规则"},
)
