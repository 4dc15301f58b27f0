"""/finance/qualifications: 资质审核, what expires next, and the qualifications of the region's units."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Acting, AuditEntry, Session
from mingpiao.identity.service import record
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.bills.filters import clean_text
from mingpiao.portals.exports import Batches, Layout, csv_answer, workbook_answer
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.qualifications.parts import (
    TYPE_OPTIONS,
    days_text,
    file_answer,
    picture_answer,
    qualification_view,
    state_colour,
)
from mingpiao.portals.qualifications.rights import QUALIFICATION_REVIEW
from mingpiao.portals.regions import chosen_region, home_region, region_options
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, redirect, require_right, scoped_reads
from mingpiao.qualifications.model import (
    Qualification,
    QualificationFilter,
    QualificationState,
    QualificationType,
)
from mingpiao.qualifications.service import decide, list_qualifications, retire, revoke, unit_qualifications
from mingpiao.qualifications.service import get as get_qualification
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import names_of

LIST = "/finance/qualifications"
_NAMES = ("state", "type", "expiry", "region", "words")
#: What a list shows that was asked for nothing in particular: what waits for a decision.
_USUAL_STATE = QualificationState.SUBMITTED.value
_ALL = "all"
_STATES = [(state.value, state.label) for state in QualificationState]
_EXPIRIES = [("over", "已到期"), ("7", "7天内到期"), ("30", "30天内到期"), ("60", "60天内到期")]
_COLUMNS = (
    "用票单位",
    "地区",
    "证书种类",
    "状态",
    "统一社会信用代码",
    "法定代表人",
    "发证机关",
    "有效期自",
    "有效期至",
    "上传时间",
    "认定人",
    "认定时间",
    "说明",
)
_LAYOUT = Layout(columns=_COLUMNS, name="qualifications")
_EXPORT_BATCH = 500


class _Query(msgspec.Struct, frozen=True, kw_only=True):
    """A filter with the texts it was read from."""

    values: dict[str, str]
    wanted: QualificationFilter

    def address(self, path: str = LIST, **more: str) -> str:
        given = {name: value for name, value in (self.values | more).items() if value}
        return f"{path}?{urlencode(given)}" if given else path


def _read(session: Session, catalog: Catalog, given: dict[str, str]) -> _Query:
    """The filter of an address; unknown choices restrict nothing. Raises `Refusal` for a region outside."""
    values = {name: clean_text(given.get(name, "")) for name in _NAMES}
    if not any(values.values()):
        values["state"] = _USUAL_STATE
    values["state"] = values["state"] if values["state"] in {_ALL, *dict(_STATES)} else ""
    values["type"] = values["type"] if values["type"] in set(QualificationType) else ""
    values["expiry"] = values["expiry"] if values["expiry"] in dict(_EXPIRIES) else ""
    region = chosen_region(session, catalog, values["region"])
    wanted = QualificationFilter(
        # Only current qualifications expire.
        state="" if values["expiry"] or values["state"] == _ALL else values["state"],
        qualification_type=values["type"],
        region_prefix=region_prefix(region),
        words=values["words"],
        expires_until=_expires_until(values["expiry"]),
    )
    return _Query(values=values, wanted=wanted)


def _expires_until(expiry: str) -> date | None:
    if not expiry:
        return None
    return today() + timedelta(days=-1 if expiry == "over" else int(expiry))


@get("/qualifications")
async def qualification_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Qualifications by state, type, expiry, region and unit; without a filter those that wait for a decision."""
    catalog = await services.catalog.get()
    given = read_query(request)
    query = _read(session, catalog, given)
    after = given.get("after", "")
    async with scoped_reads(services, session.account) as connection:
        qualifications, following = await list_qualifications(connection, query.wanted, after=after)
        names = await names_of(connection, (qualification.unit_id for qualification in qualifications))
    return page(
        request,
        "qualifications/finance_qualifications.html",
        title="资质审核",
        values=query.values,
        qualifications=qualifications,
        names=names,
        states=[(_ALL, "全部状态"), *_STATES],
        types=TYPE_OPTIONS,
        expiries=_EXPIRIES,
        regions=region_options(session, catalog),
        region_path=catalog.region_path,
        days_text=days_text,
        state_colour=state_colour,
        csv_address=query.address(f"{LIST}/export.csv"),
        workbook_address=query.address(f"{LIST}/export.xlsx"),
        next_address=query.address(after=following) if following else "",
        first_address=query.address() if after else "",
    )


@get("/qualifications/{qualification_id:int}")
async def qualification_page(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    qualification_id: FromPath[int],
) -> Response[str]:
    """A qualification: the picture beside what was read and stated, and the unit's own data."""
    return await _qualification_page(request, session, services, qualification_id)


async def _qualification_page(
    request: PageRequest,
    session: Session,
    services: Services,
    qualification_id: int,
    reason: str = "",
    problems: tuple[Problem, ...] = (),
    decision: str = "",
) -> Response[str]:
    catalog = await services.catalog.get()
    async with scoped_reads(services, session.account) as connection:
        qualification = await get_qualification(connection, qualification_id)
        unit = await get_unit(connection, qualification.unit_id)
        stands = await unit_qualifications(connection, qualification.unit_id)
    may_decide = allowed(session.account.role, QUALIFICATION_REVIEW)
    return page(
        request,
        "qualifications/finance_qualification.html",
        status=problems[0].status if problems else 200,
        title=f"{unit.name}：{qualification.type_label}",
        crumbs=[("资质审核", LIST)],
        view=qualification_view(qualification),
        qualification=qualification,
        unit=unit,
        region=catalog.region_path(unit.region_code),
        others=[
            other for other in stands.current if other.qualification_id != qualification.qualification_id
        ],
        base=f"{LIST}/{qualification_id}",
        days_text=days_text,
        state_colour=state_colour(qualification),
        decidable=may_decide and qualification.state is QualificationState.SUBMITTED,
        revocable=may_decide and qualification.state is QualificationState.ACCEPTED,
        retirable=may_decide
        and qualification.state is QualificationState.ACCEPTED
        and len(stands.current) > 1,
        reason=reason,
        decision=decision,
        problems=problems,
    )


@post(
    "/qualifications/{qualification_id:int}/decide",
    guards=[require_right(QUALIFICATION_REVIEW)],
    status_code=200,
)
async def decide_qualification(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
    qualification_id: FromPath[int],
) -> Response[str] | Response[bytes]:
    """`accept`, `reject`, `retire` or `revoke`; of two who do it at once the second is told who was first."""
    form = await read_form(request)
    decision = form.get("decision", "")
    given = _Decision(
        reason=form.get("reason", ""),
        revision=_number(form.get("revision", "")),
        acting=acting,
    )
    try:
        async with services.database.system() as connection:  # system: a verb writes
            await _decide(connection, qualification_id, decision, given)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _qualification_page(
            request, session, services, qualification_id, given.reason, refusal.problems, decision
        )
    return redirect(request, f"{LIST}/{qualification_id}")


class _Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What every decision comes with."""

    reason: str
    revision: int
    acting: Acting


async def _decide(
    connection: AsyncConnection, qualification_id: int, decision: str, given: _Decision
) -> None:
    shared: dict[str, Any] = msgspec.structs.asdict(given)
    if decision == "retire":
        await retire(connection, qualification_id, **shared)
    elif decision == "revoke":
        await revoke(connection, qualification_id, **shared)
    elif decision in ("accept", "reject"):
        await decide(connection, qualification_id, accept=decision == "accept", **shared)
    else:
        raise refuse("http.404", "没有这种操作，请返回列表。", status=404)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


@get("/qualifications/{qualification_id:int}/pages/{number:int}")
async def qualification_picture(
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    qualification_id: FromPath[int],
    number: FromPath[int],
) -> Response[bytes]:
    """A page of a qualification, upright."""
    qualification = await _find(session, services, qualification_id)
    return picture_answer(await services.qualifications.picture(qualification, number))


@get("/qualifications/{qualification_id:int}/file")
async def qualification_file(
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    qualification_id: FromPath[int],
) -> Response[bytes]:
    """The file as the unit uploaded it."""
    qualification = await _find(session, services, qualification_id)
    return file_answer(qualification, await services.qualifications.open_file(qualification))


async def _find(session: Session, services: Services, qualification_id: int) -> Qualification:
    async with scoped_reads(services, session.account) as connection:
        return await get_qualification(connection, qualification_id)


# -- export --------------------------------------------------------------------------------------


@get("/qualifications/export.csv")
async def export_csv(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All qualifications of the filter as CSV."""
    return csv_answer(_LAYOUT, await _export(request, session, services, "csv", acting=acting))


@get("/qualifications/export.xlsx")
async def export_workbook(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All qualifications of the filter as a workbook."""
    return await workbook_answer(_LAYOUT, await _export(request, session, services, "xlsx", acting=acting))


async def _export(
    request: PageRequest, session: Session, services: Services, ending: str, *, acting: Acting
) -> Batches:
    """The rows of an export, which is put down in the audit trail."""
    catalog = await services.catalog.get()
    query = _read(session, catalog, read_query(request))
    entry = AuditEntry(
        acting=acting,
        action="qualification:export",
        subject=f"region:{home_region(session, catalog)}",
        details={"format": ending} | {name: text for name, text in query.values.items() if text},
    )
    async with services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)
    return _batches(session, services, query, catalog)


async def _batches(
    session: Session, services: Services, query: _Query, catalog: Catalog
) -> AsyncIterator[list[list[str]]]:
    after = ""
    while True:
        async with scoped_reads(services, session.account) as connection:
            qualifications, after = await list_qualifications(
                connection, query.wanted, after=after, limit=_EXPORT_BATCH
            )
            names = await names_of(connection, (qualification.unit_id for qualification in qualifications))
        yield [
            _row(qualification, names.get(qualification.unit_id, ""), catalog)
            for qualification in qualifications
        ]
        if not after:
            return


def _row(qualification: Qualification, unit_name: str, catalog: Catalog) -> list[str]:
    stated = qualification.stated
    return [
        unit_name,
        catalog.region_path(qualification.region_code),
        qualification.type_label,
        qualification.state.label,
        stated.code if stated else "",
        stated.representative if stated else "",
        stated.issuer if stated else "",
        qualification.valid_from.isoformat() if qualification.valid_from else "",
        "长期"
        if stated and stated.unlimited
        else qualification.valid_until.isoformat()
        if qualification.valid_until
        else "",
        f"{to_shanghai(qualification.uploaded_at):%Y-%m-%d %H:%M:%S}",
        qualification.decided_by_name,
        f"{to_shanghai(qualification.decided_at):%Y-%m-%d %H:%M:%S}" if qualification.decided_at else "",
        qualification.decision_reason or qualification.failure,
    ]


HANDLERS = [
    qualification_list,
    export_csv,
    export_workbook,
    qualification_page,
    decide_qualification,
    qualification_picture,
    qualification_file,
]
