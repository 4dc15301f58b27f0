"""GET /bills/{code}/{number}/document.…: the files of a bill."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import CODE, NUMBER, SuccessAnswer, contract
from mingpiao.gateway.lookups import identity_of
from mingpiao.issuing.model import BillDocument
from mingpiao.issuing.service import get_document

OFD = "application/ofd"
PDF = "application/pdf"
XML = "application/xml"


async def _document(request: ApiRequest, services: GatewayServices, code: str, number: str) -> BillDocument:
    identity = identity_of(code, number)
    async with services.database.scoped(request.auth.scope) as connection:
        return await get_document(connection, identity.bill_id)


def _download(document: BillDocument, data: bytes, ending: str, media_type: str) -> ASGIResponse:
    name = f"{document.bill.code}-{document.bill.number}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return ASGIResponse(body=data, media_type=media_type, headers=headers)


@get(
    "/bills/{code:str}/{number:str}/document.ofd",
    operation_id="getOfd",
    tags=["文件"],
    summary="下载 OFD 版式文件",
    description="符合 GB/T 33190，含单位签章和财政监制章，附有 XML 原件。",
    opt=contract(
        SuccessAnswer(status=200, description="OFD 文件。", content=OFD),
        parameters=(CODE, NUMBER),
        problems=("bill.unknown",),
    ),
)
async def get_ofd(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    code: FromPath[str],
    number: FromPath[str],
) -> ASGIResponse:
    """The bill as OFD."""
    document = await _document(request, services, code, number)
    return _download(document, await services.documents.ofd(document), "ofd", OFD)


@get(
    "/bills/{code:str}/{number:str}/document.pdf",
    operation_id="getPdf",
    tags=["文件"],
    summary="下载 PDF 版式文件",
    description="与 OFD 同样的票面，嵌有 XML 原件。",
    opt=contract(
        SuccessAnswer(status=200, description="PDF 文件。", content=PDF),
        parameters=(CODE, NUMBER),
        problems=("bill.unknown",),
    ),
)
async def get_pdf(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    code: FromPath[str],
    number: FromPath[str],
) -> ASGIResponse:
    """The bill as PDF."""
    document = await _document(request, services, code, number)
    return _download(document, await services.documents.pdf(document), "pdf", PDF)


@get(
    "/bills/{code:str}/{number:str}/document.xml",
    operation_id="getXml",
    tags=["文件"],
    summary="下载 XML 数据文件",
    description="带有单位签名和财政监制签名的数据文件，逐字节为开具时所签的原件；其 SM3 摘要即票据的 sm3。",
    opt=contract(
        SuccessAnswer(status=200, description="XML 文件。", content=XML),
        parameters=(CODE, NUMBER),
        problems=("bill.unknown",),
    ),
)
async def get_xml(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    code: FromPath[str],
    number: FromPath[str],
) -> ASGIResponse:
    """The sealed XML, byte for byte."""
    document = await _document(request, services, code, number)
    return _download(document, document.xml, "xml", XML)
