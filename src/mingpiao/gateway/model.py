"""The values that the REST interface returns and accepts; each member has a Chinese description.

They are a promise to callers: members are only ever added. Amounts are texts in 元, because many clients lose
cents in JSON numbers.
"""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mingpiao.issuing.model import IssueRequest

_FACTS = (
    "供程序使用的事实，没有时省略。bill.business_no_conflict 带有原票的 code 和 number，"
    "bill.business_no_reversed 带有原票的 code、number 和红票的 red_code、red_number，"
    "bill.already_reversed 带有红票的 code、number、check_code 和 issued_at，auth.clock_skew 带有平台时间 server_time（Unix 秒）。"
)

MAX_BATCH = 10_000
MAX_CHANGES = 500


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """票据代码和票据号码，共同标识一张票据。"""

    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    number: Annotated[str, Meta(description="票据号码，10位数字。")]


class PayerView(msgspec.Struct, frozen=True, kw_only=True):
    """缴款人。"""

    type: Annotated[str, Meta(description="缴款人类型：1 个人，2 单位。")]
    name: Annotated[str, Meta(description="缴款人名称。")]
    code: Annotated[str, Meta(description="缴款单位的统一社会信用代码，个人为空。")]


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """票据上的一项收费。"""

    code: Annotated[str, Meta(description="收款项目编码。")]
    name: Annotated[str, Meta(description="收款项目名称。")]
    unit: Annotated[str, Meta(description="计量单位。")]
    quantity: Annotated[str, Meta(description="数量，最多6位小数。")]
    rate: Annotated[str, Meta(description="收费标准，单位元，最多6位小数。")]
    amount: Annotated[str, Meta(description="金额，单位元，2位小数；红票为负数。")]
    remark: Annotated[str, Meta(description="备注。")]


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """一条监管规则的提示。"""

    rule: Annotated[str, Meta(description="监管规则编码。")]
    name: Annotated[str, Meta(description="监管规则名称。")]
    severity: Annotated[str, Meta(description="处理方式：block 拦截，ask 核实，warn 提示。")]
    message: Annotated[str, Meta(description="提示内容。")]
    field: Annotated[str, Meta(description="相关字段，如 payer/name；与字段无关时为空。")]
    basis: Annotated[str, Meta(description="法规依据。")]


class DocumentLinks(msgspec.Struct, frozen=True, kw_only=True):
    """版式文件和数据文件的下载地址（同样需要签名）。"""

    ofd: Annotated[str, Meta(description="OFD 版式文件地址。")]
    pdf: Annotated[str, Meta(description="PDF 版式文件地址。")]
    xml: Annotated[str, Meta(description="带签名的 XML 数据文件地址，具有法律效力的原件。")]


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    """一张票据的核销状态。"""

    state: Annotated[
        str,
        Meta(
            description="open 未核销，written_off 已核销，exception 异常（财政部门审核中），breach 违规，"
            "rectifying 整改中。"
        ),
    ]
    name: Annotated[str, Meta(description="状态的名称。")]
    written_off_on: Annotated[date | None, Meta(description="核销日期；不是已核销时为 null。")]
    serial: Annotated[str, Meta(description="核销编号；不是已核销时为空。")]


class BillView(msgspec.Struct, frozen=True, kw_only=True):
    """一张已开具的财政电子票据。"""

    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    number: Annotated[str, Meta(description="票据号码，10位数字。")]
    check_code: Annotated[str, Meta(description="校验码，6位，公众查验时使用。")]
    kind: Annotated[str, Meta(description="票据种类编码，4位数字。")]
    color: Annotated[str, Meta(description="blue 蓝票，red 红票（冲红票据）。")]
    state: Annotated[str, Meta(description="normal 正常，reversed 已冲红。")]
    business_no: Annotated[str, Meta(description="开票请求中的业务流水号；红票与原蓝票相同或由平台编排。")]
    issued_at: Annotated[datetime, Meta(description="开具时间，ISO 8601，北京时间（+08:00）。")]
    total: Annotated[str, Meta(description="合计金额，单位元，2位小数；红票为负数。")]
    payer: Annotated[PayerView, Meta(description="缴款人。")]
    items: Annotated[tuple[ItemView, ...], Meta(description="收款项目，1至200项。")]
    extension: Annotated[dict[str, str], Meta(description="其他信息，以数据标准的英文名为键。")]
    handler: Annotated[str, Meta(description="开票人。")]
    related: Annotated[
        IdentityView | None, Meta(description="红票对应的蓝票，或冲红本票的红票；没有时为 null。")
    ]
    reason: Annotated[str, Meta(description="冲红原因，仅红票有。")]
    sm3: Annotated[str, Meta(description="XML 数据文件的 SM3 摘要，64位小写十六进制。")]
    check_url: Annotated[str, Meta(description="查验地址，即票面二维码的内容。")]
    documents: Annotated[DocumentLinks, Meta(description="文件下载地址。")]
    ruleset_version: Annotated[
        int | None, Meta(description="开具时所适用的监管规则集版本；启用监管规则之前的票据和红票为 null。")
    ]
    point: Annotated[str, Meta(description="以其名义开具的开票点的代码；没有指明的为空。")] = ""
    warnings: Annotated[
        tuple[FindingView, ...], Meta(description="开具时触发的提示类监管规则，只在开具的应答中给出。")
    ] = ()
    writeoff: Annotated[
        StandingView | None,
        Meta(description="核销状态，只在查询单张票据时给出；所在月份不需要核销时为 null。"),
    ] = None


class ErrorView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """一处错误。"""

    code: Annotated[str, Meta(description="稳定的错误代码，见错误代码表。")]
    field: Annotated[str, Meta(description="出错的字段，如 items/0/amount；与字段无关时为空。")]
    message: Annotated[str, Meta(description="中文说明及处理办法。")]
    facts: Annotated[dict[str, Any], Meta(description=_FACTS)] = {}


class ProblemView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 错误应答。"""

    type: Annotated[str, Meta(description="错误类型的说明地址。")]
    title: Annotated[str, Meta(description="错误类型的名称。")]
    status: Annotated[int, Meta(description="HTTP 状态码。")]
    code: Annotated[str, Meta(description="稳定的错误代码，程序应据此判断。")]
    detail: Annotated[str, Meta(description="中文说明及处理办法。")]
    field: Annotated[str, Meta(description="出错的字段，如 items/0/amount；与字段无关时为空。")]
    errors: Annotated[tuple[ErrorView, ...], Meta(description="全部错误，第一个与上面相同。")]
    facts: Annotated[dict[str, Any], Meta(description=_FACTS)] = {}


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """开票申请：等待佐证材料识别、等待本单位核实或等待财政部门复核的开票请求。"""

    id: Annotated[int, Meta(description="申请编号。")]
    business_no: Annotated[str, Meta(description="开票请求中的业务流水号。")]
    kind: Annotated[str, Meta(description="票据种类编码，4位数字。")]
    payer_name: Annotated[str, Meta(description="缴款人名称。")]
    total: Annotated[str, Meta(description="合计金额，单位元，2位小数。")]
    state: Annotated[
        str,
        Meta(
            description="checking 材料识别中，needs_confirmation 待确认，refused 未通过，in_review 待复核，"
            "returned 已退回，approved 复核通过待开具，awaits_checker 待本单位复核人复核，"
            "agreed 复核人同意待开具，issued 已开具，rejected 已驳回，withdrawn 已撤回。"
        ),
    ]
    submitted_at: Annotated[datetime, Meta(description="提交时间，ISO 8601。")]
    findings: Annotated[tuple[FindingView, ...], Meta(description="触发的监管规则。")]
    claims: Annotated[list[dict[str, Any]], Meta(description="佐证材料与票面逐项比对的结果。")]
    problems: Annotated[tuple[ErrorView, ...], Meta(description="未通过或暂时不能开具的原因。")]
    due_at: Annotated[datetime | None, Meta(description="财政部门应作出复核决定的期限；不在复核中为 null。")]
    decision_reason: Annotated[str, Meta(description="财政部门的复核意见，或本单位复核人的退回原因。")]
    bill: Annotated[IdentityView | None, Meta(description="已开具的票据；尚未开具为 null。")]


class BatchRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch as it is read: its bills are decoded one by one, so that a malformed one does not affect the
    others.
    """

    bills: list[msgspec.Raw]


class BatchResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """批量中一张票的结果：bill、application 与 problem 恰有其一。"""

    index: Annotated[int, Meta(description="在请求 bills 中的序号，从 0 起。")]
    status: Annotated[int, Meta(description="与单张开票相同的状态码：201 新开，200 此前已开，其余为错误。")]
    bill: Annotated[BillView | None, Meta(description="开具的票据。")] = None
    application: Annotated[
        ApplicationView | None, Meta(description="尚未开具、已转为开票申请（状态码 202）。")
    ] = None
    problem: Annotated[ProblemView | None, Meta(description="错误。")] = None


class BatchCounts(msgspec.Struct, frozen=True, kw_only=True):
    """批量结果的汇总。"""

    issued: Annotated[int, Meta(description="新开张数。")]
    repeated: Annotated[int, Meta(description="此前已开、原样返回的张数。")]
    refused: Annotated[int, Meta(description="被拒绝的张数。")]
    unresolved: Annotated[int, Meta(description="系统故障、应稍后原样重试的张数。")]
    needs_confirmation: Annotated[int, Meta(description="触发监管规则、需要核实的张数。")]
    pending: Annotated[int, Meta(description="佐证材料仍在识别或正在复核的张数。")]


class BatchBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """批量开票请求。"""

    bills: Annotated[
        list[IssueRequest],
        Meta(description="开票请求，每张与单张开票相同。", min_length=1, max_length=MAX_BATCH),
    ]


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """批量开票的结果。"""

    counts: Annotated[BatchCounts, Meta(description="汇总。")]
    results: Annotated[tuple[BatchResult, ...], Meta(description="逐张的结果，顺序与请求相同。")]


class ReversalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """冲红请求。"""

    reason: Annotated[str, Meta(description="冲红原因，1至200字。")]
    handler: Annotated[str, Meta(description="经办人，1至30字。")]


class ChangesView(msgspec.Struct, frozen=True, kw_only=True):
    """按生效顺序排列的一页票据。"""

    bills: Annotated[tuple[BillView, ...], Meta(description="票据，按生效的先后排列；冲红时红票在其中出现。")]
    mark: Annotated[str, Meta(description="水位标记，下次作为 after 传入。")]
    complete: Annotated[
        bool, Meta(description="true 表示标记及以前的票据已全部给出；false 表示还有，请立即继续。")
    ]


class StockView(msgspec.Struct, frozen=True, kw_only=True):
    """本单位一个票据种类的库存。"""

    kind: Annotated[str, Meta(description="票据种类编码。")]
    name: Annotated[str, Meta(description="票据种类名称。")]
    free: Annotated[int, Meta(description="剩余号码个数。")]
    used: Annotated[int, Meta(description="已用号码个数。")]
    locks: Annotated[tuple[str, ...], Meta(description="停止开票的原因代码，为空表示可以开票。")]
    valid_until: Annotated[date | None, Meta(description="可以开票的最后一日，null 表示不限。")]


class StockList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位各票据种类的库存。"""

    levels: Annotated[tuple[StockView, ...], Meta(description="每个票据种类一项。")]


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    """票据种类的一项其他信息。"""

    name: Annotated[str, Meta(description="英文名，作为开票请求 extension 的键。")]
    label: Annotated[str, Meta(description="中文名。")]
    type: Annotated[
        str, Meta(description="text 文本，date 日期，money 金额，choice 选项，number 数字，year 四位年份。")
    ]
    required: Annotated[bool, Meta(description="是否必填。")]
    max_length: Annotated[int, Meta(description="最多字数。")]
    choices: Annotated[tuple[str, ...], Meta(description="type 为 choice 时的全部选项。")]
    minimum: Annotated[str | None, Meta(description="金额、数字、年份的最小值（含），没有时为空。")]
    maximum: Annotated[str | None, Meta(description="金额、数字、年份的最大值（含），没有时为空。")]


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """本单位可以开具的票据种类。"""

    code: Annotated[str, Meta(description="票据种类编码，作为开票请求的 kind。")]
    name: Annotated[str, Meta(description="票据名称。")]
    bill_code: Annotated[str, Meta(description="现在开具时的票据代码。")]
    extension: Annotated[tuple[ExtensionView, ...], Meta(description="其他信息的定义。")]


class KindList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位可以开具的票据种类。"""

    kinds: Annotated[tuple[KindView, ...], Meta(description="按编码排列。")]


class ComingRateView(msgspec.Struct, frozen=True, kw_only=True):
    """自某日起执行的收费标准。"""

    since: Annotated[str, Meta(description="自该日起执行，写成“年-月-日”。")]
    rate_kind: Annotated[str, Meta(description="收费标准：fixed 固定，bounded 限定范围，free 不限。")]
    rate_minimum: Annotated[str, Meta(description="最低标准，单位元。")]
    rate_maximum: Annotated[str, Meta(description="最高标准，单位元。")]


class ChargeItemView(msgspec.Struct, frozen=True, kw_only=True):
    """本单位可以使用的收款项目。"""

    code: Annotated[str, Meta(description="收款项目编码，作为开票请求 items 的 code。")]
    name: Annotated[str, Meta(description="收款项目名称。")]
    measure_unit: Annotated[str, Meta(description="计量单位。")]
    rate_kind: Annotated[str, Meta(description="收费标准：fixed 固定，bounded 限定范围，free 不限。")]
    rate_minimum: Annotated[str, Meta(description="最低标准，单位元。")]
    rate_maximum: Annotated[str, Meta(description="最高标准，单位元。")]
    coming_rates: Annotated[
        tuple[ComingRateView, ...], Meta(description="以后执行的收费标准，按日期排列；没有时为空。")
    ]
    kinds: Annotated[tuple[str, ...], Meta(description="可以使用该项目且本单位可开具的票据种类。")]
    basis: Annotated[str, Meta(description="收费依据。")]


class ChargeItemList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位可以使用的收款项目。"""

    items: Annotated[tuple[ChargeItemView, ...], Meta(description="按编码排列。")]
