"""How review does, in numbers that are worked out by hand here."""

from datetime import timedelta
from decimal import Decimal

from tests.applications.window import COUNTY, ELSEWHERE, PROVINCE, Window, finding

from mingpiao.applications.service import review_figures
from mingpiao.kernel.clock import today
from mingpiao.storage.scope import DepartmentScope

_SUPERVISED = (
    "INSERT INTO bill_supervision (unit_id, bill_id, findings, confirmations, evidence, claims, application_id) "
    "SELECT unit_id, bill_id, '[]', $2::jsonb, '[]', '[]', $3 FROM bills WHERE business_no = $1"
)


async def test_figures_of_a_period_and_a_region(window: Window) -> None:
    pool = window.world.database.pool
    for number in ("A", "B", "C"):
        await window.submit(window.request(f"PLAIN-{number}"))
    reviewed = [
        await window.appeal("SQ-1", finding("A-1")),
        await window.appeal("SQ-2", finding("A-1"), finding("A-2")),
        await window.appeal("SQ-3", finding("A-2")),
        await window.appeal("SQ-4", finding("A-2")),
    ]
    hours = (2, 4, 10)
    for application, ago in zip(reviewed, hours, strict=False):
        await pool.execute(
            "UPDATE applications SET appealed_at = now() - $1::interval WHERE application_id = $2",
            timedelta(hours=ago),
            application.application_id,
        )
    window.desk.asks = ()
    officer = window.officer(reviewed[0])
    await window.reviews.approve(reviewed[0].application_id, "合同约定分期支付", acting=officer)
    await window.reviews.approve(reviewed[1].application_id, "合同约定分期支付", acting=officer)
    await pool.execute("UPDATE applications SET due_at = now() - interval '1 hour' WHERE state = 'in_review'")
    await window.reviews.reject(reviewed[2].application_id, "不符", acting=officer)
    await pool.execute(_SUPERVISED, "PLAIN-A", [], None)
    await pool.execute(_SUPERVISED, "PLAIN-B", [], None)
    await pool.execute(_SUPERVISED, "PLAIN-C", [{"rule": "A-1", "reason": "属实"}], None)
    for application in reviewed[:2]:
        await pool.execute(_SUPERVISED, application.business_no, [], application.application_id)
    await pool.execute(
        "INSERT INTO rule_hits (unit_id, code, day, asked, confirmed) VALUES ($1, 'A-1', $2, 10, 4) "
        "ON CONFLICT (unit_id, code, day) DO UPDATE SET asked = 10, confirmed = 4",
        window.unit.unit_id,
        today(),
    )
    for scope in (COUNTY, PROVINCE):
        async with window.world.database.scoped(DepartmentScope(scope)) as connection:
            found = await review_figures(connection, today() - timedelta(days=1), today())
        assert (found.ways.direct, found.ways.confirmed, found.ways.reviewed, found.ways.rejected) == (
            2,
            1,
            2,
            1,
        )
        assert found.ways.machine_percent == Decimal("33.3")
        whole = found.whole
        assert (whole.approved, whole.returned, whole.rejected, whole.late) == (2, 0, 1, 1)
        assert (whole.waiting, whole.overdue) == (1, 1)
        assert (whole.median_hours, whole.p90_hours) == (Decimal("4.0"), Decimal("8.8"))
        assert [each.region_code for each in found.departments] == [COUNTY]
        rules = {each.code: each for each in found.rules}
        # Of the four that were issued after a question two were the department's.
        assert (rules["A-1"].asked, rules["A-1"].confirmed, rules["A-1"].overturned) == (10, 2, 2)
        assert rules["A-1"].overturned_percent == Decimal("20.0")
        assert (rules["A-2"].decided, rules["A-2"].overturned) == (2, 1)
        assert [each.code for each in found.rules] == ["A-1", "A-2"]


async def test_figures_where_there_is_nothing(window: Window) -> None:
    await window.reviews.approve(
        (await window.appeal()).application_id, "合同约定分期支付", acting=window.officers[COUNTY][0]
    )
    async with window.world.database.scoped(DepartmentScope(ELSEWHERE)) as connection:
        found = await review_figures(connection, today(), today())
    assert (found.ways.total, found.ways.machine_percent, found.whole.decided) == (0, None, 0)
    assert (found.whole.median_hours, found.departments, found.rules) == (None, (), ())
