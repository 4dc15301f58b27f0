"""GET /bills/changes: all bills in the order in which they became visible, for programs that copy them."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.model import MAX_CHANGES, ChangesView
from mingpiao.gateway.views import answer, bill_view
from mingpiao.issuing.service import list_changes

_AFTER = Parameter(
    name="after",
    place="query",
    description="上次应答中的 mark；第一次不传，从头开始。",
    schema={"type": "string", "maxLength": 100},
    example="",
)
_LIMIT = Parameter(
    name="limit",
    place="query",
    description="最多返回的张数。",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_CHANGES, "default": MAX_CHANGES},
    example="100",
)


@get(
    "/bills/changes",
    operation_id="listChanges",
    tags=["查询"],
    summary="按水位标记增量获取",
    description=(
        "按生效顺序给出本单位的蓝票和红票。水位标记保证完整：complete 为 true 时，标记及以前生效的票据已全部给出，"
        "以后不会再有票据出现在标记之前。保存好 mark，下次从它继续，即可不重不漏地同步。"
    ),
    opt=contract(
        SuccessAnswer(status=200, description="一页票据和新的标记。", content=ChangesView),
        parameters=(_AFTER, _LIMIT),
        problems=("list.key_malformed", "request.parameter_invalid"),
    ),
)
async def get_changes(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    after: Annotated[str, QueryParameter(max_length=100)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_CHANGES)] = MAX_CHANGES,
) -> ASGIResponse:
    """The caller's bills after a mark, which the call before returned."""
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        changes = await list_changes(connection, caller.unit_id, after=after, limit=limit)
    site_url = services.settings.site_url()
    bills = tuple(bill_view(bill, site_url) for bill in changes.bills)
    return answer(ChangesView(bills=bills, mark=changes.mark, complete=changes.complete))
