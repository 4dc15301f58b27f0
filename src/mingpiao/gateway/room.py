"""What the house needs of the gateway."""

from mingpiao.house.model import Purge, Room

ROOM = Room(
    purges=(
        Purge(
            name="purge_nonces",
            cron="* * * * *",
            label="清理接口调用随机数",
            # After this time the timestamps of their calls are refused anyway.
            tables={"interface_nonces": "seen_at < now() - interval '10 minutes'"},
        ),
    ),
)
