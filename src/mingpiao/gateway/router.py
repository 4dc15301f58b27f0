"""The REST interface as one router, built once."""

from functools import cache

import msgspec
from litestar import Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import ExceptionHandlersMap

from mingpiao.composition import GatewayServices
from mingpiao.gateway import reference
from mingpiao.gateway.applications import (
    appeal_application,
    appeal_request,
    get_application_by_business_no,
    get_by_id,
    withdraw_application,
)
from mingpiao.gateway.authentication import Doorkeeper
from mingpiao.gateway.batches import issue_batch
from mingpiao.gateway.bills import issue_bill
from mingpiao.gateway.changes import get_changes
from mingpiao.gateway.documents import get_ofd, get_pdf, get_xml
from mingpiao.gateway.evidence import get_evidence, upload_evidence
from mingpiao.gateway.express import express
from mingpiao.gateway.lookups import get_by_business_no, get_by_hash, get_by_identity
from mingpiao.gateway.months import get_month, list_months, submit_month
from mingpiao.gateway.openapi import document
from mingpiao.gateway.paper import get_paper, get_sheets, lose_paper, return_sheets, void_paper
from mingpiao.gateway.problems import handle
from mingpiao.gateway.receipts import post_receipts
from mingpiao.gateway.requisitions import get_requisition, post_requisition
from mingpiao.gateway.reversals import reverse_bill
from mingpiao.gateway.segments import (
    get_points,
    get_returned_numbers,
    get_segments,
    post_returned_numbers,
)
from mingpiao.gateway.stock_and_catalog import get_stock, list_items, list_kinds
from mingpiao.gateway.totals import get_totals, put_totals
from mingpiao.gateway.views import BASE_PATH

MAX_BODY_BYTES = 1024 * 1024

RESOURCES: tuple[HTTPRouteHandler, ...] = (
    issue_bill,
    issue_batch,
    reverse_bill,
    get_by_identity,
    get_by_business_no,
    get_by_hash,
    get_changes,
    get_ofd,
    get_pdf,
    get_xml,
    appeal_request,
    get_by_id,
    get_application_by_business_no,
    appeal_application,
    withdraw_application,
    upload_evidence,
    get_evidence,
    get_stock,
    get_points,
    get_segments,
    post_returned_numbers,
    get_returned_numbers,
    post_requisition,
    get_requisition,
    get_paper,
    get_sheets,
    void_paper,
    lose_paper,
    return_sheets,
    list_kinds,
    list_items,
    list_months,
    get_month,
    submit_month,
    put_totals,
    get_totals,
    post_receipts,
)


def create_router() -> Router:
    """All of `/api/v1`: the resources, which need authentication, and their description, which does not."""
    admit = Doorkeeper().admit
    problems: ExceptionHandlersMap = {HTTPException: handle, Exception: handle}
    issue = express(issue_bill, "/bills", admit, limit=MAX_BODY_BYTES, exception_handlers=problems)
    others = [handler for handler in RESOURCES if handler is not issue_bill]
    return Router(
        path=BASE_PATH,
        dependencies={"services": Provide(_provide_services, sync_to_thread=False)},
        route_handlers=[
            issue,
            Router(path="/", route_handlers=others, before_request=admit),
            openapi_json,
            docs_page,
            docs_style,
        ],
        request_max_body_size=MAX_BODY_BYTES,
        exception_handlers=problems,
    )


def _provide_services(state: State) -> GatewayServices:
    services: GatewayServices = state.gateway
    return services


@cache
def _openapi_bytes() -> bytes:
    return msgspec.json.encode(document(RESOURCES))


@cache
def _page_bytes() -> bytes:
    return reference.render(document(RESOURCES)).encode()


@get("/openapi.json")
async def openapi_json() -> ASGIResponse:
    """The OpenAPI 3.1 document."""
    return ASGIResponse(body=_openapi_bytes())


@get("/docs")
async def docs_page() -> ASGIResponse:
    """The OpenAPI document as a page for people."""
    return ASGIResponse(body=_page_bytes(), media_type="text/html")


@get("/docs/style.css")
async def docs_style() -> ASGIResponse:
    """The page's style sheet."""
    return ASGIResponse(body=reference.style(), media_type="text/css")
