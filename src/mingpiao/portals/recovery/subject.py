"""找回密码 and 挂失, for people who are not signed in."""

from mingpiao.portals.recovery.pages import create_router
from mingpiao.portals.subjects import Subject
from mingpiao.recovery.room import CODE_SENDER, RECOVERY

SUBJECT = Subject(
    anybody=[create_router()],
    services={"code_sender": CODE_SENDER, "recovery": RECOVERY},
    help={"/forgotten": "start#忘记密码", "/loss": "start#挂失"},
)
