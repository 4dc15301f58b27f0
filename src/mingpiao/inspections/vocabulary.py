"""The words for what stands in the catalogue: regions, units, kinds, items, rules, and the synonyms of each."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set

import msgspec

from mingpiao.catalog.model import Catalog, ChargeItem, Region, UnitType
from mingpiao.kernel.codes import region_covers

#: Members of the query that a word of the catalogue belongs to.
REGION, UNIT, UNIT_TYPE, UNIT_WORD, KIND, ITEM, ITEM_WORD, OUTSIDE = (
    "regions",
    "units",
    "unit_types",
    "unit_words",
    "kinds",
    "items",
    "item_words",
    "outside",
)


class Term(msgspec.Struct, frozen=True):
    """What a word means: the query's member, and the values that it stands for."""

    member: str
    values: tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """All words of one moment. `terms` maps a word to its meaning, `rules` the name or code of a rule to its code.

    `item_names` are the names of all items in one text, of which parts may be looked for. `longest` is the length of
    the longest word.
    """

    terms: Mapping[str, Term]
    rules: Mapping[str, str]
    item_names: str
    longest: int
    own_region: str


_TYPES: dict[UnitType, tuple[str, ...]] = {
    UnitType.HOSPITAL: ("医疗机构", "医院", "医疗卫生机构", "医疗单位", "医疗卫生单位", "卫生机构"),
    UnitType.SCHOOL: ("学校", "院校", "教育机构", "教育单位", "学校单位", "学校类单位"),
    UnitType.CHARITY: ("慈善组织", "慈善机构", "公益组织", "慈善单位", "慈善组织单位"),
    UnitType.ASSOCIATION: ("社会团体", "社团", "社会团体单位", "社团组织"),
    UnitType.COURT: ("法院", "人民法院"),
    UnitType.OFFICE: ("行政事业单位", "机关事业单位", "行政事业性单位"),
}
_UNIT_WORDS = (
    "大学", "学院", "中学", "小学", "高级中学", "幼儿园", "卫生院", "社区卫生服务中心", "基金会", "协会", "学会", "商会",
    "公安局", "总工会",
)  # fmt: skip
_KIND_WORDS: dict[str, tuple[str, ...]] = {
    "01": ("非税收入类", "非税", "非税收入"),
    "0101": ("非税收入统一", "统一", "非税统一"),
    "0102": ("非税收入专用", "非税专用"),
    "0103": ("诉讼费", "诉讼费专用", "诉讼", "人民法院诉讼费", "法院诉讼费"),
    "0104": ("罚没", "罚没收入", "罚款", "罚没收入专用"),
    "0105": ("教育收费", "教育", "学费", "教育收费专用"),
    "02": ("结算类", "结算"),
    "0201": ("资金往来结算", "往来", "往来结算", "资金往来", "行政事业单位资金往来结算"),
    "03": ("公益事业捐赠", "公益捐赠", "捐赠", "捐款"),
    "0301": ("公益事业捐赠统一",),
    "04": ("会费", "社会团体会费", "社团会费"),
    "0401": ("社会团体会费统一",),
    "05": ("其他财政",),
    "0501": ("维修资金", "住宅专项维修资金", "住宅维修资金"),
    "0502": ("社保", "社会保险", "社会保险基金", "社保基金"),
    "0503": ("工会经费", "工会", "工会经费收入"),
    "06": ("医疗", "医疗收费"),
    "0601": ("门诊", "门诊收费", "医疗门诊", "医疗门诊收费"),
    "0602": ("住院", "住院收费", "医疗住院", "医疗住院收费"),
}
_BILL_WORDS = ("票据", "电子票据", "票", "票子", "单据", "收据")
_PAYMENT_ORDERS = {"99": ("一般缴款书", "非税收入缴款书", "缴款书", "非税收入一般缴款书", "非税缴款书")}
#: Nicknames of cities and leagues by their full names.
_NICKNAMES = {
    "呼和浩特市": ("呼市",),
    "锡林郭勒盟": ("锡盟",),
    "阿拉善盟": ("阿盟",),
    "内蒙古自治区": ("内蒙古", "内蒙"),
}
_SUFFIX = re.compile(r"(?:自治区|自治州|自治县|自治旗|[省市盟州县旗区])$")
#: What may be the end of a word that is looked for in names of items.
ITEM_ENDS = ("费", "款", "金", "捐赠", "收入", "所得")


def make_vocabulary(
    catalog: Catalog,
    *,
    own_region: str,
    units: Mapping[str, str],
    rules: Mapping[str, str],
    places: Mapping[str, str],
) -> Vocabulary:
    """The words of a catalog. `units` maps names to codes, `rules` codes to names; `places` are the provinces and
    cities of the country, names by code.

    Where a word has several meanings, the one that comes first in `_all_terms` counts.
    """
    terms: dict[str, Term] = {}
    for word, term in _all_terms(catalog, own_region, units, places):
        terms.setdefault(word, term)
    return Vocabulary(
        terms=terms,
        rules={name: code for code, name in rules.items()} | {code: code for code in rules},
        item_names="\n".join(item.name for item in catalog.items.values()),
        longest=max(map(len, terms), default=0),
        own_region=own_region,
    )


def _all_terms(
    catalog: Catalog, own_region: str, units: Mapping[str, str], places: Mapping[str, str]
) -> Iterator[tuple[str, Term]]:
    for name, uscc in units.items():
        yield name, Term(UNIT, (uscc,))
        yield uscc, Term(UNIT, (uscc,))
    yield from _kinds(catalog)
    yield from _items(catalog.items.values())
    yield from _regions(catalog, own_region)
    for unit_type, words in _TYPES.items():
        for word in words:
            yield word, Term(UNIT_TYPE, (unit_type.value,))
    for word in _UNIT_WORDS:
        yield word, Term(UNIT_WORD, (word,))
    yield "中小学", Term(UNIT_WORD, ("中学", "小学"))
    for code, name in places.items():
        if not region_covers(catalog.province, code):
            yield from _outside(name)


def _kinds(catalog: Catalog) -> Iterator[tuple[str, Term]]:
    place = catalog.regions[catalog.province].name if catalog.province in catalog.regions else ""
    for kind in catalog.kinds.values():
        plain = kind.name.removesuffix("（电子）").removeprefix(place)
        for name in (kind.name, kind.name.removeprefix(place), plain, place + plain, kind.code):
            if name != kind.code or kind.code not in catalog.regions:
                yield name, Term(KIND, (kind.code,))
    for category in catalog.categories.values():
        yield category.name, Term(KIND, (category.code,))
    yield from _short_kinds(catalog.kinds.keys() | catalog.categories.keys())


def _short_kinds(known: Set[str]) -> Iterator[tuple[str, Term]]:
    words = [
        (code, stem + end) for code, stems in _KIND_WORDS.items() for stem in stems for end in _BILL_WORDS
    ]
    words += [(code, word) for code, listed in _PAYMENT_ORDERS.items() for word in listed]
    for code, word in words:
        if code in known:
            yield word, Term(KIND, (code,))


def _items(items: Iterable[ChargeItem]) -> Iterator[tuple[str, Term]]:
    by_name: dict[str, list[str]] = {}
    for item in items:
        by_name.setdefault(item.name, []).append(item.code)
        yield item.code, Term(ITEM, (item.code,))
    for name, codes in by_name.items():
        yield name, Term(ITEM, tuple(codes))


def _regions(catalog: Catalog, own_region: str) -> Iterator[tuple[str, Term]]:
    """Names of regions, earlier ones too; without 市 and the like where only one region is called so."""
    short: dict[str, list[Region]] = {}
    for region in catalog.regions.values():
        for name in (region.name, *(each.name for each in region.earlier)):
            yield name, _region_term(catalog, region, own_region)
            stem = _SUFFIX.sub("", name)
            if len(stem) >= 2 and stem != name:
                short.setdefault(stem, []).append(region)
        for nickname in _NICKNAMES.get(region.name, ()):
            yield nickname, _region_term(catalog, region, own_region)
    for stem, regions in short.items():
        if len({each.code for each in regions}) == 1:
            yield stem, _region_term(catalog, regions[0], own_region)


def _region_term(catalog: Catalog, region: Region, own_region: str) -> Term:
    """A region that ended stands for what took its place; one's own and the province leave nothing out."""
    codes = region.successors if region.ended_on and region.successors else (region.code,)
    if own_region in codes or region.code == catalog.province:
        return Term(REGION, ())
    own = tuple(each for each in codes if region_covers(own_region, each))
    return Term(REGION, own) if own else Term(OUTSIDE, (region.name,))


def _outside(name: str) -> Iterator[tuple[str, Term]]:
    stem = re.sub(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$", "", name)
    for word in {name, stem, stem + ("省" if name.endswith("省") else "市" if name.endswith("市") else "")}:
        if len(word) >= 2:
            yield word, Term(OUTSIDE, (word,))
