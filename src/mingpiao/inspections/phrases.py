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
from mingpiao.inspections.vocabulary import COMMANDS, LEAVING_OUT, LEFT_OUT
from mingpiao.inspections.wording import Wording, money
from mingpiao.writeoff.model import BillStanding

REVERSE = r"(?:全额)?(?:冲红|红冲|冲销|冲掉|冲正|冲了|冲(?=的|$|[，,。；;\s]))(?:掉)?"
_AGAIN = r"(?:就|又|即|便|才|被|已|给|把|它|其|发生|再|全部|进行|予以|了|后来|之后|后)*"
_OUT_BEFORE = "(?:" + "|".join(sorted(LEAVING_OUT, key=len, reverse=True)) + ")"
_OUT_AFTER = "(?:" + "|".join(sorted({*LEFT_OUT} - {"外"}, key=len, reverse=True)) + ")"
_NO = r"(?:还没有?|尚未|从未|从没|未曾|没有|没|未|不曾)"
_QUOTED = r"“(?P<word>[^”\x00]{1,60})”"
_MORE_QUOTED = r"(?:(?:、|，|,|或者?|和|及|与|也没有|也不含)*“[^”\x00]{1,60}”)*"
_TAIL = r"(?:等)?(?:字样|这?[两二俩三四几]?个?字|的字)?"
_CONTAIN = r"(?P<no>不|没有?|未)?(?:含有?|包含有?|包括|带有?|带着?|出现|写着?|写有|有)"
_UNQUOTED = r"(?P<bare>[一-龥A-Za-z0-9]{1,12}?)(?:字样|[两二三]个字|这几个字)"


def _named(what: str) -> re.Pattern[str]:
    """名称含“X”或“Y”字样 of something."""
    return re.compile(
        rf"{what}(?:里面|里边|里头|中间|里|中|上|内)?{_CONTAIN}(?:{_QUOTED}{_MORE_QUOTED}|{_UNQUOTED}){_TAIL}的?(?P<out>(?:缴款人|付款方|付款人|项目|单位|票据|票)?(?:都|就|也|可以)?{_OUT_AFTER}[看查管]?)?"
    )


_PAYER = r"(?:缴款人|交款人|付款人|付款方|缴款方|缴款单位|付款单位|捐赠人|捐赠方|缴费人)"
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"(?:名称|名字)(?:里面?|里头|中|上)?{_CONTAIN}(?:{_QUOTED}{_MORE_QUOTED}|{_UNQUOTED}){_TAIL}的?{_PAYER}(?P<out>(?:都|就|也|可以)?{_OUT_AFTER}[看查管]?)?"
        ),
        "payer_words",
    ),
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
    r"(?i)(?:\b(?:select|insert|update|delete|drop|alter|truncate|union|exec|create|grant|where)\b[^。；;，、\x00]*?(?:;|(?=\s+[查请看找帮把想要])|(?=[。；;，、\x00]|$))|(?:\d+\s*=\s*\d+\s*)?\bor\s+\d+\s*=\s*\d+[^。；;，、\x00]*|--[^。；\x00]*|/\*[^\x00]*?\*/|</?\s*\w+[^>\x00]*>|\$\{[^}\x00]*\}|\{\{[^}\x00]*\}\})"
)


_COMMAND = re.compile(
    rf"[^，,。；;\n\x00]*(?:{'|'.join(COMMANDS)})[^，,。；;\n\x00]*(?:[，,](?:把|将|并)[^，,。；;\n\x00]*(?:{'|'.join(COMMANDS)})[^，,。；;\n\x00]*)?"
)


def read_forbidden(words: Wording) -> None:
    """Mark numbers and names of persons, and what looks like a program."""
    for match in words.take(_COMMAND):
        words.mark(match.start(), match.end(), MarkReason.PROGRAM)
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
            words.add(f"not_{member}" if bool(match["no"]) != bool(match["out"]) else member, found)
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
_EVIDENCE = r"(?:佐证材料|佐证文件|佐证|证明材料|证明文件|证明|材料|附件)"
_DIFFERS = (
    r"(?:(?:与|和|同)(?:票面|票据|票)(?:上的?|信息|内容|金额)?)?(?:的)?(?:都|明显)?(?:不符合?|不一致|不一样|"
    r"对不上号?|不匹配|矛盾|有出入|不相符|有矛盾|不对应?|不吻合|有差异|不同)"
)
_CLAIMS = re.compile(
    rf"{_EVIDENCE}(?:上|里|中|内)?(?:载明|显示|记载|写|标)?的?(?:与票面|和票面)?的?(?P<claims>{_CLAIM}(?:(?:、|，|,|或者?|和|及|与){_CLAIM})*){_DIFFERS}(?:的)?"
    rf"|(?P<more>{_CLAIM}(?:(?:、|，|,|或者?|和|及){_CLAIM})*)(?:与|和|同){_EVIDENCE}(?:上|里|中)?(?:的)?(?:载明)?(?:的)?(?:不符合?|不一致|不一样|对不上号?|不匹配|有出入|不相符|不吻合)(?:的)?"
)
#: 或者账号对不上, after something else was said of the evidence.
_MORE_CLAIMS = re.compile(
    rf"(?:或者?|和|及|与|、|，|,|还有)*(?P<more>{_CLAIM}(?:(?:、|或者?|和|及|与){_CLAIM})*){_DIFFERS}"
)
_MISUSED = r"(?:被|存在|有)?(?:(?:重复|反复|多次|超额|重复多次)(?:使用|利用|用了?|上传|报送)|一票多用|一证多用|超额|重复)(?:过)?"
_ACT: tuple[tuple[str, str, Any], ...] = (
    (
        r"(?:命中|触发|违反|触碰)?(?:了|过)?(?:核实[类级]?(?:、|和|及|与|或者?)提示[类级]"
        r"|提示[类级]?(?:、|和|及|与|或者?)核实[类级])(?:的)?(?:监管)?(?:规则|预警)(?:都|均)?(?:命中)?",
        "severities",
        ["ask", "warn"],
    ),
    (
        r"(?:异常(?:、|和|及|与|或者?)违规|违规(?:、|和|及|与|或者?)异常)(?:的)?(?:票据|票)",
        "standings",
        [BillStanding.EXCEPTION, BillStanding.BREACH],
    ),
    (
        rf"{_EVIDENCE}{_MISUSED}(?:的)?",
        "evidence_claims",
        ["usage"],
    ),
    (
        rf"{_EVIDENCE}(?:还|都|已|已经|为|是|属于|只是|含有?|有|系)*(?:作废|草案|草稿|样本|失效|无效)(?:(?:、|或者?|和|及)(?:作废|草案|草稿|样本|失效|无效))*了?(?:的)?",
        "evidence_claims",
        ["status"],
    ),
    (rf"{_EVIDENCE}(?:中|里)?(?:含|有)?看不见的文字(?:的)?", "evidence_claims", ["hidden"]),
    (rf"{_EVIDENCE}(?:内容)?{_DIFFERS}(?:的)?", "evidence", [EvidenceWanted.CONTRADICTED]),
    (
        rf"(?:还没有?|没有|没|无|缺少|缺失|缺|未|尚未|不带|不附)(?:任何)?(?:上传|附上?|附带|提供|提交|传|挂接?|带|交|有)?(?:过|上)?(?:任何|相关|相应|对应)?{_EVIDENCE}(?:的)?|{_EVIDENCE}(?:都|也)?(?:空缺|缺失|缺少|没有|没传|未上传|没上传|未传|为空|空白|缺|没附|未附|没交|未提供|没提供|一张都?没有)(?:的)?",
        "evidence",
        [EvidenceWanted.NONE],
    ),
    (
        rf"(?:有|附有?了?|附上了?|附带了?|带有?了?|带着|上传了?|传了|已上传|已附|提供了?|已提供)(?:相关)?{_EVIDENCE}(?:的)?|{_EVIDENCE}(?:都)?(?:齐全|齐备|已上传|已附|传了)(?:的)?",
        "evidence",
        [EvidenceWanted.PRESENT],
    ),
    (
        r"(?:没有|未|没|从未|不曾)(?:有|被)?(?:命中|触发|违反|触碰)(?:过)?(?:任何|任一|一条)?(?:监管)?(?:规则|预警)|(?:无|没有?|未)(?:任何|出现|产生|发生|被|报)*(?:规则)?预警(?:提示)?(?:过)?|(?:没有?|未)被?规则(?:命中|提示)",
        "flagged",
        False,
    ),
    (
        r"(?:命中|触发|违反|触碰)(?:了|过)?(?:核实|核实类|核实级)(?:的)?(?:监管)?(?:规则|预警)|核实[类级]别?(?:的)?(?:监管)?(?:规则|预警)(?:命中)?",
        "severities",
        ["ask"],
    ),
    (
        r"(?:命中|触发|违反|触碰)(?:了|过)?(?:提示|提示类|提示级)(?:的)?(?:监管)?(?:规则|预警)|提示[类级]别?(?:的)?(?:监管)?(?:规则|预警)(?:命中)?",
        "severities",
        ["warn"],
    ),
    (
        r"(?:命中|触发|违反|触碰)(?:过|了)?(?:任何|任一|任意|监管|一条以上)*的?(?:规则|预警)|(?:有|被|存在|带有?|出现|产生|发生|报)(?:过|了)*(?:规则)?预警(?:提示)?(?:过)?|有规则提示|规则有提示|被规则(?:命中|提示)|预警(?:了|过)",
        "flagged",
        True,
    ),
    (
        r"(?:经)?核实(?:以后|之后|后|过)(?:仍然?|还是|照|照样|继续|照常)?(?:照开|开具|开票|开出|开)|(?:说明|填写|写明|填|写)了?(?:理由|原因)(?:之?后|以后)?(?:又|仍然?|还是|照|照样|继续|照常)?(?:照开|开具|开票|开出|开)|确认(?:以后|之后|后)(?:继续|仍然?|还是|照常|照样)?(?:照开|开具|开票|开)",
        "overridden",
        True,
    ),
    (
        r"(?:未|没有|没|尚未|还没有?|还未|待|等待)(?:经|被)?(?:办理|完成|做|进行)?(?:过)?核销",
        "standings",
        [BillStanding.OPEN],
    ),
    (
        r"(?:已经?|完成|办理了?|做了|办完)(?:被)?核销(?:了|过|掉|完)*|(?<![^的，,。；;\s\x00])核销(?:了|过|完)",
        "standings",
        [BillStanding.WRITTEN_OFF],
    ),
    (
        r"(?:核销|状态|列为|认定为|核销时?)(?:有|出现|为)?异常(?:的)?(?:票据|票)?|异常票据?",
        "standings",
        [BillStanding.EXCEPTION],
    ),
    (
        r"(?:被|已)?(?:认定|列|定|判定|认)(?:为|成|是)?违规(?:了)?(?:的)?(?:票据|票)?|违规票据?",
        "standings",
        [BillStanding.BREACH],
    ),
    (
        r"(?:正在?|处于|还在|在)?整改(?:当)?(?:中|期间)|(?:正在|还在|正)整改",
        "standings",
        [BillStanding.RECTIFYING],
    ),
    (
        r"(?:不是|非|未|没有?|不在|不属于|尚未|从未)(?:被|给)?(?:列入|列为|纳入|进入?|在)?(?:被)?重点监控(?:的)?(?:名单|期)?(?:内|中|里)?(?:的)?(?:单位)?",
        "watched",
        False,
    ),
    (
        r"(?:已|正)?(?:被)?(?:列入|列为|纳入|进入|被|在|处于|属于|受)?(?:了)?(?:被)?重点监控(?:的)?(?:名单|期)?(?:内|中|里)?(?:的)?(?:单位)?",
        "watched",
        True,
    ),
    (
        r"(?:通过|采用|以|用|走|由|从)?(?:系统)?接口(?:方式|模式)?(?:开票|对接|开具|开出来?|开|接入)(?:的)?(?:单位)?|(?:走|用|通过)接口(?:的)?|(?:系统)?对接(?:了)?系统(?:的)?(?:单位)?",
        "unit_modes",
        ["INTERFACE"],
    ),
    (
        r"(?:通过|采用|以|用|走)?(?:在线|网页|线上)(?:方式|模式)?(?:开票|开具|开出|开)?(?:的)?(?:单位)?",
        "unit_modes",
        ["ONLINE"],
    ),
    (
        r"周末|双休日|双休|(?:周|星期)六日|(?:周|星期)六(?:和|、|或)?(?:周|星期)[日天]|大?礼拜天和礼拜六",
        "weekdays",
        [6, 7],
    ),
    (
        r"非工作日|(?:法定)?(?:节假日|节日|假日|休息日|休息天)|放假(?:期间|时|的时候|那几天)?|(?:不上班|休息)的?(?:日子|时候|那天|时)",
        "days",
        DayKind.REST_DAY,
    ),
    (r"工作日|上班日|上班(?:的)?(?:日子|那天)", "days", DayKind.WORKDAY),
    (r"整百(?:整百)?(?:元|块)?钱?(?:数)?", "amount_multiple", Decimal("100.00")),
    (r"整千(?:整千)?(?:元|块)?钱?(?:数)?", "amount_multiple", Decimal("1000.00")),
    (r"整万(?:整万)?(?:元|块)?钱?(?:数)?", "amount_multiple", Decimal("10000.00")),
    (
        r"(?:金额)?(?:为|是|能被)?(?:100|一?百)(?:元|块)?钱?的?(?:整数倍|整倍数|倍数|整除)",
        "amount_multiple",
        Decimal("100.00"),
    ),
    (
        r"(?:金额)?(?:为|是|能被)?(?:1000|1千|一?千)(?:元|块)?钱?的?(?:整数倍|整倍数|倍数|整除)",
        "amount_multiple",
        Decimal("1000.00"),
    ),
    (
        r"(?:金额)?(?:为|是|能被)?(?:1万|10000|一?万)(?:元|块)?钱?的?(?:整数倍|整倍数|倍数|整除)",
        "amount_multiple",
        Decimal("10000.00"),
    ),
    (
        rf"(?:开具|开票|开)?(?:后|的|了|出|完)*(?:当日|当天|同日|同一天)(?:内|里)?{_AGAIN}(?:开具|开票|开)?{_AGAIN}(?:的)?(?:、|，|,)?(?:当日|当天)?{_AGAIN}{REVERSE}(?:了|过|掉)?",
        "states",
        [WantedState.SAME_DAY],
    ),
    (
        rf"(?:(?:当月|同月|同一个?月份?)(?:内|里)?(?:开具|开票|开)?(?:的)?{_AGAIN}(?:并|且|、|，|,)?(?:(?:当月|同月)(?:内|里)?)?{_AGAIN}{REVERSE}(?:了|过|掉)?)",
        "states",
        [WantedState.SAME_MONTH],
    ),
    (
        rf"(?:后来|随后)?(?:跨了?(?:个)?月份?|隔了?(?:个|一个|几个)?月|(?:次月|下个?月)(?:以后|及以后|之后|后)?|以后月份|过了月){_AGAIN}{REVERSE}(?:了|过|掉)?",
        "states",
        [WantedState.LATER_MONTH],
    ),
    (
        rf"(?:后来|随后)?(?:跨了?(?:个)?年度?|跨年份|隔了?(?:一)?年|次年|第二年|来年|转年){_AGAIN}{REVERSE}(?:了|过|掉)?",
        "states",
        [WantedState.OTHER_YEAR],
    ),
    (
        rf"{_OUT_BEFORE}(?:已经?|被|了|那些)*{REVERSE}(?:过|的)*(?:票据|票)?(?:以外|之外|外)?(?:的)?|(?:已经?|被)*{REVERSE}(?:过|了)?(?:的)?(?:票据|票)?(?:都|就|也|可以)?{_OUT_AFTER}[看查管]?(?:的)?",
        "states",
        [WantedState.NORMAL],
    ),
    (
        rf"{_NO}(?:被|发生|进行|做|办理?)?(?:过)?{REVERSE}(?:过|的)?|(?:状态)?(?:为)?正常(?:状态)?(?:的)?(?:票据|票)?|有效(?:状态)?(?:的)?(?:票据|票)?",
        "states",
        [WantedState.NORMAL],
    ),
    (
        rf"{_NO}(?:被)?(?:换开|换)(?:过)?(?:成|为)?(?:(?:纸质|纸)(?:版)?(?:的)?(?:票据|票)?)(?:的)?|{_NO}(?:被)?换开(?:过)?(?:的)?",
        "states",
        [WantedState.NOT_EXCHANGED],
    ),
    (
        r"(?:已经?|被)*(?:换开|换)(?:过|了|成|为)*(?:(?:纸质|纸)(?:版)?(?:票据|票)?)(?:的)?|(?:已经?|被)*换开(?:过|了)*(?:的)?",
        "states",
        [WantedState.EXCHANGED],
    ),
    (r"红字(?:电子)?(?:票据|票)|红票|负数(?:的)?(?:票据|票)?|金额为负的?|红字", "states", [WantedState.RED]),
)
_PHRASES = tuple((re.compile(pattern), member, value) for pattern, member, value in _ACT)
_REVERSED = re.compile(rf"(?:现已|现在|已经?|被|后来|又|做过|发生过?|随后|之后|进行)*{REVERSE}(?:了|过|掉)?")
_WITHIN = re.compile(
    rf"(?:自|从)?(?:(?:开具|开票|开出去?|开完|开)(?:之日起|起|了)?)?(?:票)?(?:以?后|之后)?(?:的)?(?:不到|不超过)?(?P<number>{NUMBER})个?(?P<measure>工作日|小时|分钟|天|日|星期|周|月)(?:之内|以内|内|里)?(?:就|又|即|便){_AGAIN}{REVERSE}(?:了|过|掉)?|(?:开具|开票|开出去?|开完|开)?(?:票)?(?:以?后|之后)?(?:的)?(?P<number2>{NUMBER})个?(?P<measure2>工作日|小时|分钟|天|日|星期|周|月)(?:之内|以内|内|里){_AGAIN}{REVERSE}(?:了|过|掉)?"
)
_NOW_AND_THEN = re.compile(rf"(?:开具|开票|开)(?:以?后|之后)?(?:一周|1周){_AGAIN}{REVERSE}")


_REVERSAL_STATES = {
    "当日": WantedState.SAME_DAY, "当天": WantedState.SAME_DAY, "同日": WantedState.SAME_DAY, "当月": WantedState.SAME_MONTH,
    "同月": WantedState.SAME_MONTH, "跨月": WantedState.LATER_MONTH, "隔月": WantedState.LATER_MONTH,
    "次月": WantedState.LATER_MONTH, "跨年": WantedState.OTHER_YEAR, "隔年": WantedState.OTHER_YEAR,
}  # fmt: skip
_REVERSAL_WHEN = rf"(?:{'|'.join(_REVERSAL_STATES)})度?"
#: 当日、跨月和跨年冲红
_REVERSALS = re.compile(
    rf"(?P<when>{_REVERSAL_WHEN}(?:(?:、|和|及|与|或者?|以及){_REVERSAL_WHEN})+)(?:被|才|又)?{REVERSE}"
)


def read_meanings(words: Wording) -> None:
    """Take out all phrases that have one meaning."""
    _read_claims(words)
    for match in words.take(_WITHIN):
        _within(words, match)
    for match in words.take(_REVERSALS):
        found = [_REVERSAL_STATES[each[:2]] for each in re.findall(_REVERSAL_WHEN, match["when"])]
        words.add("states", found)
    for pattern, member, value in _PHRASES:
        for match in words.take(pattern):
            if isinstance(value, list):
                words.add(member, value)
            else:
                words.put(member, value, match.start(), match.end())
    for _match in words.take(_REVERSED):
        words.add("states", [WantedState.REVERSED])


def _read_claims(words: Wording) -> None:
    """In what evidence contradicts a bill."""
    for match in words.take(_CLAIMS):
        said = match["claims"] or match["more"]
        found = {_CODES[each] for each in re.findall(_CLAIM, said)}
        words.add("evidence_claims", [each for each in CLAIM_NAMES if each in found])
    if "evidence_claims" in words.members or "佐证" in words.left:
        for match in words.take(_MORE_CLAIMS):
            found = {_CODES[each] for each in re.findall(_CLAIM, match["more"])}
            words.add("evidence_claims", [each for each in CLAIM_NAMES if each in found])
            for evidence in re.finditer(r"(?:的)?佐证(?:材料|文件)?(?=[，,。；;]|$)", words.left):
                words.take_out(evidence.start(), evidence.end())


def _within(words: Wording, match: re.Match[str]) -> None:
    days = {"天": 1, "日": 1, "周": 7, "星期": 7}.get(match["measure"] or match["measure2"])
    number = whole_number(match["number"] or match["number2"])
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

_PART = r"(?:凌晨|大清早|早上|清早|清晨|早晨|大早上|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|晚|早|深夜)"
_CLOCK = r"(?:点钟|点整|点|时|:00|：00)"
_HOUR_RANGE = re.compile(
    rf"(?P<part>{_PART})?(?P<first>{NUMBER})(?:{_CLOCK})?(?:至|到|[-—–－~～])+(?P<next>次日|第二天|翌日|隔天|转天)?的?(?P<part2>{_PART})?(?P<last>{NUMBER}){_CLOCK}(?:之间|期间|时段)?"
)
_HOUR_AFTER = re.compile(
    rf"(?:过了?)?(?P<part>{_PART})?(?:过了?)?(?P<first>{NUMBER}){_CLOCK}(?:以后|之后|往后|过后|开始|后)"
)
_HOUR_BEFORE = re.compile(rf"(?P<part>{_PART})?(?P<first>{NUMBER}){_CLOCK}(?:以前|之前|不到|前)")
_NIGHT = re.compile(r"(?:夜间|深夜|深更半夜|大半夜|大晚上|晚上|夜里头?|半夜|夜晚|晚间|黑夜)(?:时段|时间|里)?")
_SMALL_HOURS = re.compile(r"(?:凌晨|后半夜)(?:时段|时间)?")
_WEEKDAY = re.compile(
    r"(?:每个?|逢)?(?:周|星期)(?P<day>[一二三四五六日天])(?:(?:至|到|[-—–－~～])+(?:周|星期)?(?P<to>[一二三四五六日天])|(?P<more>(?:(?:、|和|或者?|及|以及)?(?:周|星期)[一二三四五六日天]|(?:、|和|或|及)[一二三四五六日天])*))"
)
_MONTH_END = re.compile(
    rf"(?:(?:每个?月|各月|每月|当月|月)(?:月)?(?:末|底|的)*(?:的)?(?:最后|末尾|倒数|最末|末|底)(?:的)?|(?:每个?)?月(?:末|底)的?(?:最后|末尾)?(?:的)?|(?:最后|末尾|最末)(?:的)?)(?P<number>{NUMBER})[天日](?:内|里)?"
)
_NIGHTS = ("夜里", "深夜", "夜间", "半夜")
_AFTERNOON = ("下午", "傍晚", "晚上", "晚", *_NIGHTS)


def read_times(words: Wording) -> None:
    """Hours, weekdays and the last days of months."""
    for match in words.take(_HOUR_RANGE):
        _hours(
            words,
            match,
            (_hour(match["part"], match["first"]) or 0) % 24,
            _hour(match["part2"] or (None if match["next"] else match["part"]), match["last"]),
        )
    for match in words.take(_HOUR_AFTER):
        _hours(words, match, _hour(match["part"], match["first"]), 24)
    for match in words.take(_HOUR_BEFORE):
        _hours(words, match, 0, _hour(match["part"], match["first"]))
    for match in words.take(_NIGHT):
        _hours(words, match, 22, 6)
    for match in words.take(_SMALL_HOURS):
        _hours(words, match, 0, 6)
    for match in words.take(_WEEKDAY):
        words.add("weekdays", _weekdays(match))
    for match in words.take(_MONTH_END):
        number = whole_number(match["number"])
        if number is None or not 1 <= number <= 15:
            words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
        else:
            words.put("month_end_days", number, match.start(), match.end())


def _weekdays(match: re.Match[str]) -> list[int]:
    said = match["day"] + (match["to"] or re.sub(r"[^一二三四五六日天]", "", match["more"] or ""))
    days = ["一二三四五六日".index(each.replace("天", "日")) + 1 for each in said]
    return list(range(days[0], days[1] + 1)) if match["to"] and days[0] < days[1] else days


def _hour(part: str | None, said: str) -> int | None:
    hour = whole_number(said)
    if hour is None:
        return None
    if part in (*_NIGHTS, "晚", "晚上") and hour == 12:
        return 24
    if part in _AFTERNOON and 1 <= hour < 12 and not (part in _NIGHTS and hour < 6):
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
    r"(?:(?:票面|合计|单张|单笔|每张|每笔|开票|开具|票据|总|总的)*(?:金额|数额|面额|总额|票额|钱数)|票面|单张|单笔|每张|每笔|一张|一笔)"
    r"(?:合计|总计)?(?:是|均|都|在|要|最高|最低|范围)*[：:]?"
)
_MORE = (
    r"(?:超过|大于等于|大于或等于|大于|高于|多于|超出|不低于|不少于|不小于|最少|起码|至少|达到|达|满|≥|"
    r">=|>|＞|超|高过|大过|多过|过)(?:了)?"
)
_LESS = (
    r"(?:不超|没超过|没有超过|没超|没到|没有到|没满|未到|未超|最高不超过|顶多|最大|低于|小于等于|小于或等于|"
    r"小于|少于|不足|不满|不到|未满|未达|不超过|不高于|不大于|不多于|至多|最多|未超过|≤|<=|<|＜)"
)
_AFTER = (
    r"(?:及其?以上|或以上|以上|往上|朝上|向上|及其?以下|或以下|以下|往下|朝下|以内|之内|以外|开外|起步|"
    r"起|打底|\+|封顶|到顶|之上|之下|内|都?不到(?![\d一二两三四五六七八九十])|都没到|都不满)"
)
_BRACKET = r"(?:（(?P<bracket>不?含[^）\x00]{0,10})）|\((?P<bracket2>不?含[^)\x00]{0,10})\))"
_SUMS = re.compile(
    rf"(?:同一[^，。；、\x00]{{0,8}}?)?(?:[一-龥]{{0,4}}?)(?:累计|总计|人均|平均|年均|月均|合计开票|合计收款|合计开具)(?:[一-龥]{{0,8}}?)(?:{_MORE}|{_LESS})?{NUMBER}[^，。；、\x00]{{0,10}}?(?:元|块|万|亿|张|份|笔|次)(?:{_AFTER})?(?:的)?(?:单位|学校|医院)?"
)
_ROUGHLY = re.compile(
    rf"(?:{_ABOUT})?(?:为|是|在)?(?:大约|大概|约|差不多)?{_MEASURED}(?:左右|上下|附近|来块|多块?(?=[的，,。\s]|钱|$))"
    rf"|(?:{_ABOUT})?(?:为|是|在)?(?:大约|大概|约|差不多|将近|接近|近乎){_MEASURED}(?![张份笔家名个天日月年次条%分点时]|小时)"
    rf"|(?:{_ABOUT})?(?<![十百千万])[一两二三四五六七八九][二三四五六七八九][十百千万]+(?:块钱?|元)?(?:以上|以下|以内)?(?![张份笔])"
    rf"|(?:{_ABOUT})?(?:上|好几|几|数|成)?[一两几]?[十百千万亿]+(?:把|来|多|余|几)(?:万|千)?(?:块钱?|元|万)?(?=[的，,。；;\s\x00]|以|$)"
    rf"|(?:{_ABOUT})?(?<![十百千万])[一两二三四五六七八九][二三四五六七八九][十百千万]+(?:块钱?|元)?(?:以上|以下|以内)?(?![张份笔])"
    rf"|(?:{_ABOUT})?(?:上|好几|几|数|成|\d+多)[百千万亿]+(?:块钱?|元)?(?![张份笔])"
)
_BETWEEN = re.compile(
    rf"(?P<about>{_ABOUT})?(?:为|是|在|介于|于|从)*(?P<low>{_MEASURED})(?:（含[^）]{{0,8}}）|(?P<open>（不含[^）]{{0,8}}）))?(?:至|到|和|与|[-—–－~～])+(?P<high>{_MEASURED})(?:（含）)?(?:之间|以内|区间|范围)?{_BRACKET}?(?:的)?"
)
_BRACE = _BRACKET.replace("bracket", "brace")
_AMOUNT = re.compile(
    rf"(?P<about>{_ABOUT})?(?:为|是|在)*(?P<before>{_MORE}|{_LESS})?(?P<value>{_MEASURED}){_BRACKET}?"
    rf"(?:(?P<after>{_AFTER})(?:{_BRACE})?|(?![\d张份笔家名个天日月年次条%分点时]|小时))"
)
_EXACT = re.compile(
    rf"(?:{_ABOUT}(?:刚好|为|是|恰好|正好|等于|恰为|就是|刚刚好|=)+|(?:刚好|恰好|正好|(?<![大小或])(?<!于)等于|就是)(?:为|是)?)(?P<value>{_MEASURED})(?:整)?(?:的)?(?![\d以及或至到起张份笔家次往封])"
)
_WHOLE = re.compile(rf"(?:{_ABOUT})?(?P<value>{_MEASURED})整(?![百千万数])(?:的)?")
_COMPARED: dict[str, str] = {
    **dict.fromkeys(("超过", "大于", "高于", "多于", "超出", "超", "高过", "大过", "多过", "过", ">", "＞", "以外", "开外"), "amount_over"),
    **dict.fromkeys(
        ("大于等于", "大于或等于", "不低于", "不少于", "不小于", "至少", "最少", "起码", "达到", "达", "满", "≥", ">=",
         "往上", "朝上", "向上", "起步", "打底", "+", "及其以上", "以上", "及以上", "或以上", "起", "之上"), "amount_least"),
    **dict.fromkeys(("低于", "小于", "少于", "不足", "不满", "不到", "未满", "未达", "没到",
        "没有到", "没满", "未到", "都不到", "都没到", "都不满", "<", "＜"), "amount_under"),
    **dict.fromkeys(
        ("小于等于", "小于或等于", "不超过", "不高于", "不大于", "不多于", "至多", "最多", "未超过", "不超", "没超过", "没有超过",
         "没超", "未超", "最高不超过", "顶多", "最大",
         "≤", "<=", "往下", "朝下", "及其以下", "之内", "封顶", "到顶", "以下", "及以下", "或以下", "以内", "之下", "内"), "amount_most"),
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
    _each_match(words, _WHOLE, _exact)
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


_COUNTS = tuple("0123456789张份笔家名个天日月年次条%分点时号")


def _between(words: Wording, match: re.Match[str]) -> bool:
    low, high = match["low"], match["high"]
    if not (_has_measure(high) or match["about"]) or match.string.startswith(_COUNTS, match.end()):
        return False
    scale = re.search(r"([万亿千百]+)", high)
    plain = re.sub(_YUAN, "", low)
    both = (
        plain + scale[1] if scale and not re.search(r"[万亿千百]", low) and not re.search(_YUAN, low) else low
    )
    least, most = _value(both), _value(high)
    if least is None or most is None:
        return False
    lower = "amount_over" if match["open"] else "amount_least"
    words.put(lower, min(least, most), match.start(), match.end())
    bracket = match["bracket"] or match["bracket2"] or ""
    upper = "amount_under" if bracket.startswith("不含") else "amount_most"
    words.put(upper, max(least, most), match.start(), match.end())
    return True


def _exact(words: Wording, match: re.Match[str]) -> bool:
    value = _value(match["value"])
    if value is None:
        return False
    words.put("amount_least", value, match.start(), match.end())
    words.put("amount_most", value, match.start(), match.end())
    return True


#: These compare amounts even where no measure is said: 大于6000的.
_PLAINLY = (
    "大于",
    "小于",
    "高于",
    "低于",
    "大于等于",
    "小于等于",
    ">",
    "<",
    "＞",
    "＜",
    "≥",
    "≤",
    ">=",
    "<=",
    "不低于",
    "不高于",
    "以上",
    "以下",
    "及以上",
    "及以下",
    "往上",
    "封顶",
)


def _bound(words: Wording, match: re.Match[str]) -> bool:
    before, after = (match["before"] or "").removesuffix("了"), match["after"] or ""
    if bool(before) == bool(after) or not (
        match["about"] or before in _PLAINLY or after in _PLAINLY or _has_measure(match["value"])
    ):
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
    rf"(?:{_ROLE}|(?:开给|向|面向|针对|由|给|对)?)(?:(?<![一同])个人(?!会员|信息)|自然人|私人)(?:客户)?(?:缴款人?|付款人?|开具|交款|缴费|缴纳|捐赠|捐款|开票|付|交|缴|捐|掏)?(?:的)?(?:钱)?"
)
_ORGANISATIONS = re.compile(
    rf"{_ROLE}(?:单位|企业|公司|法人|机构|组织)(?:的)?|(?:开给|开到|向|面向|针对|由|给|对)(?:企业|公司|单位|法人|机构|组织)(?:开具|缴款|开票|开出|付款|缴纳|捐赠)?(?:的)?"
    rf"|(?:企业|公司|单位|法人)(?:缴款人?|付款人?|交款|缴费|缴纳|捐赠|捐款|付|交|缴|捐|掏)(?:的)?(?:钱)?|企业|公司|法人"
)
_PAY = {"现金": "现金", "微信付款": "微信", "微信": "微信", "支付宝": "支付宝", "POS刷卡": "刷卡", "POS机刷卡": "刷卡",
        "刷银行卡": "刷卡", "POS机": "刷卡", "POS": "刷卡", "pos机": "刷卡", "银行卡": "刷卡", "刷卡": "刷卡", "对公转账": "转账",
        "微信扫码": "微信", "现钱": "现金", "现钞": "现金", "银行转账": "转账", "转账": "转账", "转帐": "转账", "支票": "支票"}  # fmt: skip
_WAY = "(?:" + "|".join(sorted(_PAY, key=len, reverse=True)) + ")"
_PAYING = re.compile(
    rf"(?:(?:交款|缴款|付款|支付|收款)方式(?:为|是)?)?(?P<no>{_OUT_BEFORE}|没有?用|不用|未用)?(?:通过|采用|以|用|使用|收取|收|走|拿|刷)?(?:的)?(?P<ways>{_WAY}(?:(?:、|，|/|或者?|和|及|与)?{_WAY})*)(?:的|刷)?(?:方式)?(?:收款|缴款|支付|收取|缴纳|付款|付清|付钱|付费|付|交款|交钱|结算|缴费|收费|收钱|收的|收|交|缴|捐|转)?(?:了|过)?(?:的)?(?:票据|票|那些|那部分)?(?P<out>(?:都|就|也|可以|一律)?{_OUT_AFTER}[看查管]?)?(?(no)(?:的)?(?:以外|之外|外)?)"
)


_NOT_OF_TYPE = re.compile(
    rf"{_PAYER}(?:的)?(?:类型)?(?:不是|非|不为|并非|不属于)(?:(?P<person>个人|自然人)|单位|企业|公司|法人|机构)(?:的)?|非(?P<person2>个人|自然人)(?:缴款人?|缴费|捐赠)?(?:的)?"
)


def read_payers(words: Wording) -> None:
    """Whether a person or an organisation paid, and in which way."""
    for match in words.take(_NOT_OF_TYPE):
        is_person = not (match["person"] or match["person2"])
        payer_type = PayerType.PERSON if is_person else PayerType.ORGANISATION
        words.put("payer_type", payer_type, match.start(), match.end())
    for match in words.take(_PERSONS):
        words.put("payer_type", PayerType.PERSON, match.start(), match.end())
    for match in words.take(_ORGANISATIONS):
        words.put("payer_type", PayerType.ORGANISATION, match.start(), match.end())
    for match in words.take(_PAYING):
        found = [_PAY[each] for each in re.findall(_WAY, match["ways"])]
        words.add("not_pay_modes" if match["no"] or match["out"] else "pay_modes", found)
