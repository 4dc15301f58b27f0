"""Phrases of all other members of a query: states, hours, amounts, payers, evidence, rules and 核销状态."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mingpiao.evidence.model import CLAIM_NAMES
from mingpiao.inspections.numerals import NUMBER, number_of, whole_number
from mingpiao.inspections.query import (
    DayKind,
    EvidenceWanted,
    MarkReason,
    PayerType,
    WantedState,
)
from mingpiao.inspections.wording import Wording, money
from mingpiao.writeoff.model import BillStanding

REVERSE = r"(?:全额)?(?:冲红|红冲|冲销|冲掉|冲正)"
_AGAIN = r"(?:就|又|即|便|被|已|发生|再|全部|进行|予以|了)*"
_QUOTED = r"“(?P<word>[^”\x00]{1,60})”"
_MORE_QUOTED = r"(?:(?:、|，|,|或者?|和|及|与)*“[^”\x00]{1,60}”)*"
_TAIL = r"(?:等)?(?:字样|这?[两二三四几]?个?字|的字)?"
_CONTAIN = r"(?P<no>不|没有|未)?(?:含有?|包含有?|包括|带有?|出现|有)"
_UNQUOTED = r"(?P<bare>[一-龥A-Za-z0-9]{1,12}?)(?:字样|[两二三]个字|这几个字)"


def _named(what: str) -> re.Pattern[str]:
    """名称含“X”或“Y”字样 of something, wanted or left out."""
    return re.compile(
        rf"{what}(?:里面|中间|里|中|上|内)?{_CONTAIN}(?:{_QUOTED}{_MORE_QUOTED}|{_UNQUOTED}){_TAIL}的?"
        "(?P<left_out>(?:票据|票)?(?:除外|不看|不查|不算|不要))?"
    )


_PAYER = r"(?:缴款人|交款人|付款人|付款方|缴款方|缴款单位|付款单位|捐赠人|捐赠方|缴费人)"
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = (
    (_named(rf"{_PAYER}的?(?:名称|姓名|名字|全称|户名|名)?"), "payer_words"),
    (_named(r"(?:收款|收费)?项目(?:的)?(?:名称|名字|名)?"), "item_words"),
    (_named(r"(?:开票|用票|收款)?(?:单位|机构|学校|医院)?(?:的)?(?:名称|名字|单位名|名)"), "unit_words"),
    (_named(r"(?:开票|用票)单位"), "unit_words"),
)
_ORGANISATION = re.compile(
    rf"{_PAYER}(?:名称)?(?:为|是|:|：)(?:“)?(?P<name>[一-龥A-Za-z0-9（）()]{{3,40}}?(?:公司|集团|中心|协会|学会|大学|学院|医院|基金会|委员会|合作社|研究院|银行|商店|工厂))(?:”)?(?:的|，|、|。|$|(?=[开且]))"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "石姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚文巴乌斯其萨那宝包云"
)
_PERSON = re.compile(
    rf"(?:{_PAYER}|患者|病人|学生|开票人|经手人|收款人|复核人|经办人|会员)(?:的)?(?:姓名|名字|名称)?(?:为|是|叫|:|：)?(?:“)?(?P<name>[{_SURNAMES}][一-龥]{{1,3}}?)(?:”)?(?=的|，|,|。|、|；|开|缴|交|捐|经手|$|\x00)"
)
_PERSONAL = re.compile(
    r"(?:身份证件?(?:号码?)?|公民身份号码|手机号码?|手机|联系电话|电话(?:号码)?)?(?:为|是|:|：)?(?<!\d)(?:[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]|1[3-9]\d{9})(?![\dXx])"
)
_PROGRAM = re.compile(
    r"(?i)(?:\b(?:select|insert|update|delete|drop|alter|truncate|union|exec|create|grant|where)\b[^。；;，、\x00]*;?|(?:\d+\s*=\s*\d+\s*)?\bor\s+\d+\s*=\s*\d+[^。；;，、\x00]*|--[^。；\x00]*|/\*[^\x00]*?\*/|</?\s*\w+[^>\x00]*>|\$\{[^}\x00]*\}|\{\{[^}\x00]*\}\})"
)


def read_forbidden(words: Wording) -> None:
    """Mark numbers and names of persons, and what looks like a program."""
    for match in words.take(_PROGRAM):
        words.mark(match.start(), match.end(), MarkReason.PROGRAM)
    for match in words.take(_PERSONAL):
        words.mark(match.start(), match.end(), MarkReason.PERSONAL)
    for match in words.take(_PERSON):
        words.mark(match.start(), match.end(), MarkReason.PERSONAL)


def read_names(words: Wording) -> None:
    """Words that a name contains, and a paying organisation."""
    for pattern, member in _NAMED:
        for match in words.take(pattern):
            found = re.findall(r"“([^”]+)”", match[0]) or [match["bare"]]
            negated = (match["no"] is None) == (match["left_out"] is not None)
            words.add(f"not_{member}" if negated else member, found)
    for match in words.take(_ORGANISATION):
        words.add("payer_words", [match["name"]])


# -- what has one meaning each -------------------------------------------------------------------------------

_CODES = {
    "缴款人": "payer", "付款方": "payer", "付款人": "payer", "捐赠人": "payer", "收款单位": "payee", "收款方": "payee",
    "收款人": "payee", "大小写金额": "words", "大小写": "words", "大写金额": "words", "金额": "amount", "日期": "date",
    "期限": "date", "用途": "purpose", "项目": "purpose", "收款项目": "purpose", "收款账号": "account", "账号": "account",
    "账户": "account", "印章": "seal", "公章": "seal", "盖章": "seal",
}  # fmt: skip
_CLAIM = "(?:" + "|".join(sorted(_CODES, key=len, reverse=True)) + ")"
_EVIDENCE = r"(?:佐证材料|佐证文件|佐证|证明材料|证明文件|材料|附件)"
_DIFFERS = (
    r"(?:(?:与|和|同)(?:票面|票据|票)(?:上的?)?)?(?:的)?(?:不符|不一致|对不上|不匹配|矛盾|有出入|不相符)"
)
_CLAIMS = re.compile(
    rf"{_EVIDENCE}(?:上|里|中|内)?(?:载明|显示|记载)?的?(?:与票面|和票面)?的?(?P<claims>{_CLAIM}(?:(?:、|，|,|或者?|和|及|与){_CLAIM})*){_DIFFERS}(?:的)?"
    rf"|(?P<more>{_CLAIM}(?:(?:、|，|,|或者?|和|及){_CLAIM})*)(?:与|和|同){_EVIDENCE}(?:上|里|中)?(?:的)?(?:载明)?(?:的)?(?:不符|不一致|对不上|不匹配|有出入|不相符)(?:的)?"
)
_ACT: tuple[tuple[str, str, Any], ...] = (
    (
        rf"{_EVIDENCE}(?:被|存在|有)?(?:重复使用|超额使用|一票多用|重复报送|超额)(?:的)?",
        "evidence_claims",
        ["usage"],
    ),
    (
        rf"{_EVIDENCE}(?:已|已经|为|是|属于)?(?:作废|草案|样本|失效|无效)(?:的)?",
        "evidence_claims",
        ["status"],
    ),
    (rf"{_EVIDENCE}(?:中|里)?(?:含|有)?看不见的文字(?:的)?", "evidence_claims", ["hidden"]),
    (rf"{_EVIDENCE}(?:内容)?{_DIFFERS}(?:的)?", "evidence", [EvidenceWanted.CONTRADICTED]),
    (
        rf"(?:没有|没|无|缺少|缺|未|尚未)(?:任何)?(?:上传|附上?|提供|提交|传|挂接|有)?(?:过)?(?:任何|相关)?{_EVIDENCE}(?:的)?",
        "evidence",
        [EvidenceWanted.NONE],
    ),
    (
        rf"(?:有|附有?了?|上传了?|已上传|已附|提供了?|已提供)(?:相关)?{_EVIDENCE}(?:的)?",
        "evidence",
        [EvidenceWanted.PRESENT],
    ),
    (
        r"(?:没有|未|没|从未)(?:有)?(?:命中|触发|违反)(?:过)?(?:任何|任一|一条)?(?:监管)?(?:规则|预警)|无(?:任何)?(?:规则)?预警|没有(?:任何)?(?:规则)?预警",
        "flagged",
        False,
    ),
    (
        r"(?:命中|触发|违反|触碰)(?:核实|核实类|核实级)(?:的)?(?:监管)?(?:规则|预警)|核实[类级]别?(?:的)?(?:监管)?(?:规则|预警)(?:命中)?",
        "severities",
        ["ask"],
    ),
    (
        r"(?:命中|触发|违反|触碰)(?:提示|提示类|提示级)(?:的)?(?:监管)?(?:规则|预警)|提示[类级]别?(?:的)?(?:监管)?(?:规则|预警)(?:命中)?",
        "severities",
        ["warn"],
    ),
    (
        r"(?:命中|触发|违反|触碰)(?:过|了)?(?:任何|任一|任意|监管|一条以上)*的?(?:规则|预警)|有(?:过)?(?:规则)?预警(?:提示)?|被预警|有规则提示|规则有提示|(?:存在|带有?)(?:规则)?预警",
        "flagged",
        True,
    ),
    (
        r"(?:经)?核实后(?:仍然?|照|照样|继续|照常)?(?:照开|开具|开票|开出|开)|(?:说明|填写|写明|填|写)了?(?:理由|原因)(?:之?后)?(?:仍然?|照|照样|继续|照常)?(?:照开|开具|开票|开出|开)|确认后(?:继续|仍然?|照常)?(?:开具|开票|开)",
        "overridden",
        True,
    ),
    (r"(?:未|没有|没|尚未|还没有?|还未)(?:经)?(?:办理)?核销", "standings", [BillStanding.OPEN]),
    (r"(?:已经?|完成)核销", "standings", [BillStanding.WRITTEN_OFF]),
    (r"(?:核销|状态|列为|认定为)异常(?:票据|票)?|异常票据?", "standings", [BillStanding.EXCEPTION]),
    (r"(?:认定(?:为)?|被认定|列为)违规(?:票据|票)?|违规票据?", "standings", [BillStanding.BREACH]),
    (r"(?:正在|处于)?整改(?:当)?中|正在整改", "standings", [BillStanding.RECTIFYING]),
    (
        r"(?:不是|非|未被?|没有被?|不在|不属于)(?:列入)?(?:被)?重点监控(?:的)?(?:名单|期)?(?:内|中|里)?(?:的)?(?:单位)?",
        "watched",
        False,
    ),
    (
        r"(?:列入|被|在|处于|属于)?(?:了)?(?:被)?重点监控(?:的)?(?:名单|期)?(?:内|中|里)?(?:的)?(?:单位)?",
        "watched",
        True,
    ),
    (
        r"(?:通过|采用|以|用)?接口(?:方式)?(?:开票|对接|开具)(?:的)?(?:单位)?|对接系统(?:的)?(?:单位)?",
        "unit_modes",
        ["INTERFACE"],
    ),
    (r"(?:通过|采用|以|用)?(?:在线|网页)(?:方式)?(?:开票|开具)?(?:的)?(?:单位)?", "unit_modes", ["ONLINE"]),
    (r"周末|双休日|礼拜六日|周六日", "weekdays", [6, 7]),
    (r"非工作日|不在工作日|(?:法定)?(?:节假日|假日|休息日)|放假期间", "days", DayKind.REST_DAY),
    (r"工作日", "days", DayKind.WORKDAY),
    (r"整百(?:元|块)?(?:数)?", "amount_multiple", Decimal("100.00")),
    (r"整千(?:元|块)?(?:数)?", "amount_multiple", Decimal("1000.00")),
    (r"整万(?:元|块)?(?:数)?", "amount_multiple", Decimal("10000.00")),
    (r"(?:金额)?(?:为|是)?(?:100|一?百)元?的?(?:整数倍|整倍数)", "amount_multiple", Decimal("100.00")),
    (r"(?:金额)?(?:为|是)?(?:1000|一?千)元?的?(?:整数倍|整倍数)", "amount_multiple", Decimal("1000.00")),
    (
        r"(?:金额)?(?:为|是)?(?:1万|10000|一?万)元?的?(?:整数倍|整倍数)",
        "amount_multiple",
        Decimal("10000.00"),
    ),
    (
        r"(?:当天|当日)开(?:具|票)?的?(?:当天|当日)(?:就|又|便)?冲(?:红|掉|销)?(?:了|的)?",
        "states",
        [WantedState.SAME_DAY],
    ),
    (
        r"(?:当月|本月)开(?:具|票)?的?(?:当月|本月)(?:就|又|便)?冲(?:红|掉|销)?(?:了|的)?",
        "states",
        [WantedState.SAME_MONTH],
    ),
    (
        rf"(?:开具|开票|开)?(?:后|的)?(?:当日|当天|同日|同一天){_AGAIN}(?:开具)?{_AGAIN}(?:当日|当天)?{_AGAIN}{REVERSE}(?:了|过|掉)?",
        "states",
        [WantedState.SAME_DAY],
    ),
    (
        rf"(?:(?:当月|同月|同一个?月份?)(?:内|里)?(?:开具|开票|开)?{_AGAIN}(?:并|且|、|，)?(?:(?:当月|同月)(?:内|里)?)?{_AGAIN}{REVERSE}(?:了|过|掉)?)",
        "states",
        [WantedState.SAME_MONTH],
    ),
    (
        rf"(?:跨月份?|隔月|次月(?:以后|及以后|之后|后)?|以后月份){_AGAIN}{REVERSE}(?:了|过|掉)?",
        "states",
        [WantedState.LATER_MONTH],
    ),
    (rf"(?:跨年度?|跨年份|隔年|次年){_AGAIN}{REVERSE}(?:了|过|掉)?", "states", [WantedState.OTHER_YEAR]),
    (
        rf"(?:剔除|排除|不含|不包括|不包含|去掉|扣除|除了?|不要|不看|不查)(?:已经?|被|了)*{REVERSE}(?:过|的)*(?:票据|票)?(?:以外|之外|外)?(?:的)?|(?:已经?|被)*{REVERSE}(?:过|了)?(?:的)?(?:票据|票)?(?:除外|不算|不看|不要|不查|不计)(?:的)?",
        "states",
        [WantedState.NORMAL],
    ),
    (
        rf"(?:未|没有|没|尚未|从未|还没|还没有|未曾)(?:被|发生|进行)?(?:过)?{REVERSE}(?:过|的)?|(?:状态)?(?:为)?正常(?:状态)?(?:的)?(?:票据|票)?|有效(?:状态)?(?:的)?(?:票据|票)?",
        "states",
        [WantedState.NORMAL],
    ),
    (
        r"(?:未|没有|没|尚未)(?:被)?换开(?:过)?(?:成)?(?:纸质(?:票据|票)?)?(?:的)?",
        "states",
        [WantedState.NOT_EXCHANGED],
    ),
    (r"(?:已经?|被)*换开(?:过|了|成|为)*(?:纸质(?:票据|票)?)?(?:的)?", "states", [WantedState.EXCHANGED]),
    (r"红字(?:电子)?(?:票据|票)|红票|负数(?:票据|票)|红字", "states", [WantedState.RED]),
)
_PHRASES = tuple((re.compile(pattern), member, value) for pattern, member, value in _ACT)
_REVERSED = re.compile(rf"(?:已经?|被|后来|又|做过|发生过?|随后|之后|进行)*{REVERSE}(?:了|过|掉)?")
_WITHIN = re.compile(
    rf"(?:开具|开票|开出|开)?(?:以?后|之后)?(?:的)?(?P<number>{NUMBER})个?(?P<measure>工作日|小时|分钟|天|日|星期|周|月)(?:之内|以内|内){_AGAIN}{REVERSE}(?:了|过|掉)?"
)
_NOW_AND_THEN = re.compile(rf"(?:开具|开票|开)(?:以?后|之后)?(?:一周|1周){_AGAIN}{REVERSE}")


def read_meanings(words: Wording) -> None:
    """Take out all phrases that have one meaning."""
    for match in words.take(_CLAIMS):
        said = match["claims"] or match["more"]
        found = {_CODES[each] for each in re.findall(_CLAIM, said)}
        words.add("evidence_claims", [each for each in CLAIM_NAMES if each in found])
    for match in words.take(_WITHIN):
        _within(words, match)
    for pattern, member, value in _PHRASES:
        for match in words.take(pattern):
            if isinstance(value, list):
                words.add(member, value)
            else:
                words.put(member, value, match.start(), match.end())
    for _match in words.take(_REVERSED):
        words.add("states", [WantedState.REVERSED])


def _within(words: Wording, match: re.Match[str]) -> None:
    days = {"天": 1, "日": 1, "周": 7, "星期": 7}.get(match["measure"])
    number = whole_number(match["number"])
    if days is None or number is None:
        words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
    else:
        words.put("reversed_within_days", number * days, match.start(), match.end())


# -- rules that were hit -------------------------------------------------------------------------------------

#: A rule's name this long is meant as such wherever it stands; a shorter one could be plain words.
_PLAIN_NAME = 6


def read_rules(words: Wording, rules: dict[str, str]) -> None:
    """Rules by name or code, where they are named as rules."""
    for name in sorted(rules, key=len, reverse=True):
        if name not in words.left:
            continue
        pattern = re.compile(
            rf"(?P<hit>(?:命中|触发|违反|触碰|预警|因|被)(?:了|过)?(?:监管)?(?:规则|预警)?(?:为|是)?(?:“)?)?(?P<open>“)?{re.escape(name)}(?:”)?(?:的)?(?P<rule>(?:这条|这一|这个)?(?:规则|预警)(?:命中|提示)?|(?:命中|触发|预警)(?:的)?|(?<=”)(?:的)?)?"
        )
        for match in list(pattern.finditer(words.left)):
            if (
                match["hit"]
                or match["open"]
                or match["rule"]
                or len(name) >= _PLAIN_NAME
                or name == rules[name]
            ):
                words.take_out(match.start(), match.end())
                words.add("rules", [rules[name]])


# -- days and hours ------------------------------------------------------------------------------------------

_PART = r"(?:凌晨|早上|清晨|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间|晚|早|深夜)"
_CLOCK = r"(?:点钟|点整|点|时|:00|：00)"
_HOUR_RANGE = re.compile(
    rf"(?P<part>{_PART})?(?P<first>{NUMBER})(?:{_CLOCK})?(?:至|到|[-—–－~～])+(?:次日|第二天|翌日)?(?P<part2>{_PART})?(?P<last>{NUMBER}){_CLOCK}(?:之间|期间|时段)?"
)
_HOUR_AFTER = re.compile(rf"(?P<part>{_PART})?(?P<first>{NUMBER}){_CLOCK}(?:以后|之后|后)")
_HOUR_BEFORE = re.compile(rf"(?P<part>{_PART})?(?P<first>{NUMBER}){_CLOCK}(?:以前|之前|前)")
_NIGHT = re.compile(r"(?:夜间|深夜|晚上|夜里|半夜|夜晚)(?:时段|时间|里)?")
_SMALL_HOURS = re.compile(r"凌晨(?:时段|时间)?")
_WEEKDAY = re.compile(
    r"(?:每个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?P<more>(?:(?:、|和|或|及)(?:周|星期|礼拜)?[一二三四五六日天])*)"
)
_WEEK = "一二三四五六日"
_WEEKDAYS = re.compile(
    r"(?:周|星期|礼拜)(?P<first>[一二三四五六日天])(?:至|到|-)+(?:周|星期|礼拜)?(?P<last>[一二三四五六日天])"
)
_MONTH_END = re.compile(
    rf"(?:每个?月|各月|每月|月)?(?:月)?(?:末|底|的)?(?:的)?(?:最后|末|最末)(?:的)?(?P<number>{NUMBER})[天日](?:内|里)?"
)
_AFTERNOON = ("下午", "傍晚", "晚上", "晚", "夜里", "夜间", "深夜")


def read_times(words: Wording) -> None:
    """Hours, weekdays and the last days of months."""
    for match in words.take(_HOUR_RANGE):
        _hours(
            words,
            match,
            _hour(match["part"], match["first"]),
            _hour(match["part2"] or match["part"], match["last"]),
        )
    for match in words.take(_HOUR_AFTER):
        _hours(words, match, _hour(match["part"], match["first"]), 24)
    for match in words.take(_HOUR_BEFORE):
        _hours(words, match, 0, _hour(match["part"], match["first"]))
    for match in words.take(_NIGHT):
        _hours(words, match, 22, 6)
    for match in words.take(_SMALL_HOURS):
        _hours(words, match, 0, 6)
    for match in words.take(_WEEKDAYS):
        first, last = (_WEEK.index(match[name].replace("天", "日")) + 1 for name in ("first", "last"))
        words.add("weekdays", [each for each in range(1, 8) if first <= each <= last])
    for match in words.take(_WEEKDAY):
        days = [
            "一二三四五六日".index(each.replace("天", "日")) + 1
            for each in match["day"] + re.sub(r"[^一二三四五六日天]", "", match["more"])
        ]
        words.add("weekdays", days)
    for match in words.take(_MONTH_END):
        number = whole_number(match["number"])
        if number is None or not 1 <= number <= 15:
            words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
        else:
            words.put("month_end_days", number, match.start(), match.end())


def _hour(part: str | None, said: str) -> int | None:
    hour = whole_number(said)
    if hour is None:
        return None
    if part in _AFTERNOON and 1 <= hour < 12 and not (part in ("夜里", "深夜", "夜间") and hour < 6):
        return hour + 12
    return hour + 12 if part == "中午" and hour < 3 else hour


def _hours(words: Wording, match: re.Match[str], first: int | None, last: int | None) -> None:
    if first is None or last is None or not (0 <= first <= 24 and 0 <= last <= 24) or first == last:
        words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
    else:
        words.put("hours", (first, last), match.start(), match.end())


# -- amounts ------------------------------------------------------------------------------------------------

_YUAN = r"(?:元|块钱|块|圆|人民币)"
_MEASURED = (
    rf"{NUMBER}(?:(?:[百千]?[万亿])(?:[一二三四五六七八九](?![一-龥]?[成%])(?:[百千])?)?|[百千]+)?{_YUAN}?"
)
_ABOUT = (
    r"(?:(?:票面|合计|单张|单笔|每张|每笔|开票|开具|票据|总|总的)*(?:金额|面额|总额|票额)|票面|单张|单笔|每张|每笔)"
    r"(?:合计|总计)?(?:均|都|在)?"
)
_MORE = (
    r"(?:超过|大于等于|大于或等于|大于|高于|多于|超出|不低于|不少于|不小于|至少|达到|达|满|≥|>=|>|＞)(?:了)?"
)
_LESS = r"(?:低于|小于等于|小于或等于|小于|少于|不足|不满|不到|未满|未达|不超过|不高于|不大于|不多于|至多|最多|未超过|≤|<=|<|＜)"
_AFTER = r"(?:及以上|或以上|以上|及以下|或以下|以下|以内|以外|起|之上|之下|内)"
_BRACKET = r"(?:（(?P<bracket>不?含[^）\x00]{0,10})）|\((?P<bracket2>不?含[^)\x00]{0,10})\))"
_SUMS = re.compile(
    rf"(?:同一[^，。；、\x00]{{0,8}}?)?(?:[一-龥]{{0,4}}?)(?:累计|总计|人均|平均|年均|月均|合计开票|合计收款|合计开具)(?:[一-龥]{{0,8}}?)(?:{_MORE}|{_LESS})?{NUMBER}[^，。；、\x00]{{0,10}}?(?:元|块|万|亿|张|份|笔|次)(?:{_AFTER})?(?:的)?(?:单位|学校|医院)?"
)
_ROUGHLY = re.compile(rf"(?:{_ABOUT})?(?:为|是|在)?(?:大约|约|大概)?{_MEASURED}(?:左右|上下|附近)")
_BETWEEN = re.compile(
    rf"(?:{_ABOUT})?(?:为|是|在|介于|于)*(?P<low>{_MEASURED})(?:（含）)?(?:至|到|和|与|[-—–－~～])+(?P<high>{_MEASURED})(?:（含）)?(?:之间|以内|区间|范围)?(?:的)?"
)
_BRACE = _BRACKET.replace("bracket", "brace")
_AMOUNT = re.compile(
    rf"(?P<about>{_ABOUT})?(?:为|是|在)*(?P<before>{_MORE}|{_LESS})?(?P<value>{_MEASURED}){_BRACKET}?(?P<after>{_AFTER})?"
    rf"(?:{_BRACE})?(?![张份笔家名个天日月年次条%小分点时])"
)
_EXACT = re.compile(
    rf"{_ABOUT}(?:为|是|恰好|正好|等于|恰为)+(?P<value>{_MEASURED})(?:整)?(?:的)?(?![以及或至到起])"
)
_COMPARED: dict[str, str] = {
    **dict.fromkeys(("超过", "大于", "高于", "多于", "超出", ">", "＞", "以外"), "amount_over"),
    **dict.fromkeys(
        ("大于等于", "大于或等于", "不低于", "不少于", "不小于", "至少", "达到", "达", "满", "≥", ">=",
         "以上", "及以上", "或以上", "起", "之上"), "amount_least"),
    **dict.fromkeys(("低于", "小于", "少于", "不足", "不满", "不到", "未满", "未达", "<", "＜"), "amount_under"),
    **dict.fromkeys(
        ("小于等于", "小于或等于", "不超过", "不高于", "不大于", "不多于", "至多", "最多", "未超过", "≤", "<=",
         "以下", "及以下", "或以下", "以内", "之下", "内"), "amount_most"),
}  # fmt: skip
_STRICT = {"amount_least": "amount_over", "amount_most": "amount_under"}
_LOOSE = {over: least for least, over in _STRICT.items()}


def read_amounts(words: Wording) -> None:
    """Totals of bills; sums over several bills, and rough amounts, cannot be said."""
    for pattern in (_SUMS, _ROUGHLY):
        for match in words.take(pattern):
            words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
    _each_match(words, _BETWEEN, _between)
    _each_match(words, _EXACT, _exact)
    _each_match(words, _AMOUNT, _bound)


def _each_match(
    words: Wording, pattern: re.Pattern[str], read: Callable[[Wording, re.Match[str]], bool]
) -> None:
    for match in list(pattern.finditer(words.left)):
        if read(words, match):
            words.take_out(match.start(), match.end())


def _value(said: str) -> Decimal | None:
    value = number_of(re.sub(_YUAN, "", said))
    return None if value is None or value >= Decimal(10) ** 12 else money(value)


def _has_measure(said: str) -> bool:
    return re.search(rf"{_YUAN}|[万亿千百]", said) is not None


def _between(words: Wording, match: re.Match[str]) -> bool:
    low, high = match["low"], match["high"]
    if not _has_measure(high) or match.string.startswith(("张", "份", "笔", "家"), match.end()):
        return False
    scale = re.search(r"([万亿千百]+)", high)
    plain = re.sub(_YUAN, "", low)
    both = (
        plain + scale[1] if scale and not re.search(r"[万亿千百]", low) and not re.search(_YUAN, low) else low
    )
    least, most = _value(both), _value(high)
    if least is None or most is None:
        return False
    words.put("amount_least", min(least, most), match.start(), match.end())
    words.put("amount_most", max(least, most), match.start(), match.end())
    return True


def _exact(words: Wording, match: re.Match[str]) -> bool:
    value = _value(match["value"])
    if value is None:
        return False
    words.put("amount_least", value, match.start(), match.end())
    words.put("amount_most", value, match.start(), match.end())
    return True


def _bound(words: Wording, match: re.Match[str]) -> bool:
    before, after = (match["before"] or "").removesuffix("了"), match["after"] or ""
    if bool(before) == bool(after) or not (match["about"] or _has_measure(match["value"])):
        return False
    value = _value(match["value"])
    if value is None:
        return False
    member = _COMPARED[before or after]
    bracket = match["bracket"] or match["bracket2"] or match["brace"] or match["brace2"] or ""
    if bracket.startswith("不含"):
        member = _STRICT.get(member, member)
    elif bracket:
        member = _LOOSE.get(member, member)
    words.put(member, value, match.start(), match.end())
    return True


# -- payers, and how they paid ---------------------------------------------------------------------------------

_ROLE = rf"{_PAYER}(?:的)?(?:类型|身份)?(?:为|是|属于|系|都是)?"
_PERSONS = re.compile(
    rf"(?:{_ROLE}|(?:开给|向|面向|针对|由|给|对)?)(?:个人|自然人)(?:客户)?(?:缴款人?|付款人?|开具|交款|缴费|缴纳|捐赠|开票)?(?:的)?"
)
_ORGANISATIONS = re.compile(
    rf"{_ROLE}(?:单位|企业|公司|法人|机构|组织)(?:的)?|(?:开给|向|面向|针对|由|给|对)(?:企业|公司|单位|法人|机构|组织)(?:开具|缴款|开票|开出|付款|缴纳|捐赠)?(?:的)?"
    rf"|(?:企业|公司|单位|法人)(?:缴款人?|付款人?|交款|缴费|缴纳|捐赠)(?:的)?|企业|公司|法人"
)
_NO_PERSON = re.compile(
    rf"(?:{_PAYER}(?:的)?(?:类型)?)?(?:不是|非|不为)(?:个人|自然人)(?:缴款人?|付款|缴纳)?(?:的)?"
)
_NO_FIRM = re.compile(
    rf"{_PAYER}(?:的)?(?:类型)?(?:不是|非|不为)(?:单位|企业|公司|法人)(?:的)?|(?:非)(?:企业|公司|法人)(?:的)?"
)
_PAY = {"现金": "现金", "微信支付": "微信", "微信": "微信", "支付宝": "支付宝", "POS刷卡": "刷卡", "POS机刷卡": "刷卡",
        "刷卡": "刷卡", "银行转账": "转账", "转账": "转账", "转帐": "转账", "支票": "支票"}  # fmt: skip
_WAY = "(?:" + "|".join(sorted(_PAY, key=len, reverse=True)) + ")"
_PAYING = re.compile(
    rf"(?:(?:交款|缴款|付款|支付|收款)方式(?:为|是)?)?(?P<no>非|不是|不用|没有?用|不含)?(?:通过|采用|以|用|使用|收取|收)?(?P<ways>{_WAY}(?:(?:、|，|或者?|和|及|与|/){_WAY})*)(?:的)?(?:方式)?(?:收款|缴款|支付|收取|缴纳|付款|交款|结算|缴费|收费|收的|缴|付|交|收)?(?:的)?"
)


def read_payers(words: Wording) -> None:
    """Whether a person or an organisation paid, and in which way."""
    for match in words.take(_NO_PERSON):
        words.put("payer_type", PayerType.ORGANISATION, match.start(), match.end())
    for match in words.take(_NO_FIRM):
        words.put("payer_type", PayerType.PERSON, match.start(), match.end())
    for match in words.take(_PERSONS):
        words.put("payer_type", PayerType.PERSON, match.start(), match.end())
    for match in words.take(_ORGANISATIONS):
        words.put("payer_type", PayerType.ORGANISATION, match.start(), match.end())
    for match in words.take(_PAYING):
        found = [_PAY[each] for each in re.findall(_WAY, match["ways"])]
        words.add("not_pay_modes" if match["no"] else "pay_modes", found)
