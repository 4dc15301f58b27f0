"""What the house needs of watches."""

from mingpiao.catalog.service import REGION_ENDED
from mingpiao.house.model import Duty, Listener, Room
from mingpiao.units.service import MOVED
from mingpiao.watches.placing import end_watches, follow_ended_region, follow_moved_unit
from mingpiao.watches.telling import tell_watchers

ROOM = Room(
    duties=(
        Duty(name="end_watches", cron="4 16 * * *", label="结束期满的重点监控", work=end_watches),
        Duty(name="tell_watchers", cron="* * * * *", label="告知重点监控单位的动态", work=tell_watchers),
    ),
    listeners=(
        Listener(topic=MOVED, call=follow_moved_unit),
        Listener(topic=REGION_ENDED, call=follow_ended_region),
    ),
    subjects={"watch": "重点监控"},
    actions={
        "watch:end": "解除重点监控",
        "watch:extend": "延长重点监控",
        "watch:place": "列入重点监控",
        "watch:take": "接手重点监控",
    },
    details={"unit": "单位", "words": "内容"},
)
