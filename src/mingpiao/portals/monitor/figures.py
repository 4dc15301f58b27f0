"""The board as texts by name, for the first sight of the page and for what the feed changes of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from mingpiao.catalog.model import Catalog, UnitType
from mingpiao.kernel.clock import to_shanghai
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.monitor.outlines import Outline, RegionMap, map_of
from mingpiao.supervision.service import MEASURES, AreaPicture, BoardGroup, Sums, Usual


class BoardLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table: its key in the feed, its name, and the region to go down to (empty: none)."""

    key: str
    name: str
    region: str = ""


class BoardTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the page: its lines in order."""

    name: str
    title: str
    column: str
    lines: tuple[BoardLine, ...]


def texts_of(picture: AreaPicture, tables: Sequence[BoardTable]) -> dict[str, str]:
    """All figures of the page as they are shown, by the name that stands at their place."""
    texts = {"at": f"{to_shanghai(picture.counted_at):%H:%M:%S}"}
    for span, sums in (("minute", picture.minute), ("hour", picture.hour), ("today", picture.today)):
        texts |= {f"{span}.{each.name}": _figure(sums, each.name) for each in MEASURES}
    texts["usual.hour"] = usual_words(picture.usual_hour)
    texts["usual.today"] = usual_words(picture.usual_today)
    texts["share"] = _share(picture.today)
    groups = {"regions": picture.regions, "kinds": picture.kinds, "types": picture.unit_types}
    for table in tables:
        found = {each.key: each for each in groups[table.name]}
        for line in table.lines:
            texts |= dict(_line_texts(f"{table.name}.{line.key}", found.get(line.key)))
    return texts | dict(_map_texts(texts, next(each for each in tables if each.name == "regions"), picture))


#: Shades of the map, and from which share of the region with most bills on each begins.
MAP_SHADES = ((1, Decimal(0)), (2, Decimal("0.1")), (3, Decimal("0.3")), (4, Decimal("0.6")))


def _map_texts(texts: dict[str, str], regions: BoardTable, picture: AreaPicture) -> Iterator[tuple[str, str]]:
    """What the map says of each region, and its shade: none (0) without bills today, then by bills of today."""
    bills = {each.key: each.today.bills for each in picture.regions}
    most = max((bills.get(line.key, 0) for line in regions.lines if line.region), default=0)
    for line in regions.lines:
        count, place = bills.get(line.key, 0), f"regions.{line.key}"
        shades = [shade for shade, share in MAP_SHADES if count and count > share * most]
        yield f"map.{line.key}", str(max(shades, default=0))
        usual = texts[f"{place}.usual"]
        yield (
            f"{place}.told",
            f"{line.name}：今天{texts[f'{place}.bills']}份，本小时{texts[f'{place}.hour']}份（通常{usual}份）",
        )


class MapRegion(msgspec.Struct, frozen=True, kw_only=True):
    """A region of the map: its line of the table, its outline, and whether its name has room there."""

    line: BoardLine
    outline: Outline
    named: bool


class BoardMap(msgspec.Struct, frozen=True, kw_only=True):
    """The map of an area; `missing` are regions of the table that have no outline."""

    drawing: RegionMap
    regions: tuple[MapRegion, ...]
    missing: tuple[str, ...]


#: Width of one character of a name on the map.
_LETTER = 11


def board_map(tables: Sequence[BoardTable]) -> BoardMap | None:
    """The map of the regions in the first table; None where none of them has an outline."""
    lines = {line.region: line for table in tables if table.name == "regions" for line in table.lines}
    lines.pop("", None)
    drawing = map_of(tuple(sorted(lines)))
    if drawing is None:
        return None
    regions = tuple(
        MapRegion(line=line, outline=each, named=each.room >= _LETTER * len(line.name))
        for each in drawing.outlines
        for line in (lines.pop(each.code),)
    )
    return BoardMap(drawing=drawing, regions=regions, missing=tuple(line.name for line in lines.values()))


def _line_texts(place: str, group: BoardGroup | None) -> Iterator[tuple[str, str]]:
    hour, today = (group.hour, group.today) if group else (Sums(), Sums())
    usual = group.usual_bills if group else None
    yield f"{place}.hour", f"{hour.bills:,}"
    yield f"{place}.usual", "—" if usual is None else f"{usual:,}"
    yield f"{place}.bills", f"{today.bills:,}"
    yield f"{place}.amount", f"{today.amount:,.2f}"
    yield f"{place}.reds", f"{today.reds:,}"


def _figure(sums: Sums, name: str) -> str:
    value = getattr(sums, name)
    return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def _share(sums: Sums) -> str:
    return f"{100 * sums.reds / sums.bills:.2f}%" if sums.bills else "—"


def usual_words(usual: Usual) -> str:
    """What is usual, as one figure with its band; says where there is too little to tell."""
    if usual.middle is None:
        return "历史不足3周，暂无常值"
    return f"通常 {usual.middle:,} 份（{usual.low:,}–{usual.high:,}）"


def day_chart(picture: AreaPicture) -> str:
    """Bills of today by hour and the usual band, as JSON for the charts' script."""
    usual = picture.usual_hours
    return msgspec.json.encode(
        {
            "type": "usual",
            "unit": "份",
            "labels": [f"{hour}时" for hour in range(24)],
            "values": picture.hours,
            "low": [each.low for each in usual],
            "middle": [each.middle for each in usual],
            "high": [each.high for each in usual],
        }
    ).decode()


def minutes_chart(picture: AreaPicture) -> str:
    """Bills by minute of the last hour, as JSON for the charts' script."""
    count = len(picture.minutes)
    labels = [f"{count - place}分钟前" for place in range(count)]
    return msgspec.json.encode(
        {"type": "trend", "unit": "份", "labels": labels, "values": picture.minutes, "average": None}
    ).decode()


def tables_of(picture: AreaPicture, catalog: Catalog, region_code: str) -> tuple[BoardTable, ...]:
    """The tables of an area. All regions below it have a line, kinds and types where something happened today."""
    kinds = sorted(each.key for each in picture.kinds)
    types = sorted(each.key for each in picture.unit_types)
    return (
        BoardTable(
            name="regions", title="按地区", column="地区", lines=_region_lines(picture, catalog, region_code)
        ),
        BoardTable(
            name="kinds",
            title="按票据种类",
            column="票据种类",
            lines=tuple(BoardLine(key=key, name=kind_name(catalog, key)) for key in kinds),
        ),
        BoardTable(
            name="types",
            title="按单位类型",
            column="单位类型",
            lines=tuple(BoardLine(key=key, name=UnitType(key).label) for key in types),
        ),
    )


def _region_lines(picture: AreaPicture, catalog: Catalog, region_code: str) -> tuple[BoardLine, ...]:
    below = {
        _digits(region.code): region
        for region in catalog.regions.values()
        if region.parent == region_code and region.ended_on is None
    }
    lines = [
        BoardLine(key=key, name=region.name, region=region.code) for key, region in sorted(below.items())
    ]
    # The area's own level, and regions that were merged or split up: their rows stay where they were counted.
    for key in sorted({each.key for each in picture.regions} - set(below)):
        lines.append(BoardLine(key=key, name=_other_name(catalog, key, region_code)))
    return tuple(lines)


def _digits(code: str) -> str:
    return code[:4] if code.endswith("00") else code


def _other_name(catalog: Catalog, key: str, region_code: str) -> str:
    region = catalog.regions.get(key.ljust(6, "0"))
    if region is None or region.code == region_code or key.endswith("00"):
        return f"{catalog.regions[region_code].name}本级"
    return f"{region.name}（已撤并）" if region.ended_on else region.name
