"""/finance: 概览, a department's overview."""

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.issuing.service import day_totals
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Problem
from mingpiao.portals.forms import clean_text, read_day, read_query
from mingpiao.portals.overview.figures import COMPARED_DAYS, Overview, Share, build_overview
from mingpiao.portals.overview.worklist import load_worklist
from mingpiao.portals.regions import chosen_region, crumbs_above
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.writeoff.service import load_policies


@get("/")
async def overview(call: NamedDependency[PageCall]) -> Response[str]:
    """Bills and amounts of a day compared with the thirty days before, by kind and by region."""
    catalog = await call.services.catalog.get()
    given = read_query(call.request)
    region_code = chosen_region(call.session.account, catalog, clean_text(given.get("region", "")))
    day, problems = _chosen_day(clean_text(given.get("day", "")))
    async with call.reads() as connection:
        totals = await day_totals(connection, day - timedelta(days=COMPARED_DAYS), day)
        tiles = await load_worklist(connection, region_code)
        begins_on = (await load_policies(connection)).of(region_code).policy.begins_on
    prefix = region_prefix(region_code)
    seen = [total for total in totals if total.region_code.startswith(prefix)]
    figures = build_overview(seen, day, region_code, catalog)
    return page(
        call.request,
        "overview/finance.html",
        status=422 if problems else 200,
        title="概览",
        problems=problems,
        overview=figures,
        tiles=tiles,
        writeoff_waits=begins_on is None and call.session.account.region_code == f"{catalog.province}0000",
        charts=_charts(figures),
        region=catalog.regions[region_code],
        regions_above=[
            catalog.regions[code] for code in crumbs_above(call.session.account, catalog, region_code)
        ],
        today=today(),
        day_before=day - timedelta(days=1),
        day_after=day + timedelta(days=1),
        read_at=now(),
    )


def _chosen_day(text: str) -> tuple[date, tuple[Problem, ...]]:
    present = today()
    if not text:
        return present, ()
    try:
        day = read_day(text)
    except ValueError:
        day = None
    if day is None or day > present:
        message = "日期不正确或晚于今天，已显示今天的数据，请重新选择。"
        return present, (Problem(code="overview.day_invalid", field="day", message=message, status=422),)
    return day, ()


def _charts(figures: Overview) -> dict[str, str]:
    """Data of the charts as JSON, for attributes that finance.js reads."""
    labels = [each.day.strftime("%m-%d") for each in figures.days]
    counts = [each.issued_count for each in figures.days]
    amounts = [float(each.issued_amount) for each in figures.days]
    reversals = [each.reversed_count for each in figures.days]
    return {
        "count": _trend(labels, counts, "份", figures.count.average),
        "amount": _trend(labels, amounts, "元", figures.amount.average),
        "reversals": _trend(labels, reversals, "份", None),
        "kinds": _bars(figures.kinds, figures.compared_days),
        "regions": _bars(figures.regions, figures.compared_days),
    }


def _trend(labels: list[str], values: list[Any], unit: str, average: Any) -> str:
    line = None if average is None else float(average)
    return _json({"type": "trend", "labels": labels, "values": values, "unit": unit, "average": line})


def _bars(shares: tuple[Share, ...], compared_days: int) -> str:
    return _json(
        {
            "type": "bars",
            # Every kind is electronic, so the chart's labels leave this word out to save space.
            "labels": [share.name.removesuffix("（电子）") for share in shares],
            "values": [share.count for share in shares],
            "averages": [float(share.average_count) for share in shares] if compared_days else None,
            "unit": "份",
        }
    )


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


HANDLERS = [overview]
