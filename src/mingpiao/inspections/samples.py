"""Phrases of samples: 随机抽10%, 每家抽20张, 每20张抽1张, 货币单位抽样60张, 金额最大的50张."""

import re
from decimal import Decimal

import msgspec

from mingpiao.inspections.numerals import NUMBER, number_of, whole_number
from mingpiao.inspections.query import MarkReason, Sample, SampleMethod, Stratum
from mingpiao.inspections.wording import Wording

_BILLS = r"(?:张|份|笔|单)(?:电子)?(?:票据|票)?"
_SHARE = (
    rf"(?:(?P<parts>[十百千万])分之(?P<per>{NUMBER}(?:点{NUMBER})?)|(?P<percent>\d+(?:\.\d+)?)(?:%|个百分点)"
    rf"|(?P<tenths>[一二两三四五六七八九半\d])成(?P<half>半)?|(?P<one_half>一半|半数|1/2)|1/(?P<one_of>\d+))"
)
_HOW_MUCH = (
    rf"(?:(?:其中)?(?:的|个|上|出|够|它|他|共|一共|总共|合计)*(?:{_SHARE}|(?P<number>{NUMBER}万?){_BILLS}))"
)
_DRAW = r"(?:抽样检查|抽样核查|抽样|抽取|抽查|抽检|抽选|抽出|抽看|抽验|选取|选查|选出|挑选|挑出|挑|抽|取|选|拿|查|检查|核查|看)"
_DRAW_ONLY = r"(?:抽样检查|抽样核查|抽样复核|抽样|抽取|抽查|抽检|抽选|抽出|抽看|抽验|随机选取|抽)"
_ENDS = r"(?:的?(?:比例|样本|样))?"
_STRATA: dict[str, Stratum] = {
    "单位类型": Stratum.UNIT_TYPE, "单位类别": Stratum.UNIT_TYPE, "类单位": Stratum.UNIT_TYPE, "类型单位": Stratum.UNIT_TYPE,
    "类型": Stratum.UNIT_TYPE,
    "用票单位": Stratum.UNIT, "开票单位": Stratum.UNIT, "单位": Stratum.UNIT, "家": Stratum.UNIT, "户": Stratum.UNIT,
    "医疗机构": Stratum.UNIT, "医院": Stratum.UNIT, "学校": Stratum.UNIT, "法院": Stratum.UNIT, "协会": Stratum.UNIT,
    "幼儿园": Stratum.UNIT, "卫生院": Stratum.UNIT, "基金会": Stratum.UNIT, "社会团体": Stratum.UNIT, "社团": Stratum.UNIT,
    "中学": Stratum.UNIT, "小学": Stratum.UNIT, "中小学": Stratum.UNIT, "大学": Stratum.UNIT, "慈善组织": Stratum.UNIT,
    "商会": Stratum.UNIT, "学会": Stratum.UNIT, "公安局": Stratum.UNIT, "机构": Stratum.UNIT,
    "行政区划": Stratum.REGION, "地区": Stratum.REGION, "盟市": Stratum.REGION, "旗县区": Stratum.REGION,
    "旗县": Stratum.REGION, "县区": Stratum.REGION, "区县": Stratum.REGION, "地方": Stratum.REGION, "盟": Stratum.REGION,
    "旗": Stratum.REGION, "县": Stratum.REGION, "区划": Stratum.REGION, "市": Stratum.REGION, "区域": Stratum.REGION,
    "票据种类": Stratum.KIND, "票种": Stratum.KIND, "种票据": Stratum.KIND, "类票据": Stratum.KIND, "种类": Stratum.KIND,
    "票": Stratum.KIND, "票据类型": Stratum.KIND, "种票": Stratum.KIND, "类票": Stratum.KIND,
    "月份": Stratum.MONTH, "月": Stratum.MONTH,
}  # fmt: skip
#: These words also say which units are meant: they are left for the reading of those.
_ALSO_UNITS = frozenset(
    ("医疗机构", "医院", "学校", "法院", "协会", "幼儿园", "卫生院", "基金会", "社会团体", "社团", "中学", "小学", "中小学", "大学",
     "慈善组织", "商会", "学会", "公安局")
)  # fmt: skip
_BY = "(?P<by>" + "|".join(sorted(_STRATA, key=len, reverse=True)) + ")"
_KINDS_OF_UNITS = (
    r"(?:用票|开票)?(?:单位|医院|学校|法院|协会|医疗机构|慈善组织|幼儿园|卫生院|社团|社会团体|基金会)"
)
_OF_UNITS = re.compile(
    rf"(?:随机)?(?:抽取|抽查|抽|选取|选|挑选?|找)(?:出)?(?:其中)?(?:{NUMBER}(?:家|个|所|户)(?![旗县区]){_KINDS_OF_UNITS}?"
    rf"|(?:百分之{NUMBER}|\d+(?:\.\d+)?%|[一二两三四五六七八九半]成)的{_KINDS_OF_UNITS})"
)
#: 1000张里抽10张
_OF_MANY = re.compile(rf"每?{NUMBER}{_BILLS}(?:里面?|中|当中)?{_DRAW}(?:出)?{NUMBER}{_BILLS}")
_EVERY = re.compile(
    rf"(?:(?:等距离?|系统|等间隔)(?:抽样|抽取|抽查|抽)?[，,]?)?(?:按)?(?:每隔?|隔|逢)(?P<every>{NUMBER}){_BILLS}(?:里面?|里头|中|当中)?[，,]?"
    rf"(?:就|便|再)?{_DRAW}(?:出|上|它)?(?:其中)?[一1](?:张|份|笔)?(?:票据?)?"
)
_STEP = re.compile(
    rf"(?:等距离?|系统|等间隔)(?:随机)?(?:抽样|抽取|抽查|抽)?(?:法)?[，,]?(?:抽样)?(?:间隔|步长|距离)(?:为|是)?(?P<every>{NUMBER})(?:张|份)?"
)
_GAP = re.compile(
    rf"(?:按|以)?间隔(?:为|是)?(?P<every>{NUMBER})(?:张|份)?(?:进行|来|，|,)?(?:等距离?|系统)?(?:抽样|抽取|抽查|抽)(?:[一1][张份])?"
)
#: 几十张, 百八十张, 二三十张: nobody can draw so many.
_VAGUE = re.compile(
    r"(?:抽取|抽查|抽|挑|选|取)?(?:个|上)?(?:百八十|百十来?|百把|好几[十百]?|几[十百千]?|十几|[一二两三四五六七八九]?[十百千][来多几余]|[一二两三四五六七八九][二三四五六七八九][十百千]?|上[百千])[来多]?(?:张|份|笔)"
)
_LARGEST_BARE = re.compile(
    rf"(?:取|查|抽取|抽查|抽|只查|只看|选取?|挑)?(?:最大|最高|最贵|最多)的?(?:前)?(?P<number>{NUMBER}){_BILLS}"
)
_SYSTEMATIC = re.compile(
    rf"(?:按|用|采用)?(?:等距|系统|等间隔|机械)(?:随机)?(?:抽样|{_DRAW_ONLY})(?:法|方法|方式)?[，,]?(?:{_DRAW_ONLY})?(?:共)?{_HOW_MUCH}?{_ENDS}"
)
_EACH = re.compile(
    rf"(?:从|按照?)?(?:每一?|各)(?:个|所|家|户|类(?!单位|型|票)|种(?!票|类))?{_BY}(?:里面?|里头|中|内|随机|从中)?(?:都|各自?|均|再|分别|随机|至少|按|分层)*{_DRAW}?(?:取|查)?{_HOW_MUCH}{_ENDS}"
)
_AGAIN = _BY.replace("by", "again")
_HOW = (
    rf"(?:分层|分类|随机|分别|各自?|分组|等比例|按比例|进行|抽样[，,：:]?|共|总共|一共|合计|总计|每个?{_AGAIN}|"
    rf"每[层组家种类个月市盟旗县票单位]+)*"
)
_STRATIFIED = re.compile(
    rf"(?:按照?|分|以)(?:各|每个|每|开票|用票)?{_BY}(?:为层|进行)?[，,]?(?P<how>{_HOW})(?P<draw>{_DRAW_ONLY})?"
    rf"(?P<then>共|各自?|总共|一共|合计)?(?:[，,]?{_HOW_MUCH})?{_ENDS}"
)
_MONETARY = re.compile(
    rf"(?:按照?|用|采用|以)?(?:货币单位|元单位|金额单位|(?:票面)?金额(?:的)?(?:大小)?(?:成)?(?:加权|概率|比例|为权重)+|(?:票面)?金额大小|(?:MUS|PPS|mus|pps))(?:的)?"
    rf"(?:概率|比例)*(?:随机)?(?:{_DRAW_ONLY})?(?:法|方法|方式)?[，,]?(?:{_DRAW_ONLY})?(?:共)?{_HOW_MUCH}?{_ENDS}"
)
_LARGEST = re.compile(
    rf"(?:取|查|抽取|抽查|抽|只查|只看|选取?|挑)?(?:票面|单张|开票|按照?)*(?:金额|数额|面额)(?:大小)?(?:从大到小|由大到小|从高到低|由高到低|降序|倒序)?(?:地)?(?:排序|排列|排)?[，,]?(?:的)?(?:取|选取?|抽取|抽|排名|排在|排|居|位于|看)?"
    rf"(?:最大|最高|最多|前|(?i:top))(?:的)?(?:那)?(?:前)?(?P<number>{NUMBER})(?:名|位)?(?:的)?(?:{_BILLS})?"
)
_RANDOM = re.compile(
    rf"(?<![各别])(?:简单|完全)?随机(?:从中|在其中)?(?:{_DRAW_ONLY}|取|选取?|挑选?|拿|看|查)(?:检查|复核|样本|法|方式)?(?:其中)?(?:[，,：:]?{_HOW_MUCH})?{_ENDS}"
)
_SHARE_FIRST = re.compile(
    rf"(?:按照?|以)?{_HOW_MUCH}的?(?:比例)?[，,]?(?:来|去|进行)?(?:简单)?(?:随机{_DRAW_ONLY}|(?<=比例){_DRAW_ONLY}|(?<=比例)(?:来|去|进行){_DRAW_ONLY})(?:检查)?"
)
_TOP = re.compile(rf"(?:取|查|抽取|抽查|抽|看|选)?(?:金额)?前(?P<number>{NUMBER})大(?:的)?(?:票据|票)?")
_SHARE_DRAW = re.compile(
    rf"(?:按照?|以)?{_HOW_MUCH}的?(?:比例)?(?:进行|来)?{_DRAW_ONLY}(?:检查)?(?![0-9一二三四五六七八九十百])"
)
_RANDOM_NUMBER = re.compile(rf"随机(?:抽取|抽查|抽|取|选)?(?P<number>{NUMBER})(?=[，,。；;\s]|$)")
_SHARE_NAMED = re.compile(
    rf"(?:(?:随机)?{_DRAW_ONLY}(?:的)?(?:比例|比率|数量|份数|张数|样本量|规模)|样本(?:量|数量?|规模))(?:为|是|定为|按|不低于|：|:)?{_HOW_MUCH}"
)
_PLAIN_DRAW = re.compile(
    rf"(?<![各别])(?:从中|在其中|其中)?(?:{_DRAW_ONLY}|挑选?|选取?|选出|取|拿)(?:检查|复核)?(?:出来?)?{_HOW_MUCH}{_ENDS}"
)
_ALL = re.compile(
    "(?:全部|全量|逐张|逐笔|逐份|逐一|逐个|全数|一张不[漏落少]|一[份个笔]不[漏落少]|所有都|全都|通通|统统|挨张|挨个|一张一张|都)(?:的|地|都|要|给我)*(?:进行)?(?:检查|核查|查|审查|检|查看|查验|调阅|过一?遍|看)+(?:一遍)?"
    "|全查|全检|普查|不用抽样?|不抽样?|无需抽样|全覆盖(?:检查)?|逐张|逐份|逐笔|一张不[漏落少]|一[份个笔]不[漏落少]|有多少查多少|有几张查几张|有一张算一张|全都要|一张都?别[漏落]"
)
_BARE = re.compile(r"(?:随机)?(?:抽样检查|抽样核查|抽样|抽查|抽检|抽取|抽)(?:一些|一部分|部分)?")


def read_samples(words: Wording) -> None:
    """Take out what a request says about its sample."""
    _mark_each(words, (_OF_UNITS, _VAGUE))
    for pattern in (_EVERY, _STEP, _GAP):
        for match in words.take(pattern):
            every = whole_number(match["every"])
            _put(words, match, Sample(method=SampleMethod.SYSTEMATIC, every=every))
    _mark_each(words, (_OF_MANY,))
    for match in words.take(_EACH):
        _put(words, match, _each(words, match))
    for match in words.take(_STRATIFIED):
        _put(words, match, _stratified(words, match))
    for pattern, method in (
        (_SYSTEMATIC, SampleMethod.SYSTEMATIC),
        (_LARGEST, SampleMethod.LARGEST),
        (_LARGEST_BARE, SampleMethod.LARGEST),
        (_TOP, SampleMethod.LARGEST),
        (_MONETARY, SampleMethod.MONETARY),
        (_SHARE_NAMED, SampleMethod.RANDOM),
        (_SHARE_FIRST, SampleMethod.RANDOM),
        (_RANDOM_NUMBER, SampleMethod.RANDOM),
        (_RANDOM, SampleMethod.RANDOM),
        (_PLAIN_DRAW, SampleMethod.RANDOM),
        (_SHARE_DRAW, SampleMethod.RANDOM),
    ):
        for match in words.take(pattern):
            _put(words, match, Sample(method=method, share=_share(match), number=_number(match)))
    for match in words.take(_ALL):
        _put(words, match, Sample())


def _mark_each(words: Wording, patterns: tuple[re.Pattern[str], ...]) -> None:
    for pattern in patterns:
        for match in words.take(pattern):
            words.mark(match.start(), match.end(), MarkReason.UNKNOWN)


def read_bare_draws(words: Wording) -> None:
    """抽查 without a number is a random sample where nothing else is said of one."""
    for match in words.take(_EACH_OF_LISTED):
        by = _listed(words)
        if by is None:
            words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
        else:
            _put(
                words,
                match,
                Sample(method=SampleMethod.STRATIFIED, by=by, share=_share(match), each=_number(match)),
            )
    for _match in words.take(_BARE):
        words.members.setdefault("sample", Sample(method=SampleMethod.RANDOM))


#: 门诊票据、住院票据各100张, by what the request lists.
_EACH_OF_LISTED = re.compile(rf"(?:分别|各自?)(?:随机)?{_DRAW}?{_HOW_MUCH}{_ENDS}")
_LISTED: tuple[tuple[str, Stratum], ...] = (
    ("units", Stratum.UNIT),
    ("kinds", Stratum.KIND),
    ("regions", Stratum.REGION),
    ("unit_types", Stratum.UNIT_TYPE),
)


def _listed(words: Wording) -> Stratum | None:
    found = [by for member, by in _LISTED if len(words.members.get(member, ())) > 1]
    return found[0] if len(found) == 1 else None


def _put(words: Wording, match: re.Match[str], sample: Sample) -> None:
    known = words.members.get("sample")
    if known is not None and _says_no_size(sample) and sample.method in (known.method, SampleMethod.RANDOM):
        return
    if known is not None and _says_no_size(known):
        words.members.pop("sample")
        if sample.method is SampleMethod.RANDOM:
            sample = msgspec.structs.replace(known, share=sample.share, number=sample.number)
    words.put("sample", sample, match.start(), match.end())


def _says_no_size(sample: Sample) -> bool:
    sizes = (sample.share, sample.number, sample.each, sample.every)
    return sample.method is not SampleMethod.ALL and all(size is None for size in sizes)


def _each(words: Wording, match: re.Match[str]) -> Sample:
    if match["by"] in _ALSO_UNITS:
        words.put_back(match.start("by"), match.end("by"))
    return Sample(
        method=SampleMethod.STRATIFIED, by=_STRATA[match["by"]], share=_share(match), each=_number(match)
    )


def _stratified(words: Wording, match: re.Match[str]) -> Sample:
    """按单位随机抽10%; what is not drawn (按单位汇总) is put back."""
    if (
        match["draw"] is None
        and match["number"] is None
        and _share(match) is None
        and not re.search("抽|分层|分组|分类", match["how"])
    ):
        words.put_back(match.start(), match.end())
        known: Sample = words.members.get("sample", Sample())
        return known
    said = match["how"] + (match["then"] or "")
    number = _number(match)
    is_each = ("各" in said or "每" in said or "分别" in said) and "共" not in said
    return Sample(
        method=SampleMethod.STRATIFIED,
        by=_STRATA[match["by"]],
        share=_share(match),
        each=number if is_each else None,
        number=None if is_each else number,
    )


def _number(match: re.Match[str]) -> int | None:
    said = match.groupdict().get("number")
    return whole_number(said) if said else None


def _share(match: re.Match[str]) -> Decimal | None:
    said = match.groupdict()
    if said.get("percent"):
        return ((number_of(said["percent"]) or Decimal(0)) / 100).normalize()
    if said.get("per"):
        value = _with_decimals(said["per"])
        return None if value is None else (value / _PARTS[said["parts"]]).normalize()
    if said.get("tenths"):
        value = Decimal("0.5") if said["tenths"] == "半" else number_of(said["tenths"])
        more = Decimal("0.5") if said.get("half") else Decimal(0)
        return None if value is None else ((value + more) / 10).normalize()
    if said.get("one_half"):
        return Decimal("0.5")
    if said.get("one_of"):
        parts = number_of(said["one_of"])
        share = 1 / parts if parts else Decimal(0)
        return share if share == round(share, 4) else None
    return None


_PARTS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}


def _with_decimals(said: str) -> Decimal | None:
    """十二点五, as it stands after 百分之."""
    whole, _, part = said.partition("点")
    value = number_of(whole)
    tenths = [number_of(each) or Decimal(0) for each in part]
    if value is None:
        return None
    return value + sum((digit / 10**place for place, digit in enumerate(tenths, start=1)), Decimal(0))
