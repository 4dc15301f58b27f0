"""A unit's program reads the unit's paper, and reports sheets that are spoilt, lost or given back."""

from typing import Any

import pytest
from tests.gateway.conftest import Api
from tests.paper.sheets import CODE, answer, down, given, officer, stocked
from tests.support.client import problem_of

from mingpiao.kernel.clock import today

CITY = "150100"
NOTICE = "本单位不慎遗失下列纸质票据，声明作废。"


def sheets(*ends: tuple[int, int]) -> list[dict[str, str]]:
    return [
        {"code": CODE, "first_number": f"{first:010d}", "last_number": f"{last:010d}"} for first, last in ends
    ]


def body(first: int, last: int, request_no: str = "Z-1", **changes: Any) -> dict[str, Any]:
    return {"request_no": request_no, "sheets": sheets((first, last)), "note": "打印错位"} | changes


async def supplied(api: Api) -> None:
    """The unit of `api.other` has sheets 1 to 100, of which 1 to 40 are at a point."""
    province, city = await stocked(api.world), await officer(api.world, CITY)
    await answer(api.world, city, await down(api.world, province, CITY, 1, 300))
    hospital = api.province.other_hospital
    await given(api.world, city, hospital, 1, 40, point="A")
    await given(api.world, city, hospital, 41, 100)


async def held(api: Api, query: str = "") -> list[tuple[str, str, int, list[tuple[int, int]]]]:
    found = (await api.other.get(f"/api/v1/paper{query}")).json()["paper"]
    return [
        (
            each["point"],
            each["state_name"],
            each["quantity"],
            [(int(one["first_number"]), int(one["last_number"])) for one in each["sheets"]],
        )
        for each in found
    ]


async def test_a_program_reports_what_became_of_sheets(api: Api) -> None:
    await supplied(api)
    assert await held(api) == [("", "在库", 60, [(41, 100)]), ("A", "在库", 40, [(1, 40)])]
    answer_ = await api.other.post("/api/v1/paper/voids", body(2, 3))
    assert answer_.status_code == 200, answer_.text
    made = answer_.json()
    assert (made["way"], made["way_name"], made["quantity"], made["note"]) == ("void", "作废", 2, "打印错位")
    assert made["sheets"] == [sheets((2, 3))[0] | {"quantity": 2}]
    assert (await api.other.post("/api/v1/paper/voids", body(2, 3))).json() == made
    assert problem_of(await api.other.post("/api/v1/paper/voids", body(2, 4))) == (
        409,
        "paper.request_no_used",
        "",
    )
    loss = body(5, 5, "Z-2", lost_on=today().isoformat(), notice=NOTICE)
    lost = (await api.other.post("/api/v1/paper/losses", loss)).json()
    assert (lost["way"], lost["quantity"]) == ("lose", 1)
    assert (await api.other.post("/api/v1/paper/losses", loss)).json() == lost
    back = (await api.other.post("/api/v1/paper/returns", body(91, 100, "Z-3"))).json()
    assert (back["way_name"], back["quantity"]) == ("退回", 10)
    assert await held(api) == [
        ("", "已遗失", 1, [(5, 5)]),
        ("", "在库", 50, [(41, 90)]),
        ("", "已作废", 2, [(2, 3)]),
        ("A", "在库", 37, [(1, 1), (4, 4), (6, 40)]),
    ]
    assert await held(api, "?point=A&kind=0601") == [("A", "在库", 37, [(1, 1), (4, 4), (6, 40)])]
    assert await held(api, "?point=") == (await held(api))[:3]
    assert await held(api, "?kind=0602") == []
    part = f"/sheets?code={CODE}&first=0000000003&last=0000000041"
    assert await held(api, part) == [
        ("", "已遗失", 1, [(5, 5)]),
        ("", "在库", 1, [(41, 41)]),
        ("", "已作废", 1, [(3, 3)]),
        ("A", "在库", 36, [(4, 4), (6, 40)]),
    ]
    actors = await api.world.rows("SELECT DISTINCT made_by FROM paper_steps WHERE way IN ('void', 'lose')")
    assert [row["made_by"].split(":")[0] for row in actors] == ["app"]
    # What the department has in hand is told to its own unit, and to no other.
    assert (await api.hospital.get("/api/v1/paper")).json() == {"paper": []}
    assert (await api.hospital.get(f"/api/v1/paper{part}")).json() == {"paper": []}


@pytest.mark.parametrize(
    ("place", "changes", "told"),
    [
        ("voids", {"note": ""}, (422, "paper.form_invalid", "note")),
        ("voids", {"note": "\x00"}, (422, "paper.form_invalid", "note")),
        ("voids", {"request_no": ""}, (422, "paper.form_invalid", "request_no")),
        ("voids", {"request_no": "platform-use-1"}, (422, "paper.form_invalid", "request_no")),
        ("voids", {"sheets": []}, (422, "paper.ranges_missing", "sheets")),
        ("voids", {"sheets": sheets((9, 8))}, (422, "paper.ranges_backwards", "sheets")),
        ("voids", {"sheets": sheets((1, 5), (5, 6))}, (422, "paper.ranges_overlap", "sheets")),
        ("voids", {"sheets": sheets((1, 9_999_999_999))}, (422, "paper.ranges_too_many", "sheets")),
        ("voids", {"sheets": [sheets((1, 1))[0] | {"code": "1"}]}, (422, "paper.ranges_malformed", "sheets")),
        (
            "voids",
            {"sheets": [{"code": f"{CODE}", "first_number": "", "last_number": "0000000001"}]},
            (422, "paper.ranges_malformed", "sheets"),
        ),
        ("voids", {"sheets": sheets((101, 101))}, (409, "paper.not_held", "sheets")),
        ("returns", {"sheets": sheets((1, 1))}, (409, "paper.not_held", "sheets")),
        ("losses", {"lost_on": "2026-13-01"}, (400, "request.value_invalid", "lost_on")),
        ("losses", {"lost_on": "9999-12-31"}, (422, "paper.form_invalid", "lost_on")),
        ("losses", {"notice": "丢了"}, (422, "paper.form_invalid", "notice")),
        ("losses", {"point": "A"}, (400, "request.field_unknown", "point")),
    ],
)
async def test_wrong_input_is_told_and_moves_nothing(
    api: Api, place: str, changes: dict[str, Any], told: tuple[int, str, str]
) -> None:
    await supplied(api)
    usual = {"lost_on": today().isoformat(), "notice": NOTICE} if place == "losses" else {}
    answer_ = await api.other.post(f"/api/v1/paper/{place}", body(1, 1) | usual | changes)
    assert problem_of(answer_) == told
    assert await held(api) == [("", "在库", 60, [(41, 100)]), ("A", "在库", 40, [(1, 40)])]


async def test_ranges_that_are_none(api: Api) -> None:
    for query, told in (
        ("", (422, "paper.ranges_malformed", "")),
        (f"?code={CODE}&first=1&last=2", (422, "paper.ranges_malformed", "")),
        (f"?code={CODE}&first=0000000002&last=0000000001", (422, "paper.ranges_backwards", "")),
        (f"?code={CODE}9&first=0000000002&last=0000000001", (400, "request.parameter_invalid", "code")),
    ):
        assert problem_of(await api.other.get(f"/api/v1/paper/sheets{query}")) == told, query
