"""Candidates of a file: all amounts, names, dates, numbers, accounts and phrases, each with its features."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice, pairwise
from typing import NamedTuple

from mingpiao.evidence.extraction.amounts import Spotted, in_unit, neighbours_of, spot_amounts
from mingpiao.evidence.extraction.dates import spot_dates
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.weighing.directions import directions, roles_of_paper
from mingpiao.evidence.weighing.features import Features, features_of, merged
from mingpiao.evidence.weighing.lexicon import topics_in
from mingpiao.evidence.weighing.mentions import Mention
from mingpiao.evidence.weighing.money_kinds import kinds_of
from mingpiao.evidence.weighing.rows import row_features, rows_of
from mingpiao.evidence.weighing.rules import Opinion, dated, named, purposed, weighed
from mingpiao.evidence.weighing.surroundings import Surroundings, Surveyor


class AmountCandidate(NamedTuple):
    """An amount with its features.

    `neighbour` is the index of the amount in digits that words repeat; `owner` is whose row of a list it
    stands in, `column` the head of its column.
    """

    spotted: Spotted
    neighbour: int | None
    owner: str
    column: str
    features: Features


class NameCandidate(NamedTuple):
    """A name with all places where it stands."""

    name: str
    mentions: tuple[Mention, ...]
    features: Features


class DateCandidate(NamedTuple):
    """A day with its features; `value` is an ISO date."""

    start: int
    end: int
    value: str
    features: Features


class TextCandidate(NamedTuple):
    """A number, an account or a phrase."""

    start: int
    end: int
    value: str
    features: Features


# -- the whole paper -------------------------------------------------------------------------------

_WORDS_OF_KINDS = """
合同 协议 甲方 乙方 通知 批复 纪要 函 决定 捐赠 捐款 善款 认捐 感谢 回单 转账 汇款 交易 流水 支付
商户 支票 对账 明细 收据 证书 抄送 印发 主送 会议 邮件 发件人 订单 聊天 微信 支付宝 平台 银行 违约
签订 盖章 缴费 报名 处罚 申请 公示 名单 复函 承诺 意向 发票 票据 账单 通知书 清单
"""


def paper_features(flow: Flow, title: str, kind: str) -> Features:
    """What a paper's title and words tell of its kind."""
    found: Features = {"bias": 1.0, f"opinion:{kind}": 1.0}
    found |= {f"title:{topic}": 0.5 for topic in topics_in(title)}
    head = flow.text[:200]
    for word in _WORDS_OF_KINDS.split():
        times = flow.text.count(word)
        found |= {
            f"title has {word}": float(word in title),
            f"head has {word}": float(word in head),
            f"has {word}": float(times > 0),
            f"often {word}": min(times, 5) / 5,
        }
    return found


# -- amounts ---------------------------------------------------------------------------------------


def amount_candidates(
    flow: Flow, surveyor: Surveyor, kind: str, mentions: Sequence[Mention], opinion: Opinion
) -> list[AmountCandidate]:
    """All amounts in the order of the file."""
    spotted = spot_amounts(flow)
    spotted = sorted({*spotted, *islice(_in_columns(flow, surveyor, spotted), _MOST_IN_COLUMNS)})
    around = [surveyor.around(one.start, one.end) for one in spotted]
    neighbours = neighbours_of(flow.text, spotted)
    counts = Counter(one.value for one in spotted)
    distinct = sorted(counts, reverse=True)
    ranks = {value: rank for rank, value in enumerate(distinct)}
    sums = _sums(spotted, around)
    parts = set().union(*sums.values())
    worded = {one.value for one in spotted if one.words}
    shares = {Decimal(found) for found in re.findall(r"(\d{1,3}(?:\.\d{1,2})?) ?%", flow.text)[:40]}
    rows = rows_of(flow.text, spotted, around, mentions)
    owners = {place: row.owner for row in rows for place in row.places}
    of_rows = row_features(rows, spotted, around)
    plain = [features_of(beside, kind) for beside in around]
    told = _told_elsewhere(spotted, plain)
    found = []
    for place, (one, beside, neighbour) in enumerate(zip(spotted, around, neighbours, strict=True)):
        features = plain[place] | of_rows[place] | told[place] | weighed(opinion, one.start, kind)
        features |= {
            f"rank:{min(ranks[one.value], 3)}": 1.0,
            f"distinct:{min(len(distinct), 6)}": 1.0,
            "only": float(len(distinct) == 1),
            "often": min(counts[one.value], 4) / 4,
            "is_words": float(one.words),
            "worded": float(one.value in worded),
            "any_worded": float(bool(worded)),
            "is_sum": float(one.value in sums),
            "is_part": float(one.value in parts),
            "any_sum": float(bool(sums)),
            "is_share": float(_is_share(one.value, distinct[:12], shares)),
            "small": float(one.value < distinct[0] / 50),
            "cents": float(one.value != one.value.to_integral_value()),
        }
        found.append(AmountCandidate(one, neighbour, owners.get(place, ""), beside.column, features))
    return found


_TELLING = ("label:", "part:", "column:")
#: As many amounts of tables as a list of some hundred pages has; more are no list that anybody compares.
_MOST_IN_COLUMNS = 4_000


def _told_elsewhere(spotted: Sequence[Spotted], plain: Sequence[Features]) -> list[Features]:
    """For each amount, what is told where the same value stands again."""
    places: dict[Decimal, list[int]] = defaultdict(list)
    for place, one in enumerate(spotted):
        places[one.value].append(place)
    telling = [
        [f"again|{name}" for name in each if name.startswith(_TELLING) and "&" not in name] for each in plain
    ]
    return [
        {name: 1.0 for other in places[one.value][:20] if other != place for name in telling[other]}
        for place, one in enumerate(spotted)
    ]


_CELL_NUMBER = re.compile(
    r"(?:(?<=[\t\n])|(?<=\d ))[ ¥+△▲\-]*(?P<number>(?:\d{1,3}(?: ?\d{3})+(?=\.\d)|\d[\d,]*)(?:\.\d{1,6})?)(?: ?(?P<unit>万元|元))?"
    r"(?=[ ]*[\t\n]|[ ](?:19|20)\d\d[-年./])"
)
_MONEY_HEAD = re.compile(
    r"金额|经费|资金|补助|拨款|款|价|费|小计|合计|总计|租金|发生额|支出|收入|借方|贷方|应[收付缴]|实[收付缴拨发]|捐赠|预算|安排|下达|拨付|核定|调整|预[拨付缴]|已[拨付缴]"
)
_NO_MONEY_HEAD = re.compile(
    r"数量|人数|序号|编号|单位$|日期|面积|期数|比例|税率|年限|时间|号$|科目编码|余额|电话|手机|户数|名额|学时|天数|页"
)
_WITH_CENTS = re.compile(r"\d\.\d\d$")
_HEAD_UNIT = re.compile(r"(?P<unit>亿元|百万元|万元|千元|元)")


def _in_columns(flow: Flow, surveyor: Surveyor, known: Sequence[Spotted]) -> Iterator[Spotted]:
    """Bare numbers that fill a cell below a head that says money."""
    taken = {place for one in known for place in range(one.start, one.end)}
    for match in _CELL_NUMBER.finditer(flow.text):
        start, end = match.span("number")
        if start in taken:
            continue
        head = surveyor.column(start, end)
        cents = _WITH_CENTS.search(match["number"]) and not re.search(r"率|比|%", head)
        if not (cents or _MONEY_HEAD.search(head)) or _NO_MONEY_HEAD.search(head):
            continue
        told = _HEAD_UNIT.search(head)
        unit = match["unit"] or (told["unit"] if told else surveyor.unit_above(start))
        value = in_unit(match["number"], unit)
        if value is not None:
            yield Spotted(start, match.end(), value, False)


def _sums(spotted: Sequence[Spotted], around: Sequence[Surroundings]) -> dict[Decimal, set[Decimal]]:
    """Amounts that are the sum of others: of all others in their column, or of a run that they precede or end."""
    columns: dict[str, list[Decimal]] = defaultdict(list)
    for one, beside in zip(spotted, around, strict=True):
        if beside.column and not one.words:
            columns[beside.column].append(one.value)
    runs = [values for values in columns.values() if 2 < len(values) < 200]
    digits = [one.value for one in spotted if not one.words]
    runs += [digits[start : start + size] for size in (3, 4, 5, 6) for start in range(len(digits) - size + 1)]
    found: dict[Decimal, set[Decimal]] = {}
    for values in runs[:4_000]:
        largest = max(values)
        rest = list(values)
        rest.remove(largest)
        if len(rest) > 1 and sum(rest) == largest and largest not in rest:
            found.setdefault(largest, set()).update(rest)
    return found


def _is_share(value: Decimal, wholes: Iterable[Decimal], shares: Iterable[Decimal]) -> bool:
    return any(whole > value and whole * share == value * 100 for whole in wholes for share in shares)


# -- names -----------------------------------------------------------------------------------------


def name_candidates(
    flow: Flow,
    surveyor: Surveyor,
    kind: str,
    mentions: Sequence[Mention],
    opinion: Opinion,
    owners: Collection[str],
) -> list[NameCandidate]:
    """All names, each once with all its places, in the order of the file."""
    by_name: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_name.setdefault(mention.name, []).append(mention)
    votes = directions(flow.text, mentions)
    strongest = [max((each[side] for each in votes.values()), default=0) for side in (0, 1)]
    addressee, author = roles_of_paper(flow.text, mentions)
    together = _together(flow.text, mentions)
    aims = [aim for aim, pattern in _AIMS if pattern.search(flow.text)]
    unspaced = "".join(flow.text.split())
    found = []
    for name, own in by_name.items():
        parts: list[tuple[str, float]] = []
        for mention in own[:40]:
            parts += _of_mention(flow, surveyor, kind, mention).items()
        # A branch of a bank leads accounts; the labels that it stands beside are the account's.
        features = {"bias": 1.0} if _BRANCH.search(name) else merged(parts)
        features |= {
            "often": min(len(own), 6) / 6,
            "once": float(len(own) == 1),
            "organisation": float(own[0].organisation),
            **_of_name(name, kind, own[0].organisation),
            f"names:{min(len(by_name), 8)}": 1.0,
            f"owner&{kind}": float(name in owners),
            "joint": float(name in together),
            "addressee": float(name == addressee),
            "author": float(name == author),
            f"addressee&{kind}": float(name == addressee),
            f"author&{kind}": float(name == author),
        }
        part = "author" if name == author else "addressee" if name == addressee else "neither"
        if _leads_account(unspaced, name):
            features |= {"holder": 1.0, f"{part}&holder": 1.0, f"holder&{kind}": 1.0}
        features |= {f"{part}&{aim}": 1.0 for aim in aims} | {f"{part}&{'+'.join(aims)}": 1.0}
        features |= named(opinion, name, kind)
        features |= dict(_voted(*votes.get(name, (0, 0)), *strongest))
        found.append(NameCandidate(name, tuple(own), features))
    return found


def _leads_account(unspaced: str, name: str) -> bool:
    """Whether an account that the text tells for payments is in this name, wherever lines break."""
    label = rf"(?:户名|账户名称|账户|收款单位|收款人|单位名称|全称)[::]?{re.escape(name)}"
    return any(
        _ACCOUNT.search(unspaced, each.end(), each.end() + _NEAR_ACCOUNT)
        for each in re.finditer(label, unspaced)
    )


_ACCOUNT, _NEAR_ACCOUNT = re.compile(r"\d{12,}"), 60
_BRANCH = re.compile(r"(?:支行|分行|营业部|营业室|分理处|信用社|储蓄所)$|银行$")
_INTO_OURS = r"缴纳|缴至|缴入|缴清|缴到|交纳|汇至|汇入|汇到|转入|转至|付至|支付至|存入|退回|上缴|交至"
#: What a paper is written for: to be paid, to give, to thank, to write down who decided what.
_AIMS = tuple(
    (aim, re.compile(pattern))
    for aim, pattern in (
        (
            "asks",
            rf"(?:请|应|须|限|责令|要求)[^。;\n]{{0,40}}(?:{_INTO_OURS})|催缴|欠缴|收回[^。\n]{{0,20}}资金|[缴交]费通知|缴款通知"
            r"|[本我](?:会|校|院|局|单位|中心|所)(?:账户|账号|收款)",
        ),
        (
            "charges",
            r"收费标准|(?:培训|进修|会务|报名|参赛|参展|注册|实习|学习)费用?|学费|[缴交]费(?:方式|时间|办法)|领取[^。\n]{0,8}(?:票据|收据)"
            r"|(?:统一)?(?:开具|出具)[^。\n]{0,8}(?:票据|收据)",
        ),
        ("splits", r"分摊|分担|共同承担|按[^。\n]{0,8}比例[^。\n]{0,6}承担"),
        ("gives", r"下达|拨付|安排[^。\n]{0,16}(?:资金|经费)|补助(?:资金|经费)|予以补助|预拨|清算"),
        ("thanks", r"感谢|收到[^。\n]{0,30}捐|接受[^。\n]{0,30}捐"),
        ("minutes", r"纪要|会议(?:决定|议定|研究|同意)"),
        ("permits", r"批复|同意你|准予"),
    )
)


def _together(text: str, mentions: Sequence[Mention]) -> set[str]:
    """Names of offices that stand directly beside another's, as where two write and sign together."""
    found: set[str] = set()
    for one, two in pairwise(mentions):
        between = text[one.end : two.start]
        offices = _OFFICE.search(one.name) and _OFFICE.search(two.name)
        if offices and len(between) <= _BESIDE and not between.strip() and one.name != two.name:
            found |= {one.name, two.name}
    return found


_OFFICE, _BESIDE = re.compile(r"[局厅委部府院会]$|办公室$"), 3


#: What a name itself tells of whose it is; banks' branches lead accounts, firms seldom issue fiscal bills.
_SORTS = (
    ("bank", r"支行|分行|银行|营业部|营业室|信用社|信用联社"),
    ("firm", r"公司|集团|工厂|[^工]厂$|经营部|商行|门市|餐饮店|合伙|合作社|事务所"),
    ("platform", r"支付|网络科技|信息技术|云|招标代理"),
    ("education", r"学校|大学|学院|中学|小学|幼儿园|学堂|党校|附中"),
    ("health", r"医院|卫生院|疾病预防|血站|保健"),
    ("charity", r"基金会|慈善|红十字|校友会|光彩|见义勇为|福利"),
    ("society", r"协会|学会|商会|联合会|促进会|工会|委员会$"),
    ("office", r"[^邮]局$|厅$|政府|办公室$|管理委员会|部$|财政|法院|检察|支队|大队"),
    ("institute", r"站$|所$|中心$|馆$|院$|研究"),
)
_SORTED = tuple((sort, re.compile(pattern)) for sort, pattern in _SORTS)


def _of_name(name: str, kind: str, organisation: bool) -> Features:
    sorts = [sort for sort, pattern in _SORTED if pattern.search(name)] if organisation else ["person"]
    first = (sorts or ["else"])[0]
    return {f"name:{sort}": 1.0 for sort in sorts} | {f"first:{first}": 1.0, f"first:{first}&{kind}": 1.0}


def _voted(pays: int, receives: int, most_pays: int, most_receives: int) -> Iterator[tuple[str, float]]:
    """Votes about a name, alone and against those about the others."""
    for name, own, other, most in (
        ("pays", pays, receives, most_pays),
        ("receives", receives, pays, most_receives),
    ):
        yield f"votes_{name}", min(own, 8) / 8
        yield f"only_{name}", float(own > 0 and other == 0)
        yield f"rather_{name}", float(own > other)
        yield f"surely_{name}", float(own >= other + 4)
        yield f"most_{name}", float(own > 0 and own == most)
    yield "no_votes", float(pays == receives == 0)


_PRINTED = re.compile(r"[\t ]*(?:19|20)\d\d ?年 ?\d{1,2} ?月 ?\d{1,2} ?日 ?印发")


def _of_mention(flow: Flow, surveyor: Surveyor, kind: str, mention: Mention) -> Features:
    around = surveyor.around(mention.start, mention.end)
    features = features_of(around, kind)
    features[f"how:{mention.how}"] = 1.0
    if mention.side:
        features[f"side:{mention.side}"] = 1.0
    if mention.head:
        features[f"head:{mention.head}"] = 1.0
    if _PRINTED.match(flow.text, mention.end):
        features["prints"] = 1.0
    after = flow.text[mention.end : mention.end + 8]
    for words, name in (
        ("向", "向"),
        ("收到", "收到"),
        ("支付", "支付"),
        ("捐赠", "捐赠"),
        ("收取", "收取"),
        ("缴", "缴"),
    ):
        if words in after:
            features[f"then:{name}"] = 1.0
    return features


# -- dates -----------------------------------------------------------------------------------------


def date_candidates(flow: Flow, surveyor: Surveyor, kind: str, opinion: Opinion) -> list[DateCandidate]:
    """All days in the order of the file."""
    spotted = spot_dates(flow)
    days = sorted({value for _, _, value in spotted})
    counts = Counter(value for _, _, value in spotted)
    found = []
    for place, (start, end, value) in enumerate(spotted):
        around = surveyor.around(start, end)
        features = features_of(around, kind)
        before, after = flow.text[max(0, start - 8) : start], flow.text[end : end + 8]
        features |= {
            "only": float(len(days) == 1),
            "earliest": float(value == days[0]),
            "latest": float(value == days[-1]),
            "often": min(counts[value], 3) / 3,
            "last_one": float(place == len(spotted) - 1),
            "starts": float(re.match(r" ?(?:日)?(?:\(含[^)]*\))? ?(?:起|至|到|-|~|—|始)", after) is not None),
            "ends": float(re.search(r"(?:至|到|-|~|截止|止于|截至)[ :为于]*$", before) is not None),
            "from": float(re.search(r"(?:自|从)[ :为于]*$", before) is not None),
            "before_then": float(re.match(r" ?(?:\([^)]*\))? ?(?:之?前|以前|内|前)", after) is not None),
            "after_name": float(re.search(r"[\u4e00-\u9fff]{4,}[ \n\t]*$", before) is not None),
            "with_time": float(re.match(r" ?\d{1,2}:\d\d", after) is not None),
        }
        features |= {f"{name}&{kind}": features[name] for name in ("only", "earliest", "latest", "last_one")}
        features |= dated(opinion, value, kind)
        found.append(DateCandidate(start, end, value, features))
    return found


# -- numbers, accounts, phrases --------------------------------------------------------------------

_OFFICIAL = re.compile(
    r"(?P<number>(?:[\u4e00-\u9fff]{2,12} ?)?[〔\[(【〈] ?(?:19|20)\d{2} ?[〕\])】〉] ?(?:第 ?)?\d{1,5} ?[号期]?)"
)
_CODED = re.compile(
    r"(?:编 ?号|文号|单号|字号|号码|流水|凭证|[\u4e00-\u9fff]号|N[oO][.:]?)[)）]?[\t :为]{1,4}"
    r"(?P<number>[\u4e00-\u9fff]{0,8}[A-Za-z0-9][A-Za-z0-9\-—_/()〔〕\[\]]{3,39}(?:号(?![\u4e00-\u9fff]))?)"
)
_ACCOUNT = re.compile(r"(?<![\d.\-/])(?P<account>\d(?:[ \-]?\d){7,31})(?![\d.]|[ \-]\d)")


def number_candidates(flow: Flow, surveyor: Surveyor, kind: str) -> list[TextCandidate]:
    """What may be a number of a document: official numbers, and codes after a word that says number."""
    spans: dict[tuple[int, int], str] = {}
    for match in _OFFICIAL.finditer(flow.text):
        start = match.start() + _leading(match["number"])
        if (
            start == match.start()
            and not re.match(r"[\u4e00-\u9fff]", match["number"])
            and "第" not in match["number"]
        ):
            continue
        spans[start, match.end()] = "official"
    taken = {place for start, end in spans for place in range(start, end)}
    for match in _CODED.finditer(flow.text):
        span = match.span("number")
        if re.search(r"\d", match["number"]) and taken.isdisjoint(range(*span)):
            spans[span] = "coded"
            taken.update(range(*span))
    counts = Counter(flow.text[start:end] for start, end in spans)
    first = min(spans, default=None)
    found = []
    for (start, end), shape in sorted(spans.items()):
        features = features_of(surveyor.around(start, end), kind)
        text = flow.text[start:end]
        features |= {
            f"shape:{shape}": 1.0,
            "often": min(counts[text], 3) / 3,
            "first_number": float((start, end) == first),
            "in_brackets": float(flow.text[max(0, start - 1) : start] in "(《" and start > 0),
            "letters": float(bool(re.search(r"[A-Za-z]", text))),
            "digits_only": float(text.isdigit()),
        }
        found.append(TextCandidate(start, end, text, features))
    return found


_BEFORE_NUMBER = re.compile(
    r".*(?:根据|依据|按照|依照|参照|遵照|落实|执行|贯彻|以及|的通知|文件|文号|发文字号|字号|详见|转发|印发|下发|见|编号|的|与|和|由|以)"
)


def _leading(text: str) -> int:
    letters = re.match(r"[\u4e00-\u9fff]*", text)
    match = _BEFORE_NUMBER.match(letters.group() if letters else "")
    return match.end() if match else 0


def account_candidates(flow: Flow, surveyor: Surveyor, kind: str) -> list[TextCandidate]:
    """Long runs of digits, which may be bank accounts."""
    found = []
    for match in _ACCOUNT.finditer(flow.text):
        digits = re.sub(r"\D", "", match["account"])
        start, end = match.span("account")
        features = features_of(surveyor.around(start, end), kind)
        features |= {
            f"length:{len(digits)}": 1.0,
            "mobile": float(re.fullmatch(r"1[3-9]\d{9}", digits) is not None),
        }
        features |= {"day": float(re.match(r"20[12]\d(?:0\d|1[0-2])[0-3]\d", digits) is not None)}
        features |= {"grouped": float(" " in match["account"]), "dashed": float("-" in match["account"])}
        found.append(TextCandidate(start, end, digits, features))
    return found


_END = r"\t\n。;,"
_PHRASES = tuple(
    (how, re.compile(pattern))
    for how, pattern in (
        ("label", rf"(?<=[:\t])[ ]?(?P<phrase>[^{_END}:]{{2,60}})"),
        (
            "used",
            rf"(?:专项|专门|定向|全部|主要|指定|仅限|将)?(?:用于|作为)(?:支持|开展)?(?P<phrase>[^{_END}]{{2,50}})",
        ),
        (
            "about",
            rf"就(?:开展|实施|甲方|乙方)?(?P<phrase>[^{_END}]{{4,50}}?)(?:的?相关)?(?:事宜|事项|等事|一事|工作达成|达成|签订|订立|进行合作)",
        ),
        (
            "title",
            rf"(?<!《)关于(?:提前)?(?:下达|拨付|安排|核拨|分配|追加|拨给|申请|缴纳|收取|支付)?(?:(?:19|20)\d\d年(?:度)?)?"
            rf"(?P<phrase>[^{_END}《]{{4,60}}?)的(?:通知|批复|函|决定|意见|请示|协议|合同|告知书|复函|纪要)",
        ),
        (
            "does",
            rf"(?:开展|进行|承担|实施|参加|举办|委托[^{_END}]{{2,20}}?(?:进行|开展|承担|提供))(?P<phrase>[^{_END}]{{4,40}})",
        ),
        (
            "pays",
            rf"(?:缴纳|支付|交来|交付|缴付|收取|捐赠|拨付|交纳)(?P<phrase>[^{_END}\d¥]{{2,30}}?(?:费|款|金|经费|资金|物资|善款))",
        ),
        (
            "sum_of",
            r"(?P<phrase>[\u4e00-\u9fff]{2,20}(?:费|租金|经费|资金|保证金|押金|补助|赔偿款|补偿款|善款))(?:共计|合计|总额|总计|金额|为|人民币|[:¥])",
        ),
        (
            "fee",
            r"(?:(?<=[^\u4e00-\u9fff])|(?<=[付缴收取交纳为及和的]))"
            r"(?P<phrase>[\u4e00-\u9fff]{1,18}?(?:费用?|租金|经费|资金|保证金|押金|捐款|捐赠|认捐|作款|培训班))"
            r"(?=[^\u4e00-\u9fff]|[共合总为按由于应及和后的标未已需可每收])",
        ),
        (
            "heading",
            rf"(?:^|\n)(?P<phrase>[^{_END}:]{{4,40}}?)(?:合同|协议|协议书|合同书|通知书|通知单|任务书)(?=[\n\t(])",
        ),
    )
)


_ENDING = 3
_SUM_FOLLOWS = re.compile(r" ?(?:共计|合计|总计|总额|金额|为|共|[:\t]){0,2} ?(?:人民币|RMB|CNY)?[ :]?[¥\d]")


def purpose_candidates(flow: Flow, surveyor: Surveyor, kind: str, opinion: Opinion) -> list[TextCandidate]:
    """Phrases that may tell what the money is for."""
    spans: dict[tuple[int, int], str] = {}
    for how, pattern in _PHRASES:
        for match in pattern.finditer(flow.text):
            start, end = match.span("phrase")
            while start < end and flow.text[start] in " (":
                start += 1
            if re.search("[\u4e00-\u9fff]{2}", flow.text[start:end]):
                spans.setdefault((start, end), how)
    found = []
    title = surveyor.title.replace(" ", "")
    for (start, end), how in sorted(spans.items())[:400]:
        text = flow.text[start:end]
        features = features_of(surveyor.around(start, end), kind)
        features |= {f"how:{how}": 1.0, f"long:{min(len(text) // 6, 6)}": 1.0}
        features |= {f"inside:{name}": 1.0 for name in _inside(text)}
        features |= {
            "again": min(flow.text.count(text) - 1, 3) / 3,
            "in_title": float(text in title),
            "of_money": float(bool(kinds_of([text]))),
            f"how:{how}&money": float(bool(kinds_of([text]))),
            f"how:{how}&{kind}": 1.0,
            "end_often": min(flow.text.count(text[-_ENDING:]), 6) / 6,
            "end_in_title": float(text[-_ENDING:] in title),
            "then_sum": float(_SUM_FOLLOWS.match(flow.text, end) is not None),
        }
        features |= {f"ends~{text[-2:]}": 0.5, f"begins~{text[:2]}": 0.5} | purposed(opinion, text)
        found.append(TextCandidate(start, end, text, features))
    return found


def _inside(text: str) -> Iterator[str]:
    for name, pattern in (
        ("digit", r"\d"),
        ("money", r"元|万|¥"),
        ("organisation", r"公司|大学|医院|学校|局$|中心$"),
        ("clause", r"应|不得|须|按照|根据|违约|责任|规定"),
        ("fee", r"[费款金]$"),
        ("project", r"项目|工程|课题|活动|培训|研究|建设"),
        ("party", r"甲方|乙方|双方"),
    ):
        if re.search(pattern, text):
            yield name
