"""/finance/bills: every bill of the region and below, and nothing outside it."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.evidence.service import get_evidence_files
from mingpiao.identity.model import Session
from mingpiao.issuing.model import Bill, BillPage, BillState, Color
from mingpiao.issuing.service import get_document, get_supervision, list_bills
from mingpiao.journal.service import bill_events
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.bills.files import bill_file_response
from mingpiao.portals.bills.filters import BillQuery, read_bill_query
from mingpiao.portals.forms import read_query
from mingpiao.portals.regions import chosen_region, region_options
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, scoped_reads
from mingpiao.portals.units.finance import kind_name
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import names_of, search

_LIST = "/finance/bills"


@get("/bills")
async def bill_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Bills by date, kind, payer, amount, state, number, unit and region, newest first."""
    catalog = await services.catalog.get()
    given = read_query(request)
    options = region_options(session, catalog)
    async with scoped_reads(services, session.account) as connection:
        query = await read_finance_query(connection, session, catalog, given)
        found = BillPage(bills=())
        if not query.problems:
            below = [code for code, _ in options if region_covers(query.wanted.region_code, code)]
            after = given.get("after", "")
            found = await list_bills(connection, query.wanted, after=after, region_codes=below)
        names = await names_of(connection, [bill.unit_id for bill in found.bills])
    return page(
        request,
        "bills/finance_bills.html",
        status=400 if query.problems else 200,
        title="票据查询",
        problems=query.problems,
        values=query.values,
        bills=found.bills,
        unit_names=names,
        kind_name=lambda code: kind_name(catalog, code),
        kinds=[(code, kind_name(catalog, code)) for code in sorted(catalog.kinds)],
        states=[(state.value, state.label) for state in BillState],
        colors=[(color.value, color.label) for color in Color],
        regions=options,
        file_address=_file_address(query),
        next_address=query.address(_LIST, after=found.next_key) if found.next_key else "",
        first_address=query.address(_LIST) if given.get("after") else "",
        export_address=lambda kind: query.address(f"{_LIST}/export.{kind}"),
    )


def _file_address(query: BillQuery) -> str:
    """The page of the file that a list is restricted to; empty without one of a certain unit."""
    wanted = query.wanted
    if not wanted.evidence or wanted.unit_id is None:
        return ""
    return f"/finance/evidence/{wanted.unit_id}/{wanted.evidence}"


async def read_finance_query(
    connection: AsyncConnection, session: Session, catalog: Catalog, given: dict[str, str]
) -> BillQuery:
    """The filter in an address, with its unit (by name or 统一社会信用代码) and region looked up.

    Raises `Refusal` (`region.unknown`, 404) for a region outside the account's.
    """
    query = read_bill_query(given, also=("unit", "region"))
    wanted = msgspec.structs.replace(
        query.wanted, region_code=chosen_region(session, catalog, query.values["region"])
    )
    problems = query.problems
    if query.values["unit"]:
        unit_id, problem = await unit_named(connection, query.values["unit"])
        wanted = msgspec.structs.replace(wanted, unit_id=unit_id)
        problems += (problem,) if problem else ()
    return msgspec.structs.replace(query, wanted=wanted, problems=problems)


async def unit_named(connection: AsyncConnection, words: str) -> tuple[int | None, Problem | None]:
    """The one unit that a text means: its code, its whole name, or a part that no other name has."""
    found = await search(connection, words=words)
    exact = [unit for unit in found if words in (unit.name, unit.uscc)]
    chosen = exact or found
    if len(chosen) == 1:
        return chosen[0].unit_id, None
    if not chosen:
        message = "没有找到该用票单位，请核对名称或统一社会信用代码，或您无权查看。"
        return None, Problem(code="filter.unit_unknown", field="unit", message=message)
    examples = "、".join(unit.name for unit in chosen[:3])
    message = f"有多个单位符合（如{examples}），请填写完整名称或统一社会信用代码。"
    return None, Problem(code="filter.unit_ambiguous", field="unit", message=message)


@get("/bills/{code:str}/{number:str}")
async def bill_page(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    code: FromPath[str],
    number: FromPath[str],
) -> Response[str]:
    """One bill: its face, data, history and documents."""
    catalog = await services.catalog.get()
    async with scoped_reads(services, session.account) as connection:
        document = await get_document(connection, bill_id_of(code, number))
        bill = document.bill
        unit = await get_unit(connection, bill.unit_id)
        events = await bill_events(connection, bill.unit_id, bill.bill_id)
        supervision = await get_supervision(connection, bill.unit_id, bill.bill_id)
        files = await get_evidence_files(
            connection, bill.unit_id, supervision.evidence if supervision else ()
        )
    return page(
        request,
        "bills/finance_bill.html",
        title=f"票据 {bill.code} {bill.number}",
        crumbs=[("票据查询", _LIST)],
        bill=bill,
        unit=unit,
        region=catalog.region_path(bill.region_code),
        kind=catalog.kinds[bill.kind].name,
        extension=_extension(catalog, bill),
        events=events,
        supervision=supervision,
        files=list(files.values()),
        evidence_base=f"/finance/evidence/{bill.unit_id}",
        face=await services.documents.faces(document),
        base=f"{_LIST}/{bill.code}/{bill.number}",
    )


def _extension(catalog: Catalog, bill: Bill) -> list[tuple[str, str]]:
    kind = catalog.kinds.get(bill.kind)
    labels = {field.name: field.label for field in kind.extension_fields} if kind else {}
    return [(labels.get(name, name), value) for name, value in bill.extension.items() if value]


@get("/bills/{code:str}/{number:str}/{form:str}")
async def bill_document(
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    code: FromPath[str],
    number: FromPath[str],
    form: FromPath[str],
) -> Response[bytes]:
    """A bill's document to keep: ofd, pdf or xml."""
    return await bill_file_response(services, session.account, code, number, form)


HANDLERS = [bill_list, bill_page, bill_document]
