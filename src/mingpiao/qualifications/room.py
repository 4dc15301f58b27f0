"""What the house needs of qualifications."""

from mingpiao.evidence.room import EVIDENCE, READERS
from mingpiao.house.model import Duty, Handler, Job, Listener, Lock, Room
from mingpiao.house.opening import DATABASE, House, Service
from mingpiao.qualifications.model import QualificationState, QualificationType
from mingpiao.qualifications.service import (
    READ_JOB,
    REVOCATION,
    QualificationDesk,
    enqueue_unread,
    follow_unit,
    remind,
)
from mingpiao.units.service import MOVED


async def _open_qualifications(house: House) -> QualificationDesk:
    return QualificationDesk(await house.get(DATABASE), await house.get(EVIDENCE), await house.get(READERS))


QUALIFICATIONS = Service(name="qualifications", open=_open_qualifications)


async def _read(house: House) -> Handler:
    return Handler(name=READ_JOB, work=(await house.get(QUALIFICATIONS)).read, at_once=1)


ROOM = Room(
    duties=(
        Duty(
            name="read_lost_qualifications",
            cron="* * * * *",
            label="补做遗漏的资质证书识别",
            work=enqueue_unread,
        ),
        # Every hour, so that units hear of a lock soon after midnight or after downtime; each message is sent once.
        Duty(name="remind_of_expiry", cron="1 * * * *", label="提醒资质证书到期", work=remind),
    ),
    listeners=(Listener(topic=MOVED, call=follow_unit),),
    jobs=(Job(name=READ_JOB, label="识别资质证书", open=_read),),
    proposals=(REVOCATION,),
    locks=(
        Lock(
            reason="qualification_expired",
            label="资质证书已过期",
            message="本单位资质证书已到期，开票功能已锁定，请更新证书后再开票。",
        ),
        Lock(
            reason="qualification_revoked",
            label="资质证书的认定已撤销",
            message="本单位资质证书的认定已被财政部门撤销，开票功能已锁定，请上传有效的证书，认定有效后立即恢复。",
        ),
    ),
    actions={
        "qualification:accept": "认定资质证书",
        "qualification:download": "下载资质证书",
        "qualification:read": "识别资质证书",
        "qualification:read_again": "重新识别资质证书",
        "qualification:reject": "资质证书未通过",
        "qualification:retire": "停用资质证书",
        "qualification:revoke": "撤销资质证书的认定",
        "qualification:submit": "提交资质证书",
        "qualification:supersede": "资质证书被替换",
        "qualification:upload": "上传资质证书",
        "qualification:withdraw": "撤回资质证书",
    },
    details={
        "by": "由",
        "differences": "差异",
        "expiry": "到期",
        "failure": "失败原因",
        "file": "文件",
        "format": "格式",
        "reason": "原因",
        "region": "地区",
        "sm3": "SM3",
        "state": "状态",
        "type": "种类",
        "until": "有效期至",
        "valid_until": "有效期至",
        "words": "查找",
    },
    subjects={"qualification": "资质证书"},
    values={
        ("qualification", "state"): {each.value: each.label for each in QualificationState},
        ("qualification", "type"): {each.value: each.label for each in QualificationType},
    },
)
