"""已开票据: the list with its filters, and the page of one bill with its documents."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from mingpiao.composition import Services
from mingpiao.evidence.service import get_evidence_files
from mingpiao.identity.model import Session
from mingpiao.issuing.model import Bill, BillPage, BillState, Color
from mingpiao.issuing.service import get_document, get_supervision, list_bills
from mingpiao.journal.service import bill_events
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import bill_id_of, unit_of
from mingpiao.portals.bills.files import bill_file_response
from mingpiao.portals.bills.filters import BillQuery
from mingpiao.portals.bills.rights import UNIT_REVERSE
from mingpiao.portals.bills.unit_query import read_unit_query
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, scoped_reads
from mingpiao.verification.service import checks_of

LIST = "/unit/bills"
_PAGE_SIZE = 50


@get("/bills")
async def bill_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """A page of the unit's bills, newest first; the filter stands in the address."""
    parameters = read_query(request)
    after = parameters.get("after", "")
    query = read_unit_query(parameters, unit_of(session.account))
    found = BillPage(bills=())
    if not query.problems:
        async with scoped_reads(services, session.account) as connection:
            found = await list_bills(connection, query.wanted, after=after, limit=_PAGE_SIZE)
    catalog = await services.catalog.get()
    kinds = (await services.units.profile(unit_of(session.account))).kind_codes
    return page(
        request,
        "bills/unit_bills.html",
        status=422 if query.problems else 200,
        title="已开票据",
        crumbs=[("首页", "/unit")],
        query=query,
        bills=found.bills,
        kinds=catalog.kinds,
        kind_choices=[(code, catalog.kinds[code].name) for code in sorted(kinds)],
        state_choices=[(state.value, state.label) for state in BillState],
        color_choices=[(color.value, color.label) for color in Color],
        next_address=query.address(LIST, after=found.next_key) if found.next_key else "",
        first_address=query.address(LIST) if after else "",
        exports=_exports(query),
        may_issue=allowed(session.account.role, UNIT_ISSUE),
        problems=query.problems,
    )


def _exports(query: BillQuery) -> list[tuple[str, str]]:
    return [
        (label, query.address(f"{LIST}/export.{ending}"))
        for ending, label in (("xlsx", "Excel"), ("csv", "CSV"))
    ]


@get("/bills/{code:str}/{number:str}")
async def bill_page(
    request: PageRequest,
    code: FromPath[str],
    number: FromPath[str],
    session: NamedDependency[Session],
    services: NamedDependency[Services],
) -> Response[str]:
    """One bill: face, fields, items, history, documents."""
    bill_id = bill_id_of(code, number)
    async with scoped_reads(services, session.account) as connection:
        document = await get_document(connection, bill_id)
        events = await bill_events(connection, document.bill.unit_id, bill_id)
        checks = await checks_of(connection, document.bill.unit_id, bill_id)
        supervision = await get_supervision(connection, document.bill.unit_id, bill_id)
        named = supervision.evidence if supervision else ()
        files = await get_evidence_files(connection, document.bill.unit_id, named)
    bill = document.bill
    kind = (await services.catalog.get()).kinds[bill.kind]
    return page(
        request,
        "bills/unit_bill.html",
        title=f"票据 {bill.code}-{bill.number}",
        crumbs=[("首页", "/unit"), ("已开票据", LIST)],
        bill=bill,
        kind=kind,
        events=events,
        checks=checks,
        supervision=supervision,
        files=list(files.values()),
        evidence_base="/unit/evidence",
        faces=Markup(await services.documents.faces(document)),  # noqa: S704 - our own drawing, texts escaped
        may_reverse=may_be_reversed(bill) and allowed(session.account.role, UNIT_REVERSE),
    )


def may_be_reversed(bill: Bill) -> bool:
    """Whether a bill is blue and stands."""
    return bill.color is Color.BLUE and bill.state is BillState.NORMAL


@get("/bills/{code:str}/{number:str}/{file_name:str}")
async def bill_file(
    code: FromPath[str],
    number: FromPath[str],
    file_name: FromPath[str],
    session: NamedDependency[Session],
    services: NamedDependency[Services],
) -> Response[bytes]:
    """A document of a bill to keep: `document.ofd`, `document.pdf` or `document.xml`."""
    name, _, ending = file_name.partition(".")
    if name != "document":
        raise refuse("document.unknown", "没有这种文件，请从票据页面下载。", status=404)
    return await bill_file_response(services, session.account, code, number, ending)


HANDLERS = [bill_list, bill_page, bill_file]
