"""The smaller facts of a paper: its kind, 文号, accounts and what the money is for."""

import re
from collections.abc import Sequence

import msgspec

from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.labels import ROLE, SIDE, role_of
from mingpiao.evidence.extraction.sides import roles_of_sides
from mingpiao.evidence.extraction.tables import Head, heads_of, role_at
from mingpiao.evidence.model import Found, PageLines, Party

_DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,14}(?: ?[〔\[(【〈]) ?(?:19|20)\d{2} ?(?:[〕\])】〉]) ?(?:第)? ?\d{1,5} ?号"
)
_ACCOUNT = re.compile(
    r"(?:账 ?号|帐 ?号|账 ?户(?!名)|卡 ?号|银行账号)[^\d\n]{0,12}(?P<account>\d[\d\- ]{6,34}\d)(?!\d)"
)
_PURPOSE = re.compile(
    r"(?:用 ?途|款项用途|资金用途|摘 ?要|附 ?言|事 ?由|款项性质|款项内容|交易附言|转账用途|项目名称|捐赠用途|使用方向)"
    r"(?:\([^)\n]{0,10}\))?[\t :为是]{1,4}"
    r"(?P<purpose>[^\t\n。;]{2,60})"
)
_USED_FOR = re.compile(
    r"(?:专项用于|专门用于|定向用于|全部用于|主要用于|用于支持|用于|作为)(?P<purpose>[^\t\n。;,]{2,50})"
)
_SUBJECT = re.compile(r"就(?P<purpose>[^\t\n。;]{4,50}?)(?:的?相关)?(?:事宜|事项|等事)")
_TITLE_SUBJECT = re.compile(
    r"关于(?:下达|拨付|安排|提前下达|核拨)?(?P<purpose>[^\t\n。;]{4,60}?)的(?:通知|批复|函|决定|意见|请示)"
)

_KINDS = (
    (
        "transfer",
        re.compile(
            r"回单|转账凭证|进账单|汇款凭证|付款凭证|电汇凭证|交易明细|转账记录|汇款记录|交易凭证|支付凭证|收款凭证|汇款单|转账单|网上银行|电子凭证"
        ),
    ),
    ("donation", re.compile(r"捐赠|捐款|赠与|捐助")),
    ("policy", re.compile(r"通知|批复|决定|意见|办法|文件|函|公告|通报")),
    ("contract", re.compile(r"合同|协议|合约|契约|约定书|备忘录|任务书")),
)


def kind_of(pages: tuple[PageLines, ...], flow: Flow, *, numbered: bool) -> str:
    """contract, policy, donation, transfer or other: by the title, else by the words of the text."""
    if not pages:
        return "other"
    title = _title(pages[0])
    for kind, pattern in _KINDS:
        if pattern.search(title) and (kind != "policy" or numbered or "关于" in title):
            return kind
    if numbered:
        return "policy"
    if re.search(r"付款人|收款人", flow.text) and re.search(r"流水|交易|回单", flow.text):
        return "transfer"
    if re.search(r"捐赠", flow.text):
        return "donation"
    return "contract" if re.search(rf"合同|协议|{SIDE}", flow.text) else "other"


def _title(page: PageLines) -> str:
    """The lines of the upper part that are taller than most."""
    heights = sorted(line.place.bottom - line.place.top for line in page.lines)
    if not heights:
        return ""
    usual = heights[len(heights) // 2]
    upper = [line for line in page.lines if line.place.top < 0.4]
    tall = [line.text for line in upper if line.place.bottom - line.place.top > 1.15 * usual]
    return "".join(tall or [line.text for line in upper[:2]]).replace(" ", "")


def document_numbers_of(flow: Flow) -> tuple[Found, ...]:
    """Numbers of official documents such as 内财教〔2026〕15号, each once."""
    found: dict[str, Found] = {}
    for match in _DOCUMENT_NUMBER.finditer(flow.text):
        value = re.sub(r"[\[(【〈]", "〔", re.sub(r"[\])】〉]", "〕", match.group().replace(" ", "")))
        found.setdefault(value, flow.found(*match.span(), value))
    return tuple(found.values())


def accounts_of(flow: Flow, parties: tuple[Party, ...]) -> tuple[tuple[Found, ...], tuple[Party, ...]]:
    """All account numbers, and the parties with the one that is theirs."""
    heads = heads_of(flow.lines)
    sides = roles_of_sides(flow.text)
    found: dict[str, Found] = {}
    owners: dict[str, Found] = {}
    for match in _ACCOUNT.finditer(flow.text):
        number = re.sub(r"\D", "", match["account"])
        if not 8 <= len(number) <= 32:
            continue
        account = flow.found(*match.span("account"), number)
        found.setdefault(number, account)
        role = _owner(flow, match, heads, sides)
        if role:
            owners.setdefault(role, account)
    return tuple(found.values()), tuple(_with_account(party, parties, owners) for party in parties)


def _owner(flow: Flow, match: re.Match[str], heads: Sequence[Head], sides: dict[str, str]) -> str:
    label, value = flow.line_at(match.start()), flow.line_at(match.start("account"))
    if heads and label >= 0 and value >= 0:
        role = role_at(flow.lines[label].place, flow.lines[value].place, heads)
        if role:
            return role
    before = flow.text[max(0, match.start() - 160) : match.start()]
    words = re.findall(rf"{ROLE}|{SIDE}", before)
    return (role_of(words[-1]) or sides.get(words[-1].replace(" ", ""), "")) if words else ""


def _with_account(party: Party, parties: tuple[Party, ...], owners: dict[str, Found]) -> Party:
    alone = [other for other in parties if other.role == party.role]
    if party.role and len(alone) == 1 and party.role in owners:
        return msgspec.structs.replace(party, account=owners[party.role])
    return party


def purpose_of(flow: Flow) -> Found | None:
    """What the money is for, in the paper's words."""
    for pattern in (_PURPOSE, _USED_FOR, _TITLE_SUBJECT, _SUBJECT):
        match = pattern.search(flow.text)
        if match is not None:
            return flow.found(*match.span("purpose"))
    return None
