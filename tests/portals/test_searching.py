"""The search box: what it finds, for whom, and what leads straight to its bill."""

from tests.support.world import World, a_world

from mingpiao.issuing.model import Payer

site = a_world("peopled", demo=True)


async def test_a_whole_number_or_business_number_leads_to_its_bill(site: World) -> None:
    (bill,) = await site.issue(site.unit, site.unit.request(kind="0301", business_no="S-1"))
    unit, department = await site.browser("checker"), await site.browser("head")
    for words in (f"{bill.code}-{bill.number}", bill.code + bill.number, bill.number, "S-1"):
        answer = await unit.get("/unit/search", q=words)
        assert answer.headers["location"] == f"/unit/bills/{bill.code}/{bill.number}", words
    answer = await department.get("/finance/search", q=f"{bill.code} {bill.number}")
    assert answer.headers["location"] == f"/finance/bills/{bill.code}/{bill.number}"


async def test_results_are_grouped_and_stay_within_what_one_may_see(site: World) -> None:
    requests = [
        site.unit.request(kind="0301", business_no=f"S-{n}", payer=Payer(type="1", name=f"甲公司{n}"))
        for n in range(2)
    ]
    (first, second) = await site.issue(site.unit, *requests)
    unit, department = await site.browser("checker"), await site.browser("head")
    by_payer = (await unit.get("/unit/search", q="甲公司")).text
    assert first.number in by_payer
    assert second.number in by_payer
    assert "缴款人（近30天）含“甲公司”的票据" in by_payer
    assert first.number in (await unit.get("/unit/search", q=first.number[-4:])).text
    name = (await site.services.units.profile(site.unit.unit_id)).unit.name
    assert (
        f'<a href="/finance/units/{site.unit.unit_id}">{name}</a>'
        in (await department.get("/finance/search", q=name)).text
    )
    for words in ("%", "没有这个", "15010126-9999999999"):
        assert "没有找到" in (await unit.get("/unit/search", q=words)).text
    assert "请输入要查找的内容" in (await unit.get("/unit/search")).text
    assert (await unit.get("/finance/search", q="甲公司")).status_code == 403
