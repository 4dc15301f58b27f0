"""POST /evidence, GET /evidence/{digest}: files that back a bill."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from mingpiao.composition import GatewayServices
from mingpiao.evidence.model import Amount, EvidenceFile, Extraction, Party
from mingpiao.evidence.service import MAX_BYTES, get_evidence_files
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.decoding import media_type_of_request
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.views import BASE_PATH, answer
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.money import plain
from mingpiao.reading.model import Found

PDF = "application/pdf"
_TAKEN = frozenset({"", PDF, "application/octet-stream"})
_LONGEST_NAME = 200

UPLOAD_PROBLEMS = (
    "request.too_large", "request.too_slow", "service.crowded", "request.media_type",
    "evidence.empty", "evidence.not_a_pdf", "evidence.too_large",
    "evidence.infected", "evidence.scanner_unavailable",
)  # fmt: skip

_NAME = Parameter(
    name="name",
    description=f"文件名，供人辨认，至多{_LONGEST_NAME}个字符，按 URL 规则编码；没有时取“未命名.pdf”。",
    schema={"type": "string", "maxLength": _LONGEST_NAME},
    example="设备采购合同.pdf",
    place="query",
)
_DIGEST = Parameter(
    name="digest",
    description="文件的 SM3 摘要，64位小写十六进制，即上传时应答的 digest。",
    schema={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    example="66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
)


class EvidencePartyView(msgspec.Struct, frozen=True, kw_only=True):
    """佐证材料中的一方当事人。"""

    role: Annotated[str, Meta(description="payer 付款或捐赠的一方，payee 收款或受赠的一方，判断不出时为空。")]
    name: Annotated[str, Meta(description="名称。")]
    code: Annotated[str, Meta(description="统一社会信用代码，没有载明时为空。")]


class EvidenceAmountView(msgspec.Struct, frozen=True, kw_only=True):
    """佐证材料中的一处金额。"""

    value: Annotated[str, Meta(description="金额，单位元，2位小数。")]
    role: Annotated[str, Meta(description="total 总额，instalment 分期，deposit 押金或保证金，其他为空。")]
    words: Annotated[bool, Meta(description="是否为大写金额。")]
    text: Annotated[str, Meta(description="文件中的写法。")]


class PointedView(msgspec.Struct, frozen=True, kw_only=True):
    """大模型指认的一项要素，由平台按所指位置识读，仅供参考。"""

    fact: Annotated[
        str,
        Meta(
            description="payer 付款方，payee 收款方，total 应付金额，signed_on 签订或付款日期，"
            "account 收款账号，purpose 款项用途，status 材料状态。"
        ),
    ]
    value: Annotated[str, Meta(description="所指的内容：金额单位元、2位小数，日期 YYYY-MM-DD。")]
    text: Annotated[str, Meta(description="文件中的写法。")]


class ExtractionView(msgspec.Struct, frozen=True, kw_only=True):
    """从佐证材料中识别到的内容，没有载明的为空。"""

    kind: Annotated[
        str,
        Meta(
            description="contract 合同，policy 政策文件，donation 捐赠协议，transfer 转账凭证，other 其他。"
        ),
    ]
    parties: Annotated[tuple[EvidencePartyView, ...], Meta(description="各方当事人。")]
    amounts: Annotated[tuple[EvidenceAmountView, ...], Meta(description="各处金额。")]
    signed_on: Annotated[str, Meta(description="签订或成文日期，YYYY-MM-DD。")]
    starts_on: Annotated[str, Meta(description="期限的起始日期，YYYY-MM-DD。")]
    ends_on: Annotated[str, Meta(description="期限的截止日期，YYYY-MM-DD。")]
    document_numbers: Annotated[tuple[str, ...], Meta(description="文号、合同编号。")]
    accounts: Annotated[tuple[str, ...], Meta(description="银行账号。")]
    purpose: Annotated[str, Meta(description="款项用途或事由。")]
    seals: Annotated[int, Meta(description="印章的个数。")]
    notes: Annotated[tuple[str, ...], Meta(description="识别时的说明。")]
    pointed: Annotated[
        tuple[PointedView, ...], Meta(description="大模型的指认，仅供参考；没有配置大模型的为空。")
    ]


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """一份佐证材料。"""

    digest: Annotated[str, Meta(description="文件的 SM3 摘要，开票时填入 evidence。")]
    name: Annotated[str, Meta(description="文件名。")]
    size: Annotated[int, Meta(description="文件大小，单位字节。")]
    state: Annotated[
        str, Meta(description="waiting 待识别，reading 识别中，read 已识别，unreadable 无法识别。")
    ]
    pages: Annotated[int, Meta(description="页数，识别之前为0。")]
    pages_done: Annotated[int, Meta(description="已识别的页数。")]
    uploaded_at: Annotated[datetime, Meta(description="上传时间。")]
    failure_code: Annotated[str, Meta(description="无法识别的原因代码，否则为空。")]
    failure: Annotated[str, Meta(description="无法识别的原因和办法，否则为空。")]
    used_amount: Annotated[
        str, Meta(description="有效票据已使用的金额，单位元；同一份材料的其他文件合并计算。")
    ]
    used_bills: Annotated[int, Meta(description="使用它的有效票据张数；同一份材料的其他文件合并计算。")]
    extraction: Annotated[ExtractionView | None, Meta(description="识别结果，识别完成之前为 null。")]


@post(
    "/evidence",
    operation_id="uploadEvidence",
    tags=["佐证材料"],
    summary="上传佐证材料",
    description=(
        f"请求体就是 PDF 文件本身，Content-Type 为 {PDF}，不超过{MAX_BYTES // 1024**2} MB、200页；签名与其他调用相同，"
        "对文件的字节计算。识别在后台进行：尚未识别完的应答 202，已有结果的应答 200。同一文件再次上传，得到的是同一份材料。"
    ),
    request_max_body_size=MAX_BYTES,
    opt=contract(
        SuccessAnswer(status=202, description="已保存，正在识别。", content=EvidenceView),
        SuccessAnswer(status=200, description="此前上传过并已识别完的同一文件。", content=EvidenceView),
        parameters=(_NAME,),
        upload=PDF,
        problems=UPLOAD_PROBLEMS,
    ),
)
async def upload_evidence(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Store a file of the caller's unit and queue it for reading."""
    if media_type_of_request(request) not in _TAKEN:
        raise refuse(
            "request.media_type",
            f"请求体应为 PDF 文件本身，请把 Content-Type 设为 {PDF}。",
            status=ERROR_TYPES["request.media_type"].status,
        )
    name = str(request.query_params.get("name", ""))[:_LONGEST_NAME]
    caller = request.auth
    file = await services.evidence.add(caller.unit_id, name, await request.body(), acting=caller.acting)
    headers = {"Location": f"{BASE_PATH}/evidence/{file.digest}"}
    return answer(evidence_view(file), 200 if file.state.settled else 202, headers)


@get(
    "/evidence/{digest:str}",
    operation_id="getEvidence",
    tags=["佐证材料"],
    summary="查询佐证材料",
    description="识别的状态、进度和结果。只能查询本单位上传的；文字版通常在一秒内识别完，扫描件每页约一至两秒。",
    opt=contract(
        SuccessAnswer(status=200, description="佐证材料的现状。", content=EvidenceView),
        parameters=(_DIGEST,),
        problems=("evidence.not_found",),
    ),
)
async def get_evidence(
    request: ApiRequest, services: NamedDependency[GatewayServices], digest: FromPath[str]
) -> ASGIResponse:
    """Return one file of the caller's unit."""
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        file = (await get_evidence_files(connection, caller.unit_id, [digest])).get(digest)
    if file is None:
        raise refuse(
            "evidence.not_found",
            "没有找到该佐证材料，请核对摘要，或重新上传文件。",
            status=ERROR_TYPES["evidence.not_found"].status,
        )
    return answer(evidence_view(file))


def evidence_view(file: EvidenceFile) -> EvidenceView:
    """A file in the form that programs get."""
    return EvidenceView(
        digest=file.digest,
        name=file.name,
        size=file.size,
        state=file.state.value,
        pages=file.pages,
        pages_done=file.pages_done,
        uploaded_at=to_shanghai(file.uploaded_at),
        failure_code=file.failure_code,
        failure=file.failure,
        used_amount=plain(file.used_amount),
        used_bills=file.used_bills,
        extraction=None if file.extraction is None else _extraction_view(file.extraction),
    )


def _extraction_view(extraction: Extraction) -> ExtractionView:
    return ExtractionView(
        kind=extraction.kind,
        parties=tuple(map(_party_view, extraction.parties)),
        amounts=tuple(map(_amount_view, extraction.amounts)),
        signed_on=_value(extraction.signed_on),
        starts_on=_value(extraction.starts_on),
        ends_on=_value(extraction.ends_on),
        document_numbers=tuple(found.value for found in extraction.document_numbers),
        accounts=tuple(found.value for found in extraction.accounts),
        purpose=_value(extraction.purpose),
        seals=len(extraction.seals),
        notes=extraction.notes,
        pointed=tuple(
            PointedView(fact=each.fact, value=each.found.value, text=each.found.text)
            for each in extraction.pointed
        ),
    )


def _party_view(party: Party) -> EvidencePartyView:
    return EvidencePartyView(role=party.role, name=party.name.value, code=_value(party.code))


def _amount_view(amount: Amount) -> EvidenceAmountView:
    return EvidenceAmountView(
        value=plain(amount.value), role=amount.role, words=amount.words, text=amount.found.text
    )


def _value(found: Found | None) -> str:
    return "" if found is None else found.value
