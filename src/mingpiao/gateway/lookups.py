"""GET /bills/…: one bill by its code and number, by business number, or by its document's hash."""

from urllib.parse import unquote

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import CODE, NUMBER, Parameter, SuccessAnswer, contract
from mingpiao.gateway.model import BillView
from mingpiao.gateway.views import answer, bill_view
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import find_by_business_no, find_by_hash, get_bill
from mingpiao.kernel.codes import BillIdentity, is_code, is_number
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.writeoff.model import BillWriteOff
from mingpiao.writeoff.service import standings_of

_BILL = SuccessAnswer(status=200, description="票据的现状。", content=BillView)
_BY_BUSINESS_NO = "/bills/by-business-no/"
_LONGEST_BUSINESS_NO = 50

_BUSINESS_NO = Parameter(
    name="business_no",
    description="业务流水号，按 URL 规则编码（如斜杠写作 %2F）。",
    schema={"type": "string", "minLength": 1, "maxLength": _LONGEST_BUSINESS_NO},
    example="HIS-20260101-0001",
)
_SM3 = Parameter(
    name="sm3",
    description="XML 数据文件的 SM3 摘要。",
    schema={"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
    example="66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
)


def identity_of(code: str, number: str) -> BillIdentity:
    """A bill's identity from a path. Raises `Refusal` (`bill.unknown`, 404) if the path cannot name one."""
    if not is_code(code) or not is_number(number):
        raise _unknown()
    return BillIdentity(code=code, number=number)


def _unknown() -> Refusal:
    return refuse(
        "bill.unknown", "没有找到该票据，请核对8位票据代码和10位票据号码，或您无权查看。", status=404
    )


async def _standing(connection: AsyncConnection, bill: Bill) -> BillWriteOff:
    found = await standings_of(connection, [(bill.unit_id, bill.bill_id, bill.kind, bill.issued_at)])
    return found[bill.bill_id]


@get(
    "/bills/{code:str}/{number:str}",
    operation_id="getBill",
    tags=["查询"],
    summary="按票据代码和号码查询",
    description="只能查询本单位的票据；其他单位的票据与不存在的票据得到相同的应答。",
    opt=contract(_BILL, parameters=(CODE, NUMBER), problems=("bill.unknown",)),
)
async def get_by_identity(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    code: FromPath[str],
    number: FromPath[str],
) -> ASGIResponse:
    """One bill of the caller's unit."""
    identity = identity_of(code, number)
    async with services.database.scoped(request.auth.scope) as connection:
        bill = await get_bill(connection, identity.bill_id)
        standing = await _standing(connection, bill)
    return answer(bill_view(bill, services.settings.site_url(), writeoff=standing))


@get(
    _BY_BUSINESS_NO + "{business_no:path}",
    operation_id="findByBusinessNo",
    tags=["查询"],
    summary="按业务流水号查询",
    description="查询某个业务流水号开具的蓝票。开票超时或结果不明时，用它得知真实结果。",
    opt=contract(_BILL, parameters=(_BUSINESS_NO,), problems=("bill.unknown",)),
)
async def get_by_business_no(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """The blue bill of a business number.

    The number is read from the raw path, because the router unescapes slashes in it.
    """
    raw = request.scope["raw_path"].decode("latin-1").partition(_BY_BUSINESS_NO)[2]
    business_no = unquote(raw, errors="replace")
    if len(business_no) > _LONGEST_BUSINESS_NO or unprintable(business_no) is not None:
        raise _unknown()
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        bill = await find_by_business_no(connection, caller.unit_id, business_no)
        standing = await _standing(connection, bill)
    return answer(bill_view(bill, services.settings.site_url(), writeoff=standing))


@get(
    "/bills/by-hash/{sm3:str}",
    operation_id="findByHash",
    tags=["查询"],
    summary="按文件摘要查询",
    description="按 XML 数据文件的 SM3 摘要查询，即票面二维码中的摘要。",
    opt=contract(_BILL, parameters=(_SM3,), problems=("bill.unknown", "bill.hash_malformed")),
)
async def get_by_hash(
    request: ApiRequest, services: NamedDependency[GatewayServices], sm3: FromPath[str]
) -> ASGIResponse:
    """The bill whose sealed XML has this hash."""
    async with services.database.scoped(request.auth.scope) as connection:
        bill = await find_by_hash(connection, sm3)
        standing = await _standing(connection, bill)
    return answer(bill_view(bill, services.settings.site_url(), writeoff=standing))
