"""Phrases of samples: 随机抽10%, 每家抽20张, 每20张抽1张, 货币单位抽样60张, 金额最大的50张."""

import re
from decimal import Decimal

from mingpiao.catalog.model import UnitType
from mingpiao.inspections.numerals import NUMBER, number_of, whole_number
from mingpiao.inspections.query import MarkReason, Sample, SampleMethod, Stratum
from mingpiao.inspections.wording import Wording

_BILLS = r"(?:张|份|笔|单)(?:电子)?(?:票据|票)?"
_SHARE = rf"(?:百分之(?P<per>{NUMBER}(?:点{NUMBER})?)|(?P<percent>\d+(?:\.\d+)?)%|(?P<tenths>[一二两三四五六七八九半\d])成)"
_HOW_MUCH = rf"(?:(?:其中)?的?(?:{_SHARE}|(?P<number>{NUMBER}万?){_BILLS}))"
_DRAW = r"(?:抽样检查|抽样核查|抽样|抽取|抽查|抽检|抽选|抽出|选取|选查|抽|取|选|查|检查|核查)"
_DRAW_ONLY = r"(?:抽样检查|抽样核查|抽样|抽取|抽查|抽检|抽选|抽出|随机选取|抽)"
_ENDS = r"(?:的?(?:比例|样本|样))?"
_STRATA: dict[str, Stratum] = {
    "单位类型": Stratum.UNIT_TYPE, "类单位": Stratum.UNIT_TYPE, "类型单位": Stratum.UNIT_TYPE, "类型": Stratum.UNIT_TYPE,
    "用票单位": Stratum.UNIT, "开票单位": Stratum.UNIT, "单位": Stratum.UNIT, "家": Stratum.UNIT, "户": Stratum.UNIT,
    "医疗机构": Stratum.UNIT, "医院": Stratum.UNIT, "学校": Stratum.UNIT, "法院": Stratum.UNIT, "协会": Stratum.UNIT,
    "行政区划": Stratum.REGION, "地区": Stratum.REGION, "盟市": Stratum.REGION, "旗县区": Stratum.REGION,
    "旗县": Stratum.REGION, "区划": Stratum.REGION, "市": Stratum.REGION, "区域": Stratum.REGION,
    "票据种类": Stratum.KIND, "票种": Stratum.KIND, "种票据": Stratum.KIND, "类票据": Stratum.KIND, "种类": Stratum.KIND,
    "月份": Stratum.MONTH, "月": Stratum.MONTH,
}  # fmt: skip
_TYPES_OF_UNITS = {
    "医疗机构": UnitType.HOSPITAL,
    "医院": UnitType.HOSPITAL,
    "学校": UnitType.SCHOOL,
    "法院": UnitType.COURT,
}
_BY = "(?P<by>" + "|".join(sorted(_STRATA, key=len, reverse=True)) + ")"
_KINDS_OF_UNITS = r"(?:用票|开票)?(?:单位|医院|学校|法院|协会|医疗机构|慈善组织)"
_OF_UNITS = re.compile(
    rf"(?:随机)?(?:抽取|抽查|抽|选取|选|挑选?)(?:出)?(?:{NUMBER}(?:家|个|所|户){_KINDS_OF_UNITS}?"
    rf"|(?:百分之{NUMBER}|\d+(?:\.\d+)?%|[一二两三四五六七八九半]成)的{_KINDS_OF_UNITS})"
)
_EVERY = re.compile(
    rf"(?:(?:等距|系统|等间隔)(?:抽样|抽取|抽查|抽)?[，,]?)?(?:按)?每(?:隔)?(?P<every>{NUMBER}){_BILLS}(?:里面?|中)?"
    rf"(?:就)?{_DRAW}(?:出)?(?:其中)?[一1](?:张|份|笔)?(?:票据?)?"
)
_OF_MANY = re.compile(rf"{NUMBER}{_BILLS}(?:里面?|中|当中)?{_DRAW}(?:出)?{NUMBER}{_BILLS}")
_STEP = re.compile(
    rf"(?:等距|系统|等间隔)(?:随机)?(?:抽样|抽取|抽查|抽)?(?:法)?[，,]?(?:抽样)?(?:间隔|步长|距离)(?:为|是)?(?P<every>{NUMBER})(?:张|份)?"
)
_SYSTEMATIC = re.compile(
    rf"(?:按|用|采用)?(?:等距|系统|等间隔|机械)(?:随机)?(?:抽样|{_DRAW_ONLY})(?:法|方法|方式)?[，,]?(?:{_DRAW_ONLY})?(?:共)?{_HOW_MUCH}?{_ENDS}"
)
_EACH = re.compile(
    rf"(?:从)?(?:每一?|各)(?:个|所|类|种|家|户)?{_BY}(?:里|中|内)?(?:都|各|均|再|分别|随机|至少|按)*{_DRAW}?{_HOW_MUCH}{_ENDS}"
)
_AGAIN = _BY.replace("by", "again")
_HOW = rf"(?:分层|随机|分别|各|分组|等比例|按比例|进行|抽样[，,]?|共|总共|每个?{_AGAIN}|每[层组家])*"
_STRATIFIED = re.compile(
    rf"(?:按照?|分|以)(?:各|每个|每|开票|用票)?{_BY}(?:为层|进行)?[，,]?(?P<how>{_HOW})(?P<draw>{_DRAW_ONLY})?"
    rf"(?P<then>共|各|总共|合计)?{_HOW_MUCH}?{_ENDS}"
)
_MONETARY = re.compile(
    rf"(?:按照?|用|采用|以)?(?:货币单位|元单位|金额单位|(?:票面)?金额(?:的)?(?:大小)?(?:成)?(?:加权|概率|比例|为权重)+|(?:票面)?金额大小|(?:MUS|PPS|mus|pps))(?:的)?"
    rf"(?:概率|比例)*(?:随机)?(?:{_DRAW_ONLY})?(?:法|方法|方式)?[，,]?(?:{_DRAW_ONLY})?(?:共)?{_HOW_MUCH}?{_ENDS}"
)
_LARGEST = re.compile(
    rf"(?:取|查|抽取|抽查|抽|只查|只看|选取?|挑)?(?:票面|单张|开票|按)?金额(?:从大到小|由大到小|从高到低)?(?:排序|排列)?(?:的)?(?:取|抽取|抽|排名|排在|居|位于)?"
    rf"(?:最大|最高|前)(?:的)?(?:前)?(?P<number>{NUMBER})(?:名|位)?(?:的)?(?:{_BILLS})?"
)
_RANDOM = re.compile(
    rf"(?:简单|完全)?随机(?:从中|在其中)?(?:{_DRAW_ONLY}|取|选取?|挑选?|查)(?:检查|样本)?(?:其中)?{_HOW_MUCH}?{_ENDS}"
)
_SHARE_FIRST = re.compile(
    rf"(?:按照?|以)?{_HOW_MUCH}的?(?:比例)?(?:进行)?(?:随机)?{_DRAW_ONLY}(?:检查)?(?![0-9一二三四五六七八九十百])"
)
_SHARE_NAMED = re.compile(rf"(?:随机)?抽[样查取]比例(?:为|是|按)?{_HOW_MUCH}")
_PLAIN_DRAW = re.compile(
    rf"(?:从中|在其中|其中|一共|总共|共|合计)*{_DRAW_ONLY}(?:检查)?(?:一共|总共|共)?{_HOW_MUCH}{_ENDS}"
)
_ALL = re.compile(
    "(?:全部|全量|逐张|逐笔|逐份|全数|一张不漏|所有都)(?:地)?(?:进行)?(?:检查|核查|查|审查|检|查看|查验)+(?:一遍)?|全查|全检|不抽样|全覆盖(?:检查)?|逐张"
)
_BARE = re.compile(r"(?:随机)?(?:抽样检查|抽样核查|抽样|抽查|抽检|抽取|抽)(?:一些|一部分|部分)?")


def read_samples(words: Wording) -> None:
    """Take out what a request says about its sample."""
    for match in words.take(_OF_UNITS):
        words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
    for pattern in (_EVERY, _STEP):
        for match in words.take(pattern):
            every = whole_number(match["every"])
            _put(words, match, Sample(method=SampleMethod.SYSTEMATIC, every=every))
    for match in words.take(_OF_MANY):
        words.mark(match.start(), match.end(), MarkReason.UNKNOWN)
    for match in words.take(_EACH):
        _put(words, match, _each(words, match))
    for match in words.take(_STRATIFIED):
        _put(words, match, _stratified(words, match))
    for pattern, method in (
        (_SYSTEMATIC, SampleMethod.SYSTEMATIC),
        (_LARGEST, SampleMethod.LARGEST),
        (_MONETARY, SampleMethod.MONETARY),
        (_SHARE_NAMED, SampleMethod.RANDOM),
        (_SHARE_FIRST, SampleMethod.RANDOM),
        (_RANDOM, SampleMethod.RANDOM),
        (_PLAIN_DRAW, SampleMethod.RANDOM),
    ):
        for match in words.take(pattern):
            _put(words, match, Sample(method=method, share=_share(match), number=_number(match)))
    for match in words.take(_ALL):
        _put(words, match, Sample())


def read_bare_draws(words: Wording) -> None:
    """抽查 without a number is a random sample where nothing else is said of one."""
    for _match in words.take(_BARE):
        words.members.setdefault("sample", Sample(method=SampleMethod.RANDOM))


def _put(words: Wording, match: re.Match[str], sample: Sample) -> None:
    known = words.members.get("sample")
    if known is not None and _says_no_size(sample) and sample.method in (known.method, SampleMethod.RANDOM):
        return
    if known is not None and _says_no_size(known):
        words.members.pop("sample")
    words.put("sample", sample, match.start(), match.end())


def _says_no_size(sample: Sample) -> bool:
    sizes = (sample.share, sample.number, sample.each, sample.every)
    return sample.method is not SampleMethod.ALL and all(size is None for size in sizes)


def _each(words: Wording, match: re.Match[str]) -> Sample:
    if match["by"] in _TYPES_OF_UNITS:
        words.add("unit_types", [_TYPES_OF_UNITS[match["by"]]])
    return Sample(
        method=SampleMethod.STRATIFIED, by=_STRATA[match["by"]], share=_share(match), each=_number(match)
    )


def _stratified(words: Wording, match: re.Match[str]) -> Sample:
    """按单位随机抽10%; what is not drawn (按单位汇总) is put back."""
    if (
        match["draw"] is None
        and match["number"] is None
        and _share(match) is None
        and "抽" not in match["how"]
    ):
        words.left = words.left[: match.start()] + match[0] + words.left[match.end() :]
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
        return _percents(said["per"])
    if said.get("tenths"):
        value = Decimal("0.5") if said["tenths"] == "半" else number_of(said["tenths"])
        return None if value is None else (value / 10).normalize()
    return None


def _percents(said: str) -> Decimal | None:
    """百分之十二点五 without its 百分之."""
    whole, _, part = said.partition("点")
    value = number_of(whole)
    tenths = [number_of(each) or Decimal(0) for each in part]
    if value is None:
        return None
    decimals = sum((digit / 10**place for place, digit in enumerate(tenths, start=1)), Decimal(0))
    return ((value + decimals) / 100).normalize()
