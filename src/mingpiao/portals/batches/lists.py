"""批量开具记录, and the rows of one batch."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from mingpiao.batches.model import BatchRow, BatchState, BillBatch, RowFilter, RowState
from mingpiao.batches.service import list_batches, list_rows, rules_asking
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import plain
from mingpiao.portals.batches.sheets import told_at, told_of
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, DigitsFilter, Here, TextFilter
from mingpiao.portals.list_model import Button, Listing
from mingpiao.portals.rendering import moment
from mingpiao.rules.model import Hit, Severity
from mingpiao.storage.paging import Page

ADDRESS = "/unit/batches"
BATCH_COLOURS = {BatchState.FINISHED: "green", BatchState.STOPPED: "orange", BatchState.CHECKED: "secondary"}
ROW_COLOURS = {
    RowState.WRONG: "red",
    RowState.ASKED: "orange",
    RowState.READY: "green",
    RowState.TO_CHECKER: "blue",
    RowState.ISSUED: "secondary",
}


async def _fetch_batches(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[BillBatch]:
    return await list_batches(here.connection, after=key, limit=limit)


def _batch_state(batch: BillBatch) -> Parts:
    return Parts((Badge(batch.state.label, BATCH_COLOURS.get(batch.state, "blue")), Note(batch.stop_reason)))


BATCHES: Listing[BillBatch] = Listing(
    name="unit_batches",
    address=ADDRESS,
    title="批量开具",
    columns=(
        Column(
            name="batch",
            label="批次",
            kind="code",
            value=lambda batch: batch.batch_id,
            link=lambda batch: f"{ADDRESS}/{batch.batch_id}",
            link_label=lambda batch: f"批次 {batch.batch_id}",
        ),
        Column(name="file", label="文件", kind="wide", head=True, value=lambda batch: batch.file_name),
        Column(name="kind", label="票据种类", kind="code", phone=False, value=lambda batch: batch.kind),
        Column(name="state", label="状态", value=_batch_state),
        Column(name="rows", label="行数", kind="count", phone=False, value=lambda batch: batch.rows),
        Column(name="issued", label="已开具", kind="count", value=lambda batch: batch.count("issued")),
        Column(name="wrong", label="有问题", kind="count", value=lambda batch: batch.count("wrong")),
        Column(name="total", label="已开具金额", kind="money", value=lambda batch: batch.issued_total),
        Column(name="who", label="上传人", phone=False, value=lambda batch: batch.uploaded_name),
        Column(name="at", label="上传时间", kind="moment", value=lambda batch: batch.uploaded_at),
    ),
    fetch=_fetch_batches,
    empty=("还没有批量开具过", "开票人下载模板、填写后上传，核对无误即可一次开具上万张票据。"),
    buttons=(
        Button(label="新建批次", address=f"{ADDRESS}/new", primary=True, icon="upload", right=UNIT_ISSUE),
    ),
    moving=lambda batch: batch.state.moving,
    template="batches/batches.html",
)
#: The list as those see it who may issue: where it is empty, the next step is a link.
BATCHES_TO_MAKE = msgspec.structs.replace(
    BATCHES,
    empty=(
        BATCHES.empty[0],
        Markup(
            '先<a href="{}/new">选择票据种类、下载模板</a>，填写后上传，核对无误即可一次开具上万张票据。'
        ).format(ADDRESS),
    ),
)
#: The list of a unit none of whose kinds may be issued in batches: nothing leads to a page that refuses.
BATCHES_OF_NONE = msgspec.structs.replace(
    BATCHES,
    empty=("没有可以批量开具的票据种类", "本单位核定的种类都须逐张附佐证材料，请在“开具票据”中逐张开具。"),
    buttons=(),
)


async def _fetch_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[BatchRow]:
    chosen = RowFilter(
        state=wanted["state"],
        rule=wanted["rule"],
        payer=wanted["payer"],
        row_no=read_whole(wanted["row"]) if wanted["row"] else None,
    )
    return await list_rows(here.connection, batch_id_of(here.path["batch"]), chosen, after=key, limit=limit)


def batch_id_of(text: str) -> int:
    """The batch that an address names; 0, which no batch has, for any other text."""
    return read_whole(text) or 0


def _row_state(row: BatchRow) -> Badge:
    return Badge(row.state.label, ROW_COLOURS.get(row.state, "blue"))


def _found(row: BatchRow) -> Markup:
    """What was found of a row: problems, questions with the reasons given, warnings, each on its line."""
    lines = (*(told_at(problem) for problem in row.problems), *(_told(row, hit) for hit in row.hits))
    shown = Markup("").join(Markup('<div class="text-secondary">{}</div>').format(line) for line in lines)
    # In one element, since on a phone the parts of a cell lie side by side.
    return Markup("<div>{}</div>").format(shown) if lines else Markup("")


def _told(row: BatchRow, hit: Hit) -> str:
    reason = row.reasons.get(hit.rule, "")
    if hit.severity is Severity.WARN:
        return f"提示：{hit.message}"
    return f"已说明：{reason}（{hit.name}）" if reason else f"请核实：{hit.message}"


def _bill(row: BatchRow) -> str:
    if row.application_id is not None:
        return f"申请 {row.application_id}"
    return f"{row.identity.code}-{row.identity.number}" if row.identity else ""


def _bill_address(row: BatchRow) -> str:
    if row.application_id is not None:
        return f"/unit/applications/{row.application_id}"
    return f"/unit/bills/{row.identity.code}/{row.identity.number}" if row.identity else ""


def row_address(row: BatchRow, asked: Mapping[str, str]) -> str:
    """The page of a row that may still be changed, which leads back to the list as it was asked for."""
    if not row.open:
        return ""
    at = f"{ADDRESS}/{row.batch_id}/rows/{row.row_no}"
    return f"{at}?{urlencode(asked)}" if asked else at


def asked_of(given: Mapping[str, str]) -> dict[str, str]:
    """What an address asks of the rows of a batch."""
    names = [name for each in ROWS.filters for name in each.names]
    return {name: given[name] for name in names if given.get(name)}


_STATES = tuple((state.value, state.label) for state in RowState if state is not RowState.NEW)


async def _rules(here: Here) -> Sequence[tuple[str, str]]:
    """The rules that wait for reasons in this batch."""
    asking = await rules_asking(here.connection, batch_id_of(here.path["batch"]))
    return [(each.rule, each.name) for each in asking]


ROWS: Listing[BatchRow] = Listing(
    name="unit_batch_rows",
    address=ADDRESS + "/{batch}",
    title="批次",
    filters=(
        ChoiceFilter(name="state", label="结果", options=_STATES),
        TextFilter(name="payer", label="缴款人名称"),
        DigitsFilter(name="row", label="行号", most=6),
        ChoiceFilter(name="rule", label="规则", options=_rules, may_be_gone=True),
    ),
    columns=(
        Column(
            name="row",
            label="行",
            kind="count",
            value=lambda row: row.row_no,
        ),
        Column(name="payer", label="缴款人", kind="wide", head=True, value=lambda row: row.payer_name or "—"),
        Column(name="state", label="结果", value=_row_state),
        Column(name="total", label="金额", kind="money", value=lambda row: row.total),
        Column(name="found", label="问题和说明", kind="long", value=_found),
        Column(name="bill", label="票据或申请", kind="code", value=_bill, link=_bill_address),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            phone=False,
            shown=False,
            value=lambda row: row.business_no,
        ),
    ),
    fetch=_fetch_rows,
    empty=("没有符合条件的行", "请修改查询条件，或更正后重新核对。"),
    crumbs=(("首页", "/unit"), ("批量开具", ADDRESS)),
    template="batches/batch.html",
)


def rows_to_change(asked: Mapping[str, str]) -> Listing[BatchRow]:
    """The rows for those who may change them: each that is open has a link to its page."""
    change: Column[BatchRow] = Column(
        name="change",
        label="操作",
        kind="short",
        value=lambda row: "修改" if row.open else None,
        link=lambda row: row_address(row, asked),
        link_label=lambda row: f"修改第{row.row_no}行",
    )
    return msgspec.structs.replace(ROWS, columns=(*ROWS.columns, change))


#: The headings of a result file, and which of them holds amounts.
RESULT_COLUMNS = (
    "行",
    "结果",
    "业务流水号",
    "缴款人",
    "金额",
    "票据代码",
    "票据号码",
    "校验码",
    "开票时间",
    "问题",
)
RESULT_KINDS = tuple("money" if each == "金额" else "" for each in RESULT_COLUMNS)


def result_of(row: BatchRow) -> list[str]:
    """A row of a result file."""
    return [
        str(row.row_no),
        row.state.label,
        row.business_no,
        row.payer_name,
        "" if row.total is None else plain(row.total),
        row.identity.code if row.identity else "",
        row.identity.number if row.identity else "",
        row.check_code,
        moment(row.issued_at) if row.issued_at else "",
        "" if row.bill_id else told_of(row),
    ]
