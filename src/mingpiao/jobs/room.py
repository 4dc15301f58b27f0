"""What the house needs of background work itself."""

from mingpiao.house.model import Purge, Room

ROOM = Room(
    purges=(
        Purge(
            name="purge_heartbeats",
            cron="47 * * * *",
            label="清理已停止的后台任务进程",
            tables={"worker_heartbeats": "beat_at < now() - interval '1 day'"},
        ),
        Purge(
            name="purge_job_log",
            cron="37 18 * * *",
            label="清理后台任务日志",
            # Failed jobs stay in the queue, where people can start them again.
            tables={
                "pgqueuer_log": "created < now() - interval '30 days'",
                "pgqueuer_statistics": "created < now() - interval '30 days'",
            },
        ),
    ),
)
