"""Other facts of a file: its kind, 文号, accounts, and the purpose of the money."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from mingpiao.evidence.extraction.arrangement import visual_length
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.labels import PAYEE, PAYER, ROLE, SIDE, role_of
from mingpiao.evidence.extraction.sides import roles_of_sides
from mingpiao.evidence.extraction.tables import Head, heads_of, role_at
from mingpiao.evidence.model import Party
from mingpiao.reading.model import Found, PageLines, TextLine

_DOCUMENT_NUMBER = re.compile(
    r"(?P<letters>[\u4e00-\u9fff]{2,16}) ?[〔\[(【〈] ?(?P<year>(?:19|20)\d{2}) ?[〕\])】〉] ?(?:第 ?)?(?P<count>\d{1,5}) ?号?"
)
#: Words before the number of another document that the file refers to, and endings of a letterhead.
_BEFORE_NUMBER = re.compile(
    r".*(?:根据|依据|按照|依照|参照|遵照|落实|执行|贯彻|以及|的通知|文件|文号|发文字号|字号|详见|转发|印发|下发|见)"
)
_LONGEST_LETTERS = 9
_ACCOUNT = re.compile(
    r"(?P<side>(?:[付收]款|汇出|汇入|转出|转入|对方|本方)(?:方|人|单位)?)?(?:银行|结算)?(?:账 ?号|帐 ?号|账 ?户(?!名)|卡 ?号)"
    r"[^\d\n]{0,12}(?P<account>\d(?:[ \-]?\d){7,33})(?!\d)"
)
_BANK = re.compile(
    r"(?P<side>(?:[付收]款|汇出|汇入|转出|转入|对方|本方)(?:方|人|单位)?)?(?:开户 ?(?:银 ?)?行|开户 ?机构)(?:名 ?称)?(?:全 ?称)?"
    r"[\t :为是]{0,4}(?P<bank>[^\t\n。;,:]{4,60})"
)
#: What is no bank has none of these in its name.
_IS_BANK = re.compile(r"银行|信用社|信用联社|农商行|支行|分行|营业部|储蓄所")
_PURPOSE_LABEL = (
    r"款项用途|资金用途|捐赠用途|转账用途|使用方向|用 ?途|款项性质|款项内容|款项名称|捐赠项目|捐赠事由|捐赠意向"
    r"|项目名称|合作项目|课题名称|合同标的|协议标的|合作内容|服务内容|项目内容|工作内容|培训内容|研究内容|合作事项|委托事项|服务项目"
    r"|交易附言|转账附言|转账备注|摘 ?要|附 ?言|事 ?由|标的|备 ?注"
)
_END = r"\t\n。;,"
#: Patterns for the purpose of the money, the most reliable first.
_PURPOSES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?<![\u4e00-\u9fff])|(?<=条))(?:{_PURPOSE_LABEL})(?:\([^)\n]{{0,10}}\))?[\t :]{{1,4}}"
        rf"(?:专项用于|定向用于|用于)?(?P<purpose>[^{_END}]{{2,60}})",
        rf"(?:专项|专门|定向|全部|主要|指定|仅限)用于(?:支持|开展)?(?P<purpose>[^{_END}]{{2,50}})",
        rf"就(?:开展|实施)?(?P<purpose>[^{_END}]{{4,50}}?)(?:的?相关)?(?:事宜|事项|等事|一事|工作达成|达成|签订|订立|进行合作)",
        rf"(?<!《)关于(?:提前)?(?:下达|拨付|安排|核拨|分配|追加|拨给|申请)?(?:(?:19|20)\d\d年(?:度)?)?(?P<purpose>[^{_END}《]{{4,60}}?)"
        r"的(?:通知|批复|函|决定|意见|请示|协议|合同)",
        rf"(?:捐款|款项|资金|经费|捐赠)?(?:将)?用于(?P<purpose>[^{_END}]{{2,50}})",
        rf"(?:开展|进行|承担|实施)(?P<purpose>[^{_END}]{{4,40}})",
    )
)
#: Words that do not describe a purpose.
_NO_PURPOSE = re.compile(
    r"^(?:本项目|该项目|本合同|本协议|公益慈善事业|公益事业|慈善事业|公益活动|规定用途|生产经营|其他用途|合同约定|约定|上述|以下|下列|无|/|-+|见附件)"
    r"|^(?:指定|规定|约定|其他|相关)|^(?:本次)?(?:捐赠|捐款)?(?:善款|款项|资金|款|捐款|捐赠|物资|事宜)$"
    r"|^有关|^(?:(?:计量)?单位|数量|标准|金额|规格型号)$"
)

_TRANSFER = re.compile(
    r"回单|转账|汇款|汇兑|电汇|进账|来账|往账|到账|入账|[收付]款通知|(?:付款|交易|支付|收款|电子|业务|银行|成功)凭证"
    r"|交易明细|交易记录|流水|网上银行|结算业务|支付成功|支票"
)
_CONTRACT = re.compile(r"合同|协议|合约|契约|约定书|备忘录|任务书|确认单|结算单")
_DONATION = re.compile(r"捐赠|捐款|赠与|捐助|捐献|认捐")
_POLICY = re.compile(r"通知|批复|决定|意见|办法|文件|函|公告|通报")
_ACCOUNTS_OF_BOTH = re.compile(
    r"付款(?:方|人|单位)?账号[\s\S]{0,400}收款(?:方|人|单位)?账号|收款(?:方|人)?账号[\s\S]{0,400}付款(?:方|人)?账号"
)
#: A contract about a donation counts as a donation; a contract paid by transfer is not a transfer.
_KINDS = (("donation", _DONATION), ("contract", _CONTRACT), ("transfer", _TRANSFER), ("policy", _POLICY))
_LARGE = 1.18


def title_of(page: PageLines) -> str:
    """The large lines at the top of a page, or its first lines."""
    return next((title for title in _titles(page) if title), "") if page.lines else ""


def kind_of(pages: tuple[PageLines, ...], flow: Flow, *, numbered: bool) -> str:
    """The kind of a file, one of `EVIDENCE_KINDS`: from its title, or else from the words of its text."""
    for title in _titles(pages[0]) if pages and pages[0].lines else ():
        for kind, pattern in _KINDS:
            if pattern.search(title) and (kind != "policy" or numbered or "关于" in title):
                return kind
    return _kind_by_words(flow.text, numbered=numbered)


def _kind_by_words(text: str, *, numbered: bool) -> str:
    if _ACCOUNTS_OF_BOTH.search(text):
        return "transfer"
    if re.search(r"捐赠[人方]|受赠", text):
        return "donation"
    if re.search(SIDE, text):
        return "contract"
    if numbered:
        return "policy"
    return "contract" if re.search("合同|协议", text) else "other"


def _titles(page: PageLines) -> Iterator[str]:
    """Possible titles: lines near the top in larger type, then the first lines of any type."""
    upper = [line for line in page.lines if line.place.top < 0.45 and len(line.text) > 2]
    sizes = sorted(_size(line) for line in page.lines)
    yield "".join(line.text for line in upper if _size(line) > _LARGE * sizes[len(sizes) // 2]).replace(
        " ", ""
    )
    yield "".join(line.text for line in upper[:3]).replace(" ", "")


def _size(line: TextLine) -> float:
    return (line.place.right - line.place.left) / max(1.0, visual_length(line.text))


def document_numbers_of(flow: Flow) -> tuple[Found, ...]:
    """Numbers of official documents such as 内财教〔2026〕15号, each once."""
    found: dict[str, Found] = {}
    for match in _DOCUMENT_NUMBER.finditer(flow.text):
        before = _BEFORE_NUMBER.match(match["letters"])
        start = match.start() + (before.end() if before else 0)
        letters = flow.text[start : match.end("letters")]
        ended = match.group().endswith("号") or flow.text[match.end() : match.end() + 1] in (
            ",",
            ")",
            "。",
            "\n",
        )
        if not 1 < len(letters) <= _LONGEST_LETTERS or not ended or letters.endswith(("合同", "协议")):
            continue
        value = f"{letters}〔{match['year']}〕{int(match['count'])}号"
        found.setdefault(value, flow.found(start, match.end(), value))
    return tuple(found.values())


def accounts_of(
    flow: Flow, parties: tuple[Party, ...], known: tuple[Found, ...]
) -> tuple[tuple[Found, ...], tuple[Party, ...]]:
    """The `known` account numbers, and the parties with their own account number and its bank."""
    heads = heads_of(flow)
    sides = roles_of_sides(flow.text)
    numbers = {account.value for account in known}
    owners: dict[str, Found] = {}
    places: list[tuple[int, str]] = []
    for match in _ACCOUNT.finditer(flow.text):
        number = re.sub(r"\D", "", match["account"])
        if number not in numbers:
            continue
        account = flow.found(*match.span("account"), number)
        role = _owner(flow, match, "account", heads, sides)
        if role:
            owners.setdefault(role, account)
            places.append((match.start(), role))
    banks = _banks(flow, heads, sides, places)
    return known, tuple(_with_account(party, parties, owners, banks) for party in parties)


def _banks(
    flow: Flow, heads: Sequence[Head], sides: dict[str, str], accounts: Sequence[tuple[int, str]]
) -> dict[str, Found]:
    """The bank of each role. One that stands in the sentence or row of an account is that account's."""
    owners: dict[str, Found] = {}
    for match in _BANK.finditer(flow.text):
        if not _IS_BANK.search(match["bank"]):
            continue
        beside = [
            (abs(place - match.start()), role)
            for place, role in accounts
            if not _ROW_END.search(flow.text, min(place, match.start()), max(place, match.start()))
        ]
        role = _by_label(flow, match, "bank", heads)
        role = role or (min(beside)[1] if beside else _owner(flow, match, "bank", heads, sides))
        if role:
            owners.setdefault(role, flow.found(*match.span("bank")))
    return owners


_ROW_END = re.compile(r"[\n。]")


def _by_label(flow: Flow, match: re.Match[str], value: str, heads: Sequence[Head]) -> str:
    """The role that the label itself names, or the head of the table's part that it stands in."""
    side = match["side"] or ""
    if side.startswith(("付", "汇出", "转出")):
        return PAYER
    if side.startswith(("收", "汇入", "转入")):
        return PAYEE
    label, told = flow.line_at(match.start()), flow.line_at(match.start(value))
    if heads and label >= 0 and told >= 0:
        return role_at(flow.straight[label], flow.straight[told], heads)
    return ""


def _owner(flow: Flow, match: re.Match[str], value: str, heads: Sequence[Head], sides: dict[str, str]) -> str:
    if role := _by_label(flow, match, value, heads):
        return role
    before = flow.text[max(0, match.start() - 160) : match.start()]
    words = re.findall(rf"{ROLE}|{SIDE}", before)
    return (role_of(words[-1]) or sides.get(words[-1].replace(" ", ""), "")) if words else ""


def _with_account(
    party: Party, parties: tuple[Party, ...], accounts: dict[str, Found], banks: dict[str, Found]
) -> Party:
    alone = [other for other in parties if other.role == party.role]
    if not party.role or len(alone) != 1:
        return party
    return msgspec.structs.replace(party, account=accounts.get(party.role), bank=banks.get(party.role))


def purpose_of(flow: Flow) -> Found | None:
    """The purpose of the money, in the words of the file."""
    for pattern in _PURPOSES:
        for match in pattern.finditer(flow.text):
            if _says_something(match["purpose"]) and not flow.heads_a_table(match.end()):
                return flow.found(*match.span("purpose"))
    return None


def _says_something(purpose: str) -> bool:
    return not _NO_PURPOSE.match(purpose) and re.search("[\u4e00-\u9fff]{2}", purpose) is not None
