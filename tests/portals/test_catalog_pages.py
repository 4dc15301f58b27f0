"""基础数据: what the province changes at once, what a second person approves, what others may only read."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.support.browser import Browser, members_of
from tests.support.province import ACTING
from tests.support.waiting import until
from tests.support.world import HOHHOT, PROVINCE, XINCHENG, World, a_world, codes_of

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CHANNEL, load
from mingpiao.identity.model import Role
from mingpiao.issuing.model import Refused
from mingpiao.kernel.clock import today
from mingpiao.storage.notices import notify

site = a_world()
#: For tests that change nothing.
unchanged = a_world(scope="module")
LISTS = ("regions", "departments", "categories", "code-lists", "kinds", "items", "libraries")
#: Name, value and state of the boxes of a form.
_BOXES = re.compile(r'type="checkbox" name="([^"]+)" value="([^"]*)"( checked)?')
OFFICER, HEAD = Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD


async def officer(site: World) -> Browser:
    return await site.browser(OFFICER, region=PROVINCE)


async def catalog_of(site: World) -> Catalog:
    """The catalog as it is stored: the process hears of a change a moment later."""
    async with site.database.system() as connection:
        return await load(connection)


async def approve(site: World, address: str) -> Any:
    """What a head answers who approves the proposal at an address."""
    head = await site.browser(HEAD, region=PROVINCE)
    shown = await head.get(address)
    assert shown.status_code == 200
    return await head.submit(shown, address, decision="approve")


async def change(browser: Browser, address: str, **members: str) -> Any:
    """What the form at an address answers to changed members."""
    shown = await browser.get(address)
    assert shown.status_code == 200, shown.text
    chosen: dict[str, Any] = {}
    for name, value, checked in _BOXES.findall(shown.text):
        chosen.setdefault(name, []).extend([value] if checked else [])
    return await browser.post(address, members_of(shown.text) | chosen | members)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", LISTS)
async def test_everybody_of_finance_reads_and_only_the_province_changes(unchanged: World, name: str) -> None:
    city = await unchanged.browser(HEAD, region=HOHHOT)
    listed = await city.get(f"/finance/{name}")
    assert listed.status_code == 200
    assert "新建" not in listed.text.replace("由省级财政部门新建、导入", "").replace("新建和", "").replace(
        "新建区划", ""
    )
    assert (await city.get(f"/finance/{name}/import")).status_code == 200
    province = await officer(unchanged)
    assert f'href="/finance/{name}/import"' in (await province.get(f"/finance/{name}")).text
    assert (await province.get(f"/finance/{name}/none")).status_code == 404
    if name != "departments":
        assert (await city.get(f"/finance/{name}/new")).status_code == 403
        token = await city.csrf_token()
        refused = await city.post(
            f"/finance/{name}/new", data={"csrf_token": token, "code": "9", "name": "x", "reason": "x"}
        )
        assert refused.status_code == 403


async def test_home_leads_to_each_list_in_order(site: World) -> None:
    home = (await (await officer(site)).get("/finance/catalog")).text
    places = [home.rindex(f'href="/finance/{name}"') for name in LISTS]
    assert places == sorted(places)
    assert "共 110 个收款项目" in home


async def test_a_new_rate_begins_on_its_day_after_approval(site: World) -> None:
    browser = await officer(site)
    old = (await catalog_of(site)).items["011101"]
    day = today() + timedelta(days=10)
    answer = await change(
        browser,
        "/finance/items/011101/edit",
        rate_minimum="25",
        rate_since=day.isoformat(),
        reason="发改价格〔2026〕1号",
    )
    proposal = answer.headers["location"]
    assert proposal.startswith("/finance/approvals/")
    assert (await catalog_of(site)).items["011101"] == old
    waiting = await browser.get("/finance/items/011101")
    assert f'href="{proposal}"' in waiting.text
    again = await change(browser, "/finance/items/011101/edit", name="别的费", reason="再改")
    assert again.status_code == 409
    assert "该收款项目已有一项变更待审" in again.text
    assert (await approve(site, proposal)).headers["location"] == proposal
    new = (await catalog_of(site)).items["011101"]
    assert new.rate == old.rate
    assert [(each.since, str(each.rate.minimum)) for each in new.later_rates] == [(day, "25")]
    assert new.rate_on(day - timedelta(days=1)) == old.rate
    shown = (await browser.get("/finance/items/011101")).text
    for words in ("第2版", "发改价格〔2026〕1号", f"{day} 起 25", "测试人员提交"):
        assert words in shown


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(site: World) -> None:
    browser = await officer(site)
    past = (today() - timedelta(days=1)).isoformat()
    for members, field, words in (
        ({"rate_minimum": "25"}, "rate_since", "请填写自何日起执行"),
        ({"rate_minimum": "25", "rate_since": past}, "rate_since", "最早自今天"),
        ({"rate_minimum": "abc"}, "rate_minimum", "应为数字"),
        ({"regions": "999999"}, "regions", "行政区划中没有：999999"),
        ({"name": "费\u200b"}, "name", "名称中有不能显示的字符"),
        ({"basis_date": "2026/1/1"}, "basis_date", "应为日期"),
    ):
        answer = await change(browser, "/finance/items/011101/edit", reason="试一试", **members)
        assert answer.status_code == 422, (members, answer.headers)
        assert words in answer.text
        assert f'id="{field}-error"' in answer.text
        assert "试一试" in answer.text
    nothing = await change(browser, "/finance/items/011101/edit", reason="试一试")
    assert nothing.status_code == 422
    assert "内容没有变化，无需提交。" in nothing.text
    silent = await change(browser, "/finance/items/011101/edit", name="新名称费")
    assert silent.status_code == 422
    assert "请填写变更原因。" in silent.text
    assert await site.value("SELECT count(*) FROM proposals") == 0


def new_item(code: str, **members: str) -> dict[str, str]:
    """The form of a new item."""
    return {
        "code": code,
        "name": "新项目费",
        "measure_unit": "次",
        "rate_minimum": "20",
        "kinds": "0101",
        "reason": "新设",
    } | members


async def test_an_items_code_has_six_digits_and_begins_with_a_category(site: World) -> None:
    browser = await officer(site)
    for code, told in (
        ("HF01", "编码应为6位数字，请修改。"),
        ("0199910", "编码应为6位数字，请修改。"),
        ("779991", "编码前两位应为已有的票据分类，请先建立分类或修改编码。"),
    ):
        answer = await change(browser, "/finance/items/new", **new_item(code))
        assert (answer.status_code, told in answer.text) == (422, True), code
        assert 'id="code-error"' in answer.text
        assert "六位数字，前两位是票据分类的编码" in answer.text
        table = f"编码,名称,计量单位,收费标准类型,适用票种\n{code},新项目,次,据实,0101\n"
        assert told in (await imported(browser, "items", table, "try")).text, code
    assert await site.value("SELECT count(*) FROM proposals") == 0
    # What was made before codes were checked goes on.
    await site.value(
        'INSERT INTO charge_items SELECT (jsonb_populate_record(one, \'{"code": "HF01"}\')).* '
        "FROM charge_items one WHERE code = '011105'"
    )
    async with site.database.system() as connection:
        await notify(connection, CHANNEL)

    async def heard() -> bool:
        return (await browser.get("/finance/items/HF01")).status_code == 200

    await until(heard)
    answer = await change(browser, "/finance/items/HF01/edit", state="retired", reason="停用")
    await approve(site, answer.headers["location"])
    assert (await catalog_of(site)).items["HF01"].retired


async def test_a_change_links_to_what_is_there(site: World) -> None:
    browser = await officer(site)
    answer = await change(browser, "/finance/items/new", **new_item("019991"))
    proposal = answer.headers["location"]
    link = 'href="/finance/items/019991"'
    assert link not in (await browser.get(proposal)).text
    await approve(site, proposal)
    assert link in (await browser.get(proposal)).text
    assert (await browser.get("/finance/items/019991")).status_code == 200
    answer = await change(browser, "/finance/items/011101/edit", name="新名称费", reason="更名")
    assert 'href="/finance/items/011101"' in (await browser.get(answer.headers["location"])).text


async def test_rates_read_as_one(site: World) -> None:
    browser = await officer(site)
    day = today() + timedelta(days=10)
    await change(browser, "/finance/items/new", **new_item("019991"))
    bounded = new_item("019992", rate_kind="bounded", rate_minimum="0.125", rate_maximum="1500")
    await change(browser, "/finance/items/new", **bounded)
    await change(browser, "/finance/items/new", **new_item("019993", rate_kind="free", rate_minimum=""))
    later = {"rate_minimum": "25", "rate_since": day.isoformat(), "reason": "调价"}
    for (proposal_id,) in await site.rows("SELECT proposal_id FROM proposals ORDER BY 1"):
        await approve(site, f"/finance/approvals/{proposal_id}")
    answer = await change(browser, "/finance/items/019991/edit", **later)
    await approve(site, answer.headers["location"])

    async def told(code: str) -> str:
        listed = (await browser.get(f"/finance/items?words={code}")).text
        row = listed[listed.index("<tbody") :].partition("</tr>")[0]
        return " ".join(re.sub(r"<[^>]+>", " ", row).split())

    async def heard() -> bool:
        return "25.00" in await told("019991")

    await until(heard)
    assert f"20.00（固定）；{day} 起 25.00（固定）" in await told("019991")
    assert "0.125 至 1,500.00（限额）" in await told("019992")
    assert "据实" in await told("019993")
    assert "最高标准" not in (await browser.get("/finance/items?words=019992")).text.partition("<thead")[2]
    exported = (await browser.get("/finance/items/export.csv?words=019992")).text
    assert "限额,0.125,1500," in exported
    assert "1,500.00" not in exported


async def test_fields_of_a_kind_take_their_choices_from_a_code_list(site: World) -> None:
    browser = await officer(site)
    made = await change(
        browser,
        "/finance/code-lists/new",
        **{"code": "colour", "name": "颜色", "reason": "新设", "entries-0-code": "1", "entries-0-name": "红"},
        **{"entries-2-code": "2", "entries-2-name": "绿", "entries-2-state": "retired"},
    )
    assert made.headers["location"] == "/finance/code-lists/colour"
    kind = (await catalog_of(site)).kinds["0101"]
    place = len(kind.extension_fields)
    row = {"name": "Colour", "label": "颜色", "type": "choice", "required": "no", "max_length": "10"}
    members = {f"extension_fields-{place}-{name}": value for name, value in row.items()}
    wrong = await change(browser, "/finance/kinds/0101/edit", reason="加颜色", **members)
    assert wrong.status_code == 422
    assert "请填写选项，或选择代码表。" in wrong.text
    members[f"extension_fields-{place}-code_list"] = "colour"
    answer = await change(browser, "/finance/kinds/0101/edit", reason="加颜色", **members)
    await approve(site, answer.headers["location"])
    field = (await catalog_of(site)).kinds["0101"].extension_fields[-1]
    assert (field.name, field.code_list, field.choices) == ("Colour", "colour", ("红",))
    assert "修改它涉及1个票据种类" in (await browser.get("/finance/code-lists/colour")).text


async def test_a_year_of_a_kind_has_four_digits_and_is_asked_for_as_one(site: World) -> None:
    browser = await officer(site)
    place = len((await catalog_of(site)).kinds["0101"].extension_fields)
    row = {"name": "Year", "label": "所属年度", "type": "year", "max_length": "18", "minimum": "2000"}
    members = {f"extension_fields-{place}-{name}": value for name, value in row.items()}
    address = "/finance/kinds/0101/edit"
    half = await change(
        browser, address, reason="加年度", **members | {f"extension_fields-{place}-minimum": "2000.5"}
    )
    assert (half.status_code, "年份没有小数，请修改。" in half.text) == (422, True)
    await approve(site, (await change(browser, address, reason="加年度", **members)).headers["location"])
    assert "年份" in (await browser.get("/finance/kinds/0101")).text
    office = site.province.office

    async def told(year: str) -> list[tuple[str, str]]:
        request = office.request(kind="0101", business_no=f"Y-{year}", extension={"Year": year})
        (outcome,) = await site.desk.issue(office.unit_id, [request], acting=ACTING)
        problems = outcome.problems if isinstance(outcome, Refused) else ()
        return [(problem.code, problem.message) for problem in problems]

    async def heard() -> bool:
        return [code for code, _ in await told("12.50")] != ["extension.unknown"]

    await until(heard)
    wanted = [("extension.bad_number", "所属年度应为四位年份，只填数字（如2026），请修改。")]
    for wrong in ("12.50", "2026.0", "2026年", "26", "02026", "1899"):
        assert await told(wrong) == wanted, wrong
    assert await told("1999") == [("extension.out_of_range", "所属年度不能小于2000，请修改。")]
    assert await told("2026") == []
    handler = await site.browser(Role.UNIT_HANDLER)
    form = (await handler.get("/unit/issue?kind=0101")).text
    assert "四位年份，如2026，不能小于2000" in form
    sheet = (await handler.get("/unit/batches/new?kind=0101")).text
    assert "可不填。四位年份，如2026。不能小于2000。" in sheet
    assert "12.50" not in sheet


async def test_a_number_of_a_kind_has_bounds_that_bills_keep_to(site: World) -> None:
    browser = await officer(site)
    place = len((await catalog_of(site)).kinds["0101"].extension_fields)

    def members(**row: str) -> dict[str, str]:
        whole = {
            "name": "Days",
            "label": "天数",
            "type": "number",
            "required": "no",
            "max_length": "10",
        } | row
        return {f"extension_fields-{place}-{name}": value for name, value in whole.items()}

    address = "/finance/kinds/0101/edit"
    for row, told in (
        ({"minimum": "9", "maximum": "1"}, "最大值不能小于最小值，请修改。"),
        ({"minimum": "1", "type": "text"}, "只有金额、数字和年份可以有最小值和最大值，请清空或修改类型。"),
        ({"maximum": "x"}, "应为数字，只用数字和小数点，请修改。"),
    ):
        wrong = await change(browser, address, reason="加天数", **members(**row))
        assert (wrong.status_code, told in wrong.text) == (422, True), told
    answer = await change(browser, address, reason="加天数", **members(minimum="1", maximum="366"))
    await approve(site, answer.headers["location"])
    field = (await catalog_of(site)).kinds["0101"].extension_fields[-1]
    assert (field.minimum, field.maximum, field.bounds) == (1, 366, "应在1至366之间")
    office = site.province.office

    async def codes(days: str) -> list[tuple[str, str]]:
        request = office.request(kind="0101", business_no=f"D-{days}", extension={"Days": days})
        (outcome,) = await site.desk.issue(office.unit_id, [request], acting=ACTING)
        return codes_of(outcome) if isinstance(outcome, Refused) else []

    async def heard() -> bool:
        return await codes("0") != [("extension.unknown", "extension/Days")]

    await until(heard)
    assert await codes("0") == [("extension.out_of_range", "extension/Days")]
    assert await codes("366.5") == [("extension.out_of_range", "extension/Days")]
    assert await codes("1") == await codes("366") == []


async def test_an_export_is_imported_again_without_any_change(site: World) -> None:
    browser = await officer(site)
    await change(browser, "/finance/libraries/new", code="x", name="测试库", items="011101", reason="新设")
    entry = {"entries-0-code": "1", "entries-0-name": "红"}
    await change(browser, "/finance/code-lists/new", code="x", name="颜色", reason="新设", **entry)
    for name in LISTS:
        answer = await browser.get(f"/finance/{name}/export.xlsx")
        tried = await browser.post(
            f"/finance/{name}/import",
            data={"csrf_token": await browser.csrf_token(), "action": "try"},
            files={"file": ("data.xlsx", answer.content)},
        )
        assert tried.status_code == 200, name
        assert "不能导入" not in tried.text, name
        assert "导入可以导入的" not in tried.text, name
        assert "内容相同，跳过" in tried.text, name


async def imported(browser: Browser, name: str, text: str, action: str) -> Any:
    token = await browser.csrf_token()
    if action == "import":
        return await browser.post(
            f"/finance/{name}/import", data={"csrf_token": token, "action": action, "rows": text}
        )
    return await browser.post(
        f"/finance/{name}/import",
        data={"csrf_token": token, "action": action},
        files={"file": ("data.csv", text.encode())},
    )


async def test_a_code_table_of_regions_is_imported(site: World) -> None:
    browser = await officer(site)
    table = "区划代码,名称\n159000,新设市\n159001,新设区\n150102,新城新区\n990000,外省\n"
    tried = await imported(browser, "regions", table, "try")
    assert tried.status_code == 200
    assert "导入可以导入的 3 行" in tried.text
    assert "区划代码应以15开头" in tried.text
    assert "159000" not in (await catalog_of(site)).regions
    done = await imported(browser, "regions", table, "import")
    assert "已新建 2 个、更新 1 个行政区划。" in done.text
    catalog = await catalog_of(site)
    assert catalog.regions["159001"].parent == "159000"
    assert catalog.departments["159001"].name == "新设区财政局"
    assert catalog.regions[XINCHENG].name_on(today() - timedelta(days=1)) == "新城区"
    assert catalog.regions[XINCHENG].name == "新城新区"
    again = await imported(browser, "regions", table, "try")
    assert "导入可以导入的" not in again.text


async def test_items_are_imported_after_approval(site: World) -> None:
    browser = await officer(site)
    table = (
        "编码,名称,计量单位,收费标准类型,最低标准,适用票种,单位类型\n"
        "019991,新项目甲,次,固定标准,5,0101,学校、医疗机构\n019992,新项目乙,次,据实,,0101,\n"
    )
    done = await imported(browser, "items", table, "import")
    assert "须由另一人审核的变更已提交" in done.text
    assert "019991" not in (await catalog_of(site)).items
    proposal = await site.value("SELECT proposal_id FROM proposals")
    shown = await browser.get(f"/finance/approvals/{proposal}")
    assert "019991 新项目甲等2项" in shown.text
    await approve(site, f"/finance/approvals/{proposal}")
    items = (await catalog_of(site)).items
    assert items["019991"].unit_types == ("school", "hospital")
    assert items["019992"].pinyin == "xxmy"


async def test_a_region_is_merged_and_its_units_move(site: World) -> None:
    unit = site.unit.unit
    home, into = XINCHENG, "150103"
    await site.value("UPDATE units SET region_code = $1 WHERE unit_id = $2", home, unit.unit_id)
    (bill,) = await site.issue(site.unit, site.unit.request())
    browser = await officer(site)
    here = f"/finance/regions/{home}"
    wrong = await change(browser, f"{here}/reform", into="999999", reason="合并")
    assert wrong.status_code == 422
    assert "并入的区划不存在" in wrong.text
    answer = await change(browser, f"{here}/reform", into=into, reason="国务院批复")
    proposal = answer.headers["location"]
    assert "涉及1家用票单位" in (await browser.get(proposal)).text
    await approve(site, proposal)
    ended = (await catalog_of(site)).regions[home]
    assert (ended.ended_on, ended.successors) == (today(), (into,))
    assert (await site.units.profile(unit.unit_id)).unit.region_code == into
    kept = await site.value("SELECT region_code FROM bills WHERE bill_id = $1", bill.bill_id)
    assert kept == home
    assert "已撤并，不能再修改" in (await change(browser, f"{here}/edit", name="新", reason="x")).text
    below = await change(browser, f"/finance/regions/{into}/edit", parent=home, reason="x")
    assert (below.status_code, "已撤并，请改为接替它的区划" in below.text) == (422, True)


async def test_a_region_is_split(site: World) -> None:
    browser = await officer(site)
    members = {
        "new-0-code": "150195",
        "new-0-name": "新设甲区",
        "new-1-code": "150196",
        "new-1-name": "新设乙区",
    }
    answer = await change(browser, "/finance/regions/150102/reform", into="150195", reason="批复", **members)
    await approve(site, answer.headers["location"])
    catalog = await catalog_of(site)
    assert catalog.regions["150102"].successors == ("150195", "150196")
    assert {catalog.regions[code].parent for code in ("150195", "150196")} == {"150100"}
    assert catalog.departments["150196"].name == "新设乙区财政局"


async def test_units_go_on_under_the_code_of_a_new_template_year(site: World) -> None:
    browser = await officer(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    answer = await change(browser, f"/finance/kinds/{bill.kind}/edit", template_year="2026", reason="换版")
    assert "份草稿" not in (await browser.get(answer.headers["location"])).text
    await approve(site, answer.headers["location"])
    kind = (await catalog_of(site)).kinds[bill.kind]
    code = (await catalog_of(site)).bill_code(kind)
    assert code != bill.code
    assert await site.value("SELECT count(*) FROM number_pools WHERE code = $1", code) == 1
    backwards = await change(browser, f"/finance/kinds/{bill.kind}/edit", template_year="2025", reason="退回")
    assert backwards.status_code == 422
    assert "模板年份不能早于现行年份" in backwards.text
