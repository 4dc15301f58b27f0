"""Seals, interface apps and issuing points of a unit by page, and what the unit sees of itself."""

import io
import re
import struct
import zlib

import httpx
import pytest
from PIL import Image, ImageDraw, PngImagePlugin
from tests.support.browser import Browser
from tests.support.waiting import until
from tests.support.world import BAOTOU, PROVINCE, World, a_world

from mingpiao.identity.model import Role
from mingpiao.sealing.service import PartyStore
from mingpiao.storage.notices import Notices

world = a_world()
#: For tests that change nothing.
unchanged = a_world(scope="module")


async def post(browser: Browser, address: str, **members: str) -> httpx.Response:
    return await browser.post(address, {"csrf_token": await browser.csrf_token(), **members})


def ring(side: int = 400, mode: str = "RGBA", *, opaque: bool = False, info: bool = False) -> bytes:
    picture = Image.new("RGBA", (side, side), (255, 255, 255, 255 if opaque else 0))
    ImageDraw.Draw(picture).ellipse((20, 20, side - 20, side - 20), outline=(200, 0, 0, 255), width=20)
    file = io.BytesIO()
    more = PngImagePlugin.PngInfo()
    more.add_text("Author", "somebody")
    picture.convert(mode).save(file, "PNG", pnginfo=more if info else None)
    return file.getvalue()


def bomb(side: int = 900) -> bytes:
    """Says 900 pixels and unpacks to far more."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">II", side, side) + b"\x08\x06\x00\x00\x00"
    body = zlib.compress(bytes(60_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


async def upload(browser: Browser, address: str, data: bytes) -> httpx.Response:
    return await browser.post(
        address,
        {"csrf_token": await browser.csrf_token(), "source": "uploaded"},
        files={"picture": ("seal.png", data)},
    )


async def test_a_seal_is_drawn_then_replaced_by_an_upload_and_bills_of_both_verify(world: World) -> None:
    charity = world.province.charity
    address = f"/finance/units/{charity.unit_id}/seal"
    first = (await world.issue(charity, charity.request(business_no="K1")))[0]
    async with await world.browser(region=PROVINCE) as browser:
        preview = await browser.get(f"{address}/preview.png")
        assert preview.content.startswith(b"\x89PNG")
        made = await post(browser, address, source="drawn")
        assert made.headers["location"] == f"{address}?made=1"
        assert "签章已制作" in (await browser.get(made.headers["location"])).text
        shown = (await browser.get(address)).text
        assert "签章已制作" not in shown
        assert '<summary class="h3">更换签章</summary>' in shown
        assert "不需要他人审核" in shown
        assert (await upload(browser, address, ring())).status_code == 303
        shown = (await browser.get(address)).text
        assert shown.count("已停用") == 2
        serial = await world.value(
            "SELECT serial FROM signing_keys WHERE owner = $1 AND retired_at IS NULL", charity.unit.uscc
        )
        picture = Image.open(io.BytesIO((await browser.get(f"{address}/{serial}")).content))
        assert picture.size == (400, 400)
        assert (await browser.get(f"{address}/0000")).status_code == 404
    parties = PartyStore(world.database, Notices(world.url))
    assert (await parties.in_use([("unit", charity.unit.uscc)])).key_info.serial == serial
    second = (await world.issue(charity, charity.request(business_no="K2")))[0]
    keys = await world.rows("SELECT DISTINCT unit_key_id FROM bills WHERE unit_id = $1", charity.unit_id)
    assert len(keys) == 2
    async with world.stranger() as stranger:
        for bill in (first, second):
            xml = await world.value("SELECT xml FROM bills WHERE bill_id = $1", int(bill.code + bill.number))
            assert charity.unit.name.encode() in xml
        assert (await stranger.get("/")).status_code == 200


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "请选择PNG格式的图片"),
        (b"GIF89a", "请选择PNG格式的图片"),
        (ring()[:300], "图片不完整"),
        (ring() + b"PK\x03\x04 something else", "图片末尾夹带了其他内容"),
        (ring(info=True), "夹带了文字或其他附加内容"),
        (ring(mode="RGB"), "RGBA（带透明通道）"),
        (ring(opaque=True), "背景应透明"),
        (ring(100), "边长200至1000像素；现在是100×100"),
        (ring(1200), "边长200至1000像素"),
        (bomb(), "图片不完整"),
        (bytes(250 * 1024), "图片超过200 kB"),
    ],
)
async def test_a_picture_that_does_not_do_is_told_and_no_key_is_made(
    unchanged: World, data: bytes, told: str
) -> None:
    before = await unchanged.value("SELECT count(*) FROM signing_keys")
    async with await unchanged.browser(region=PROVINCE) as browser:
        answer = await upload(browser, f"/finance/units/{unchanged.province.charity.unit_id}/seal", data)
    assert answer.status_code == 422
    assert told in answer.text
    assert await unchanged.value("SELECT count(*) FROM signing_keys") == before


async def test_colours_under_full_transparency_are_not_kept(world: World) -> None:
    hidden = Image.new("RGBA", (300, 300), (7, 77, 177, 0))
    ImageDraw.Draw(hidden).ellipse((30, 30, 270, 270), outline=(200, 0, 0, 255), width=30)
    file = io.BytesIO()
    hidden.save(file, "PNG")
    unit_id = world.province.charity.unit_id
    async with await world.browser(region=PROVINCE) as browser:
        assert (await upload(browser, f"/finance/units/{unit_id}/seal", file.getvalue())).status_code == 303
        serial = await world.value("SELECT serial FROM signing_keys ORDER BY key_id DESC LIMIT 1")
        kept = Image.open(io.BytesIO((await browser.get(f"/finance/units/{unit_id}/seal/{serial}")).content))
    assert kept.getpixel((0, 0)) == (0, 0, 0, 0)


async def test_an_app_is_created_its_secret_renewed_and_the_app_revoked(world: World) -> None:
    hospital = world.province.hospital
    address = f"/finance/units/{hospital.unit_id}/apps"

    def secret_of(answer: httpx.Response) -> str:
        found = re.search(r'id="app-secret">([0-9a-f]{64})<', answer.text)
        assert found, answer.text
        return found[1]

    async with await world.browser(region=PROVINCE) as browser:
        assert (await post(browser, address, name="")).status_code == 422
        first = secret_of(await post(browser, address, name="医院信息系统"))
        app_id = await world.value("SELECT app_id FROM interface_apps WHERE name = '医院信息系统'")
        assert first not in (await browser.get(address)).text
        found = await world.interface.apps.find(app_id)
        assert found is not None
        assert found.secret == first
        second = secret_of(await post(browser, f"{address}/{app_id}", verb="renew"))
        assert second != first
        assert (await post(browser, f"{address}/{app_id}", verb="revoke")).status_code == 303
        assert (await post(browser, f"{address}/{app_id}", verb="renew")).status_code == 409
        assert (await post(browser, f"{address}/unknown", verb="revoke")).status_code == 404
        online = f"/finance/units/{world.province.office.unit_id}/apps"
        assert (await post(browser, online, name="系统")).status_code == 409

    async def refused() -> bool:
        return await world.interface.apps.find(app_id) is None

    await until(refused)
    assert not await world.value("SELECT active FROM interface_apps WHERE app_id = $1", app_id)
    actions = await world.rows(
        "SELECT action FROM audit_log WHERE subject = $1 ORDER BY audit_id", f"app:{app_id}"
    )
    assert [each["action"] for each in actions] == [
        "interface_app:create", "interface_app:renew_secret", "interface_app:revoke",
    ]  # fmt: skip


async def test_points_are_saved_changed_and_switched_and_the_unit_sees_them(world: World) -> None:
    office = world.province.office
    address = f"/finance/units/{office.unit_id}/points"
    async with await world.browser(region=PROVINCE) as browser:
        for code, told in (("", "开票点代码应为"), ("门诊", "开票点代码应为"), ("A" * 21, "开票点代码应为")):
            wrong = await post(browser, address, code=code, name="门诊")
            assert (wrong.status_code, told in wrong.text) == (422, True)
        for _ in range(2):
            given = {"code": "MZ01", "name": "门诊一楼", "people": "张三、李四"}
            assert (await post(browser, address, **given)).status_code == 303
        await post(browser, address, code="MZ01", name="门诊二楼")
        await post(browser, address, code="MZ01", verb="close")
        assert (await post(browser, address, code="ZY", verb="close")).status_code == 404
        assert "门诊二楼" in (await browser.get(address)).text
    points = await world.rows("SELECT code, name, people, active FROM issuing_points")
    assert [tuple(each) for each in points] == [("MZ01", "门诊二楼", "", False)]
    actions = await world.rows(
        "SELECT action FROM audit_log WHERE action LIKE 'issuing_point:%' ORDER BY audit_id"
    )
    assert [each["action"] for each in actions] == [
        "issuing_point:save", "issuing_point:save", "issuing_point:close",
    ]  # fmt: skip
    async with await world.browser(Role.UNIT_HANDLER) as browser:
        own = (await browser.get("/unit/profile")).text
        for told in (office.unit.name, office.unit.uscc, "门诊二楼", "尚未开通", "可用收款项目"):
            assert told in own
        assert world.province.hospital.unit.name not in own


async def test_another_department_reaches_no_equipment(world: World) -> None:
    hospital = world.province.hospital
    outside = "150300" if hospital.unit.region_code.startswith(BAOTOU[:4]) else BAOTOU
    region = hospital.unit.region_code
    assert not region.startswith(outside[:4])
    async with await world.browser(Role.DEPARTMENT_HEAD, region=outside) as browser:
        before = await world.value("SELECT count(*) FROM audit_log")
        for name, given in (
            ("seal", {"source": "drawn"}),
            ("apps", {"name": "系统"}),
            ("points", {"code": "A", "name": "甲"}),
        ):
            address = f"/finance/units/{hospital.unit_id}/{name}"
            assert (await browser.get(address)).status_code == 404, name
            assert (await post(browser, address, **given)).status_code == 404, name
        assert (await browser.get(f"/finance/units/{hospital.unit_id}/seal/preview.png")).status_code == 404
        assert await world.value("SELECT count(*) FROM audit_log") == before
    for table in ("issuing_points", "unit_changes", "returned_numbers", "stock_limits"):
        policies = await world.value(
            "SELECT count(*) FROM pg_policies WHERE tablename = $1 AND policyname = 'department_units'", table
        )
        assert policies == 1, table
