"""收款项目 as texts, and their pages."""

from decimal import Decimal

import msgspec

from mingpiao.catalog.model import Catalog, ChargeItem, DatedRate, Rate, RateKind, UnitType
from mingpiao.catalog.service import ITEMS, RATE_KINDS, present_rates
from mingpiao.kernel.clock import today
from mingpiao.kernel.money import plain_number
from mingpiao.portals.catalog.fields import STATES, DataField, FieldReader, Texts, choices
from mingpiao.portals.catalog.pages import DataColumn, DataPage
from mingpiao.portals.list_filters import Options

_RATES = tuple((kind.value, label) for kind, label in RATE_KINDS.items())
_TYPES = tuple((kind.value, kind.label) for kind in UnitType)


def kind_choices(catalog: Catalog) -> Options:
    """The kinds of bills in use, by code and name."""
    return [(kind.code, f"{kind.code} {kind.name}") for kind in catalog.kinds.values() if not kind.retired]


_FIELDS = (
    DataField(name="code", label="编码", required=True, example="011101", hint="六位数字，前两位是票据分类的编码；建立后不能修改"),
    DataField(name="name", label="名称", required=True, example="居民身份证工本费"),
    DataField(name="measure_unit", label="计量单位", required=True, example="证"),
    DataField(
        name="rate_kind",
        label="收费标准类型",
        kind="select",
        options=choices(*_RATES),
        shown=False,
        example=_RATES[0][1],
        hint="固定标准、限额或据实；据实的不填最低和最高标准",
    ),
    DataField(name="rate_minimum", label="最低标准", shown=False, example="20", hint="元，最多六位小数；固定标准只填这一项"),
    DataField(name="rate_maximum", label="最高标准", shown=False, example="", hint="元；只有限额需要填写"),
    DataField(
        name="rate_since",
        label="执行日期",
        kind="date",
        shown=False,
        hint="新的收费标准自何日起执行，不早于今天；收费标准不变时不用修改。此前开具的票据仍按原标准",
        example="2027-01-01",
    ),
    DataField(
        name="kinds",
        label="适用票种",
        kind="many",
        required=True,
        options=kind_choices,
        fixed=True,
        example="0101、0102",
        hint="可以使用该项目的票据种类",
    ),
    DataField(
        name="unit_types",
        label="单位类型",
        kind="many",
        options=choices(*_TYPES),
        shown=False,
        example="学校、医疗机构",
        hint="不选表示全部",
    ),
    DataField(
        name="regions", label="适用地区", kind="textarea", shown=False, example="150100、150200",
        hint="行政区划代码，用顿号分开，包括其下级；不填表示全省",
    ),
    DataField(name="basis", label="收费依据", shown=False, example="《居民身份证法》"),
    DataField(name="basis_number", label="文号", shown=False, example="发改价格〔2003〕2322号"),
    DataField(name="basis_date", label="发文日期", kind="date", shown=False, example="2003-12-29"),
    DataField(name="valid_from", label="开始日期", kind="date", shown=False, hint="不填表示已经开始", example=""),
    DataField(name="valid_until", label="停止日期", kind="date", shown=False, hint="最后可以收取的一天；不填表示长期", example=""),
    DataField(name="state", label="状态", kind="select", options=choices(*STATES), phone=True, example=STATES[0][1]),
)  # fmt: skip


def _newest(item: ChargeItem) -> Rate:
    return item.later_rates[-1].rate if item.later_rates else item.rate


def _texts(item: ChargeItem) -> dict[str, str]:
    rate = _newest(item)
    bounded = rate.kind is RateKind.BOUNDED
    free = rate.kind is RateKind.FREE
    return {
        "code": item.code,
        "name": item.name,
        "measure_unit": item.measure_unit,
        "rate_kind": rate.kind.value,
        "rate_minimum": "" if free else plain_number(rate.minimum),
        "rate_maximum": plain_number(rate.maximum) if bounded else "",
        "rate_since": item.later_rates[-1].since.isoformat() if item.later_rates else "",
        "kinds": "、".join(item.kinds),
        "unit_types": "、".join(item.unit_types),
        "regions": "、".join(item.regions),
        "basis": item.basis,
        "basis_number": item.basis_number,
        "basis_date": _day(item.basis_date),
        "valid_from": _day(item.valid_from),
        "valid_until": _day(item.valid_until),
        "state": "retired" if item.retired else "live",
    }


def _day(day: object) -> str:
    return "" if day is None else str(day)


def _read(texts: Texts, before: ChargeItem | None, catalog: Catalog) -> ChargeItem:
    reader = FieldReader(texts, _FIELDS)
    rate = _read_rate(reader)
    since = reader.day("rate_since")
    item = ChargeItem(
        code=reader.text("code"),
        name=reader.text("name"),
        measure_unit=reader.text("measure_unit"),
        rate=rate,
        kinds=reader.several("kinds", kind_choices(catalog)),
        unit_types=reader.several("unit_types", _TYPES),
        regions=reader.codes("regions"),
        basis=reader.text("basis"),
        basis_number=reader.text("basis_number"),
        basis_date=reader.day("basis_date"),
        valid_from=reader.day("valid_from"),
        valid_until=reader.day("valid_until"),
        retired=reader.chosen("state", STATES, "live") == "retired",
        # A name that stays keeps its initials, which somebody may have put right.
        pinyin=before.pinyin if before is not None and before.name == reader.text("name") else "",
    )
    if before is None:
        reader.done()
        return item
    kept = msgspec.structs.replace(item, rate=before.rate, later_rates=before.later_rates)
    planned = before.later_rates[-1].since if before.later_rates else None
    if rate == _newest(before) and since in (None, planned):
        reader.done()
        return kept
    if since is None or (since == planned and since < today()):
        reader.wrong("rate_since", "不能为空：收费标准有变化，请填写自何日起执行。")
    reader.done()
    earlier = tuple(each for each in before.later_rates if since is not None and each.since < since)
    later = DatedRate(since=since or today(), rate=rate)
    return msgspec.structs.replace(kept, later_rates=(*earlier, later))


def _read_rate(reader: FieldReader) -> Rate:
    kind = RateKind(reader.chosen("rate_kind", _RATES, RateKind.FIXED.value))
    if kind is RateKind.FREE:
        return Rate(kind=kind)
    minimum = reader.number("rate_minimum")
    if minimum is None:
        reader.wrong("rate_minimum", "不能为空，请填写。")
        minimum = Decimal(1)
    maximum = reader.number("rate_maximum")
    if kind is RateKind.BOUNDED and maximum is None:
        reader.wrong("rate_maximum", "不能为空，请填写。")
    return Rate(kind=kind, minimum=minimum, maximum=minimum if maximum is None else maximum)


ITEM_PAGES: DataPage[ChargeItem] = DataPage(
    data=ITEMS,
    name="finance_items",
    address="/finance/items",
    noun="个收款项目",
    hint="全省统一的收款项目和收费标准，票据只能使用这里的项目。新建和修改由一人提交、另一人审核后生效。",
    fields=_FIELDS,
    texts=_texts,
    read=_read,
    max_rows=2_000,
    summary=DataColumn(name="rates", label="标准（元）", before="rate_minimum", text=present_rates),
)
