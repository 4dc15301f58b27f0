"""Who pays whom, by what sentences say: each that speaks of money between two names gives votes to both.

Names, their aliases (甲方, 出租方), the addressee (贵单位, 你公司) and the author (我局, 本校) become one sign
each, so that patterns see who does what to whom, however long the names are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mingpiao.evidence.extraction.names import is_organisation
from mingpiao.evidence.weighing.mentions import Mention

_FIRST_SIGN = 0xE000
_MOST_NAMES, _MOST_ALIASES = 2_000, 200
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_ONE = r"(?P<one>[\ue000-\uf8ff])"
_TWO = r"(?P<two>[\ue000-\uf8ff])"
_IN = r"[^。;\n]"
_NO = r"[^。;\n\ue000-\uf8ff]"
_PAY = (
    r"支付|缴纳|交纳|缴存|缴付|补缴|缴清|付清|付给|汇入|汇至|汇到|汇付|汇出|转入|转账|拨付|拨款|下达|捐赠|捐助|捐献|捐出|资助|赞助|付款|交付|打入|预付|赠与"
    r"|给付|补偿|赔偿|结算|结清|承担|出资|划拨|划转|存入|垫付|交存|交来|补助|安排|奖励|缴|交款|交费"
)
_INTO = (
    r"支付给|支付至|付给|汇入|汇至|汇到|转入|转至|拨付给|拨付至|拨付|捐赠给|捐给|付至|打入"
    r"|缴至|缴入|缴到|缴存|缴往|交至|交到|交给|存入|划入|拨给|补助给|下达给|下达"
)
#: (pattern, votes of `one`, votes of `two`): above zero who pays, below who receives.
_PATTERNS: tuple[tuple[re.Pattern[str], int, int], ...] = tuple(
    (re.compile(pattern), one, two)
    for pattern, one, two in (
        (rf"{_ONE}{_NO}{{0,60}}?(?:向|给|为|对){_NO}{{0,4}}{_TWO}{_NO}{{0,40}}?(?:{_PAY})", 4, -4),
        (
            rf"{_ONE}{_NO}{{0,40}}?(?:一次性)?(?:支付|补偿|赔偿|缴纳|拨付|付给|拨给|资助|补助|奖励|捐赠|赞助|欠)(?:给|了)? ?{_TWO}",
            4,
            -4,
        ),
        (rf"对 ?{_ONE}{_NO}{{0,40}}?(?:处以?|罚款|征收|追缴)", 3, 0),
        (rf"{_ONE}{_NO}{{0,70}}?(?:{_INTO}){_NO}{{0,16}}{_TWO}", 3, -3),
        (
            rf"{_ONE}{_NO}{{0,40}}?(?:应|须|需|负责|同意|自愿|承诺|一次性|已|未|拟|将|于|在){_NO}{{0,40}}?(?:{_PAY})",
            2,
            0,
        ),
        (rf"{_ONE}{_NO}{{0,24}}?(?:{_PAY})", 1, 0),
        (rf"由 ?{_ONE}{_NO}{{0,30}}?(?:{_PAY}|列支)", 3, 0),
        (rf"(?:责令|要求|通知|请|限|督促|令){_NO}{{0,6}}{_ONE}{_NO}{{0,60}}?(?:{_PAY})", 4, 0),
        (rf"{_ONE}{_NO}{{0,30}}?(?:收到|收讫|收取|收款|征收|收缴|追缴|收回|代收){_NO}{{0,20}}?{_TWO}", -3, 3),
        (rf"{_ONE}{_NO}{{0,24}}?(?:收到|收讫|收取|收款|接受捐|受赠|收回)", -2, 0),
        (rf"(?:收到|收讫|今收|兹收|收自|来自){_NO}{{0,6}}{_ONE}", 3, 0),
        (
            rf"{_ONE}{_NO}{{0,40}}?(?:向|为|给) ?{_TWO}{_NO}{{0,16}}?(?:开具|出具|提供|开){_NO}{{0,20}}?(?:票据|发票|收据|凭证)",
            -3,
            3,
        ),
        (rf"{_ONE}{_NO}{{0,30}}?(?:开具|出具|提供){_NO}{{0,20}}?(?:票据|发票|收据|凭证)", -2, 0),
        (rf"(?:{_INTO}){_NO}{{0,4}}{_ONE}", -3, 0),
        (rf"(?:支付|付|补助|补偿|赔偿|奖励|资助|拨付) ?{_ONE}", -2, 0),
        (rf"{_ONE} ?(?:的|指定|收款|银行|基本|对公){{0,6}}(?:账户|账号|帐户|帐号)", -1, 0),
        (rf"(?:户[ \t]?名|账户名称|收款单位|收款人|收款方)[ :为是\t]{{0,3}}{_ONE}", -2, 0),
        (rf"{_ONE}{_NO}{{0,20}}?(?:欠|拖欠|应缴|应付|应交|未缴|未付)", 2, 0),
        (rf"{_ONE}{_NO}{{0,20}}?(?:承租|租用|租赁|购买|采购|委托|聘请|借用){_NO}{{0,20}}?{_TWO}", 2, -2),
        (rf"{_ONE}{_NO}{{0,20}}?(?:出租|出借|提供|承接|承办|接受{_NO}{{0,4}}委托)", -1, 0),
        (rf"(?:租用|购买|占用|使用|损坏){_NO}{{0,4}}{_ONE}", -2, 0),
        (rf"{_ONE} ?(?:捐赠|捐来|交来|缴来|汇来|转来|拨来|拨入)", 3, 0),
        (rf"(?:从|在|自) ?{_ONE}{_NO}{{0,30}}?(?:预算|经费|资金|专项|列支|支出)", 2, 0),
    )
)
_BACKWARDS = re.compile(r"退还|退回|返还|违约金|滞纳|罚息|赔偿损失|不得|不予")
_YOU = re.compile(
    r"[你贵](?:单位|公司|司|校|院|会|局|厅|委|中心|站|馆|所|方|学院|集团|企业|店|厂|学校|医院|人)"
)
_WE = re.compile(
    r"[我本](?:单位|公司|司|校|院|会|局|厅|委|中心|站|馆|所|方|学院|集团|府|县|市|基金会|协会|学会)(?![同协合])"
)
_ALIASES = re.compile(
    r"\( ?(?:以下|下文|下称)?(?:均|统)?(?:简称|称)?(?:为|作)? ?[“\"'「]?(?P<alias>[\u4e00-\u9fffA-Za-z]{2,10}?)[”\"'」]? ?\)"
)
_NO_ALIAS = re.compile(
    r"盖章|公章|签章|签字|章$|大写|小写|含税|人民币|元|公司$|简称|代章|有限合伙|普通合伙|中国|集团"
)
_ADDRESSED = re.compile(r" ?(?:校友|先生|女士|同学|家长|会长|理事)? ?:(?=\n)")
_SIGNED = re.compile(
    r"[ \t]*(?:\([^()\n]{1,8}\))?[ \t]*(?:\n[ \t]*(?:(?:19|20)\d\d|二[〇零O○]|日期|年)"
    r"|(?:(?:19|20)\d\d|二[〇零O○一二三四五六七八九]{3}) ?年[^年\n]{2,7}日[ \t]*(?:\n|$))"
)
#: The head of an official letter: its first lines are the name of whoever wrote it.
_HEAD, _HEADED = 80, re.compile(r"[ \t]*(?:文件|公函|函)?[ \t]*\n")


def directions(text: str, mentions: Sequence[Mention]) -> dict[str, tuple[int, int]]:
    """For each name how many votes say that it pays, and how many that it receives."""
    names = list(dict.fromkeys(mention.name for mention in mentions))[:_MOST_NAMES]
    signs = {name: chr(_FIRST_SIGN + index) for index, name in enumerate(names)}
    aliases = dict(_aliases(text, mentions))
    spoken = _spoken(text, mentions, signs, aliases)
    votes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for sign, vote in _votes(spoken):
        votes[names[ord(sign) - _FIRST_SIGN]][vote < 0] += abs(vote)
    return {name: (pays, receives) for name, (pays, receives) in votes.items()}


def _votes(spoken: str) -> Iterator[tuple[str, int]]:
    for pattern, one, two in _PATTERNS:
        for match in pattern.finditer(spoken):
            if _BACKWARDS.search(match.group()):
                continue
            found = match.groupdict()
            if one:
                yield found["one"], one
            if two and found.get("two"):
                yield found["two"], two


#: A label before a name that the text uses for it further on: 送培方, 被征收人, 出借单位.
_LABEL = re.compile(
    r"(?:^|[\n\t])[ \d、.()]*(?P<label>[\u4e00-\u9fff]{2,7})(?: ?\([^()\n]{1,10}\))? ?:[ \t]*$"
)
_NO_LABEL = re.compile(
    r"户名|名称|全称|地址|开户|银行|账号|联系|电话|代表|负责人|经办|抬头|日期|项目|附件|抄送|主送|签字|盖章|公章|收件|发件|备注|用途"
)


def _aliases(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
    """Other words for a name: 甲方, the label before it, and what a bracket behind it says."""
    for mention in mentions:
        label = _LABEL.search(text[max(0, mention.start - 24) : mention.start])
        if label and not _NO_LABEL.search(label["label"]):
            yield label["label"], mention.name
        if mention.side:
            yield mention.side, mention.name
        match = _ALIASES.match(text, mention.end)
        if match and not _NO_ALIAS.search(match["alias"]):
            yield match["alias"], mention.name


def _spoken(
    text: str, mentions: Sequence[Mention], signs: Mapping[str, str], aliases: Mapping[str, str]
) -> str:
    """The text with a sign for each name, alias, addressee and author."""
    # Private characters of the file, such as bullets of a symbol font, must not pass for signs.
    text = _PRIVATE.sub(" ", text)
    parts: list[str] = []
    place = 0
    for mention in mentions:
        if mention.start >= place and mention.name in signs:
            parts += [text[place : mention.start], signs[mention.name]]
            place = mention.end
    spoken = "".join((*parts, text[place:]))
    known = [alias for alias in aliases if aliases[alias] in signs][:_MOST_ALIASES]
    if known:
        words = "|".join(" ?".join(map(re.escape, alias)) for alias in sorted(known, key=len, reverse=True))
        spoken = re.sub(words, lambda match: signs[aliases[match.group().replace(" ", "")]], spoken)
    addressee, author = _addressee(text, mentions), _author(text, mentions)
    if addressee in signs:
        spoken = _YOU.sub(signs[addressee], spoken)
    if author in signs:
        spoken = _WE.sub(signs[author], spoken)
    return spoken


def _addressee(text: str, mentions: Sequence[Mention]) -> str:
    """Who a letter is written to: the name that stands before a colon at the end of a line."""
    found = [mention.name for mention in mentions if _ADDRESSED.match(text, mention.end)]
    return found[0] if len(set(found)) == 1 else ""


def _author(text: str, mentions: Sequence[Mention]) -> str:
    """Who signed: the last organisation whose name stands above a date."""
    found = [
        mention.name
        for mention in mentions
        if is_organisation(mention.name) and _SIGNED.match(text, mention.end)
    ]
    if found:
        return found[-1]
    first = next((mention for mention in mentions if mention.start < _HEAD and mention.organisation), None)
    return first.name if first and _HEADED.match(text, first.end) else ""


def roles_of_paper(text: str, mentions: Sequence[Mention]) -> tuple[str, str]:
    """The addressee and the author of a letter or notice; "" where there is none."""
    return _addressee(text, mentions), _author(text, mentions)
