"""What the house needs of evidence."""

from mingpiao.evidence.model import EvidenceState
from mingpiao.evidence.reading_jobs import SETTLED
from mingpiao.evidence.service import (
    READING_STEP,
    Caution,
    ChatModel,
    EvidenceReader,
    EvidenceStore,
    ModelAccess,
    Understand,
    enqueue_lost,
    nothing_understood,
    open_scanner,
)
from mingpiao.evidence.settings import EvidenceSettings
from mingpiao.evidence.store import LOOK_JOB, READ_JOB
from mingpiao.house.model import Duty, Handler, Job, Room
from mingpiao.house.opening import DATABASE, FILES, MASTER_KEY, House, Service
from mingpiao.house.rooms import listeners
from mingpiao.reading.service import ReaderPool


async def _open_evidence(house: House) -> EvidenceStore:
    scanner = open_scanner(house.settings(EvidenceSettings).clamd)
    return EvidenceStore(
        await house.get(DATABASE), await house.get(FILES), await house.get(MASTER_KEY), scanner
    )


async def _open_readers(house: House) -> ReaderPool:
    # The pool starts its processes when it gets its first request.
    processes = house.settings(EvidenceSettings).reader_processes
    return await house.enter(ReaderPool(processes, steps=(READING_STEP,)))


async def _open_reader(house: House) -> EvidenceReader:
    readers = await house.get(READERS)
    await readers.warm()
    return EvidenceReader(
        await house.get(DATABASE),
        await house.get(EVIDENCE),
        readers,
        on_settled=listeners(SETTLED),
        understand=_understanding(house.settings(EvidenceSettings)),
    )


def _understanding(settings: EvidenceSettings) -> Understand:
    """The large language model of the settings, or nothing when none is set."""
    if not settings.model_url:
        return nothing_understood
    access = ModelAccess(
        url=settings.model_url,
        key=settings.model_key,
        name=settings.model_name,
        seconds=settings.model_seconds,
    )
    return ChatModel(access).understand


EVIDENCE = Service(name="evidence", open=_open_evidence)
READERS = Service(name="readers", open=_open_readers)
_READER = Service(name="evidence_reader", open=_open_reader)


async def _read(house: House) -> Handler:
    reader = await house.get(_READER)
    return Handler(name=READ_JOB, work=reader.read, at_once=house.settings(EvidenceSettings).reader_processes)


async def _look(house: House) -> Handler:
    reader = await house.get(_READER)
    # One process stays free for files with text.
    at_once = max(1, house.settings(EvidenceSettings).reader_processes - 1)
    return Handler(name=LOOK_JOB, work=reader.look, at_once=at_once)


ROOM = Room(
    duties=(
        Duty(name="read_lost_evidence", cron="* * * * *", label="补做遗漏的佐证材料识别", work=enqueue_lost),
    ),
    jobs=(
        Job(name=READ_JOB, label="识别佐证材料的文字", open=_read),
        Job(name=LOOK_JOB, label="识别佐证材料的图像", open=_look),
    ),
    actions={
        "evidence:download": "下载佐证材料",
        "evidence:infected": "佐证材料查出病毒",
        "evidence:read": "识别佐证材料",
        "evidence:upload": "上传佐证材料",
        "evidence_caution:set": "修改佐证比对设置",
    },
    details={
        "caution": "判为不符的把握",
        "failure": "失败原因",
        "format": "格式",
        "from": "起",
        "name": "名称",
        "region": "地区",
        "state": "状态",
        "to": "止",
        "unit": "单位",
        "virus": "病毒",
    },
    values={
        ("evidence", "state"): {each.value: each.label for each in EvidenceState},
        ("evidence_caution", "caution"): {each.value: each.label for each in Caution},
    },
    subjects={"evidence": "佐证材料"},
)
