"""Twenty-four layouts of contracts and agreements."""

from bench.evidence import parts as p
from bench.evidence.specimen import Layout, Style, title
from bench.evidence.truth import CONTRACT


def _contract(name: str, style: Style, *parts: p.Part) -> Layout:
    return Layout(name=f"contract-{name}", kind=CONTRACT, style=style, parts=parts)


_PLAIN = Style()
_LARGE = Style(size=14, leading=1.7)
_SMALL = Style(size=10.5, leading=1.5)
_LIGHT = Style(face="light", size=12)
_SONG = Style(face="song", size=12)

CONTRACTS = (
    _contract(
        "commission", _PLAIN, title("技术服务合同", "技术开发（委托）合同"), p.lettered("委托方", "受托方"),
        p.contract_number, p.parties_in_lines, p.opening, p.purpose_clause, p.amount_clause, p.paid_at_once,
        p.period_clause, p.account_lines, p.decoy_clauses, p.signatures_in_columns,
    ),
    _contract(
        "commission-staged", _PLAIN, title("委托研究合同", "技术服务合同"), p.lettered("委托方", "受托方"),
        p.parties_in_lines, p.basis_clause, p.purpose_clause, p.amount_clause, p.stages_in_list, p.period_clause,
        p.account_lines, p.decoy_clauses, p.fillers(3), p.signatures_in_columns,
    ),
    _contract(
        "commission-table", _SMALL, title("合作项目合同书", "委托合同"), p.called("委托单位", "承担单位"),
        p.parties_in_table, p.purpose_line, p.period_line, p.amount_table, p.account_table, p.decoy_clauses,
        p.signatures_in_lines, p.annex(24),
    ),
    _contract(
        "lettered-bare", _PLAIN, title("合作协议", "合作协议书"), p.lettered(), p.parties_in_lines, p.opening,
        p.purpose_clause, p.amount_clause, p.paid_at_once, p.period_clause, p.account_sentence, p.decoy_clauses,
        p.signatures_in_columns,
    ),
    _contract(
        "lettered-bare-staged", _LARGE, title("项目合作协议"), p.lettered(), p.parties_in_indented_lines,
        p.purpose_clause, p.bare_amount_clause, p.stages_in_sentence, p.period_clause, p.account_lines,
        p.fillers(4), p.signatures_in_lines,
    ),
    _contract(
        "sentence", _PLAIN, title("协议书", "资金往来协议"), p.lettered(), p.parties_in_sentence, p.amount_clause,
        p.paid_at_once, p.period_clause, p.account_sentence, p.decoy_clauses, p.signatures_in_columns,
    ),
    _contract(
        "payer-payee", _SMALL, title("资金往来协议", "代收款项协议"), p.called("付款方", "收款方"), p.signed_top,
        p.parties_in_lines, p.purpose_line, p.amount_lines, p.period_line, p.account_lines, p.decoy_parties,
        p.fillers(2), p.signatures_in_lines,
    ),
    _contract(
        "payer-payee-units", _PLAIN, title("往来款项结算协议"), p.called("付款单位", "收款单位"),
        p.parties_in_wide_table, p.purpose_line, p.bare_amount_clause, p.period_clause, p.account_table,
        p.decoy_clauses, p.signatures_in_columns,
    ),
    _contract(
        "let", _PLAIN, title("场地租赁合同", "租赁合同"), p.lettered("承租方", "出租方"), p.parties_in_lines,
        p.opening, p.purpose_clause, p.amount_clause, p.paid_at_once, p.period_clause, p.account_lines,
        p.decoy_clauses, p.signatures_in_columns,
    ),
    _contract(
        "let-staged", _SMALL, title("房屋场地租赁合同"), p.called("承租方", "出租方"), p.contract_number,
        p.parties_side_by_side, p.purpose_line, p.amount_clause, p.stages_in_table, p.period_line, p.account_table,
        p.decoy_clauses, p.decoy_parties, p.signatures_in_columns,
    ),
    _contract(
        "cover", _LARGE, p.lettered("委托方", "受托方"), p.cover, title("合同条款"), p.opening, p.amount_clause,
        p.stages_in_list, p.period_clause, p.account_lines, p.decoy_clauses, p.fillers(6), p.signatures_in_columns,
    ),
    _contract(
        "long", Style(header="技术合作合同（示范文本）"), title("技术合作合同"), p.lettered(), p.parties_in_lines, p.opening,
        p.fillers(9), p.purpose_clause, p.amount_clause, p.stages_in_table, p.period_clause, p.decoy_clauses,
        p.fillers(10), p.account_lines, p.signatures_in_columns, p.annex(40),
    ),
    _contract(
        "columns", Style(size=10.5, leading=1.5, columns=2, margin=54), title("服务协议", scale=1.4),
        p.called("委托方", "受托方"), p.parties_in_lines, p.purpose_clause, p.amount_clause, p.paid_at_once,
        p.period_clause, p.fillers(8), p.account_lines, p.decoy_clauses, p.signatures_in_lines,
    ),
    _contract(
        "columns-staged", Style(size=10, leading=1.5, columns=2, margin=50), title("合作协议", scale=1.4),
        p.lettered("付款方", "收款方"), p.parties_in_indented_lines, p.opening, p.purpose_line, p.amount_lines,
        p.stages_in_list, p.period_clause, p.fillers(9), p.account_lines, p.signatures_in_lines,
    ),
    _contract(
        "landscape", Style(size=12, landscape=True, margin=60), title("经费拨付合同"), p.called("拨款方", "受款方"),
        p.parties_in_wide_table, p.purpose_line, p.amount_table, p.period_line, p.account_table, p.signed_right,
    ),
    _contract(
        "training", _LIGHT, title("培训服务协议", "委托办班协议"), p.called("委托单位", "承办单位"), p.contract_number,
        p.parties_in_lines, p.purpose_clause, p.price_table, p.period_clause, p.account_lines, p.fillers(2),
        p.signatures_in_columns,
    ),
    _contract(
        "collect", _SONG, title("代收代缴协议", "费用代收协议"), p.called("缴款方", "代收方"), p.parties_in_lines,
        p.purpose_clause, p.bare_amount_clause, p.paid_at_once, p.period_clause, p.account_sentence,
        p.decoy_clauses, p.signatures_in_columns,
    ),
    _contract(
        "task", _LIGHT, title("项目任务书", "科技计划项目任务合同书"), p.called("项目委托单位", "项目承担单位"),
        p.parties_in_table, p.purpose_line, p.period_line, p.basis_clause, p.amount_table, p.stages_in_table,
        p.fillers(3), p.signatures_in_lines, p.annex(30),
    ),
    _contract(
        "funded", _PLAIN, title("项目资助协议", "经费资助合同"), p.called("资助方", "受资助方"), p.parties_in_lines,
        p.basis_clause, p.purpose_clause, p.amount_clause, p.stages_in_sentence, p.period_clause, p.account_lines,
        p.decoy_parties, p.signatures_in_columns, p.annex(12),
    ),
    _contract(
        "purchase", _SMALL, title("服务采购合同", "政府购买服务合同"), p.lettered("采购人", "供应商"),
        p.contract_number, p.decoy_parties, p.parties_in_wide_table, p.opening, p.purpose_clause, p.price_table,
        p.stages_in_sentence, p.period_clause, p.account_table, p.decoy_clauses, p.signatures_in_columns,
    ),
    _contract(
        "memorandum", _SONG, title("合作备忘录"), p.lettered(), p.parties_in_sentence, p.bare_amount_clause,
        p.period_clause, p.fillers(3), p.account_lines, p.signatures_in_lines,
    ),
    _contract(
        "school", _PLAIN, title("校企合作协议", "校地合作协议书"), p.lettered("缴费方", "收费方"),
        p.parties_in_indented_lines, p.opening, p.purpose_clause, p.amount_lines, p.paid_at_once, p.period_clause,
        p.account_table, p.fillers(2), p.signatures_in_columns,
    ),
    _contract(
        "settlement-sheet", Style(size=11, leading=1.4, numbered=False), title("往来款项结算单", "费用结算确认单"),
        p.called("付款单位", "收款单位"), p.contract_number, p.parties_in_table, p.purpose_line, p.price_table,
        p.account_table, p.signatures_in_lines,
    ),
    _contract(
        "long-cover", Style(header="合同范本 NMG-2025-0301"), p.lettered("委托方", "受托方"), p.cover,
        title("第一部分 合同协议书"), p.opening,
        p.purpose_clause, p.price_table, p.fillers(12), p.stages_in_list, p.period_clause, p.fillers(12),
        p.decoy_clauses, p.account_lines, p.signatures_in_columns, p.annex(45),
    ),
)  # fmt: skip
