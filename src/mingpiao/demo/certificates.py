"""资质证书 of the demonstration's units: invented qualifications, uploaded, read and submitted like a unit's own."""

from datetime import date, timedelta

from sqlalchemy import text

from mingpiao.demo.acting import ACTING
from mingpiao.demo.evidence import DemoEvidence
from mingpiao.demo.services import DemoServices
from mingpiao.demo.sheets import DemoSheet, chinese_day, draw
from mingpiao.demo.units import DemoUnit
from mingpiao.identity.model import platform
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import set_valid_until
from mingpiao.qualifications.model import Qualification, QualificationType, Statement
from mingpiao.qualifications.service import QualificationDesk, get, submit
from mingpiao.units.model import Unit, UnitType

#: Ordinals of units whose qualification expires soon, or has expired and locks them; none of them has staff.
ENDS_SOON, DAYS_LEFT = 26, 20
ENDED, DAYS_OVER = 31, 12

_TYPES = {
    UnitType.HOSPITAL: QualificationType.INSTITUTION,
    UnitType.SCHOOL: QualificationType.INSTITUTION,
    UnitType.CHARITY: QualificationType.CHARITY,
    UnitType.ASSOCIATION: QualificationType.ASSOCIATION,
    UnitType.COURT: QualificationType.CREDIT_CODE,
    UnitType.OFFICE: QualificationType.CREDIT_CODE,
}
_ISSUERS = {
    QualificationType.INSTITUTION: "事业单位登记管理局（演示）",
    QualificationType.CHARITY: "民政厅（演示）",
    QualificationType.ASSOCIATION: "民政厅（演示）",
    QualificationType.CREDIT_CODE: "机构编制委员会办公室（演示）",
}
_AGE = timedelta(days=700)


async def certify(services: DemoServices, unit: Unit, entry: DemoUnit) -> None:
    """Give a unit its qualification unless it has one. Raises `Refusal` if the qualification is not accepted."""
    desk = QualificationDesk(services.database, services.evidence, services.readers)
    period = _period(entry, today())
    stated = _statement(unit, entry, period)
    manager = platform("demo", name=entry.manager)
    data = draw(_sheet(stated, period))
    qualification, fresh = await desk.upload(
        unit.unit_id, f"{stated.qualification_type.label}.pdf", data, acting=manager
    )
    if not fresh:
        return
    await desk.read({"qualification_id": qualification.qualification_id})
    async with services.database.system() as connection:
        qualification = await get(connection, qualification.qualification_id)
        qualification = await submit(
            connection,
            unit.unit_id,
            qualification.qualification_id,
            stated,
            revision=qualification.revision,
            acting=ACTING,
        )
    if entry.ordinal == ENDED:
        await _let_time_pass(services, qualification)


def sample_certificate(unit: Unit, entry: DemoUnit, first_day: date, last_day: date) -> DemoEvidence:
    """A certificate of a unit for a period, as a file for uploading by hand."""
    stated = _statement(unit, entry, (first_day, last_day))
    name = f"{stated.qualification_type.label}-换发.pdf"
    return DemoEvidence(name=name, data=draw(_sheet(stated, (first_day, last_day))))


#: First and last valid day.
_Period = tuple[date, date]


def _period(entry: DemoUnit, on: date) -> _Period:
    days = DAYS_LEFT if entry.ordinal == ENDS_SOON else 1100 + 7 * entry.ordinal
    return on - _AGE, on + timedelta(days=days)


def _statement(unit: Unit, entry: DemoUnit, period: _Period) -> Statement:
    qualification_type = _TYPES[unit.unit_type]
    return Statement(
        qualification_type=qualification_type,
        name=unit.name,
        code=unit.uscc,
        representative=entry.manager,
        issuer=_ISSUERS[qualification_type],
        valid_from=period[0],
        valid_until=period[1],
        purpose="依法开展本单位职责范围内的业务活动",
        address=unit.address,
    )


def _sheet(stated: Statement, period: _Period) -> DemoSheet:
    return DemoSheet(
        title=stated.qualification_type.label,
        file_name=stated.qualification_type.label,
        lines=(
            f"统一社会信用代码：{stated.code}",
            f"名称：{stated.name}",
            f"宗旨和业务范围：{stated.purpose}",
            f"住所：{stated.address}",
            f"法定代表人：{stated.representative}",
            f"登记管理机关：{stated.issuer}",
            f"有效期：自{chinese_day(period[0])}至{chinese_day(period[1])}",
        ),
    )


async def _let_time_pass(services: DemoServices, qualification: Qualification) -> None:
    """Change an accepted qualification to one that expired some days ago: nobody could submit an expired one
    today.
    """
    ended = today() - timedelta(days=DAYS_OVER)
    async with services.database.system() as connection:
        await connection.execute(
            text(
                "UPDATE qualifications SET valid_until = :ended, "
                "stated = jsonb_set(stated, '{valid_until}', to_jsonb(CAST(:written AS text))) "
                "WHERE qualification_id = :qualification"
            ),
            {"ended": ended, "written": ended.isoformat(), "qualification": qualification.qualification_id},
        )
        await set_valid_until(connection, qualification.unit_id, ended, acting=ACTING)
