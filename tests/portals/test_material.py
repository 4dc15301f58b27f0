"""按材料填写: what a file says goes into empty fields, is only offered beside filled ones, and keeps its source."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.evidence import hostile
from tests.portals.test_evidence_pages import _read_all as read_all
from tests.portals.test_evidence_pages import _send as send
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.demo.evidence import file_of
from mingpiao.demo.units import demo_units
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem

KIND = "0301"
#: A page of `_agreement()` as a telephone would keep it, encoded once with libheif.
PHOTO = (Path(hostile.__file__).parent / "agreement.heic").read_bytes()
PAYER = Payer(type="2", name="呼和浩特市青城商贸有限公司", code="91150100MA0N1TXK2P")


def _agreement(payer: Payer = PAYER, total: str = "63000.00") -> bytes:
    request = IssueRequest(
        business_no=f"MATERIAL-{payer.name}-{total}",
        kind=KIND,
        payer=payer,
        items=(RequestItem(code="030101", quantity=Decimal(1), rate=Decimal(total), amount=Decimal(total)),),
        total=Decimal(total),
        handler="x",
        extension={"Custom1": "助学", "Custom2": "货币"},
    )
    unit = next(entry for entry in demo_units() if entry.profile == "charity").unit
    return file_of(request, unit, date(2026, 3, 2)).data


def _offered(html: str) -> dict[str, str]:
    """What the files offer, by the form's member."""
    rows = re.findall(r'data-suggestion="([^"]+)"><th scope="row">[^<]*</th><td[^>]*>([^<]*)</td>', html)
    return dict(rows)


def _notes(html: str) -> set[str]:
    return set(re.findall(r'data-material-note="([^"]+)"', html))


async def _form(browser: Browser, *files: bytes, **typed: str) -> dict[str, str]:
    shown = await browser.get("/unit/issue", kind=KIND)
    members = members_of(shown.text) | {name.replace("__", "-"): text for name, text in typed.items()}
    return members | {"evidence": " ".join(sm3_hex(data) for data in files)}


async def _press(browser: Browser, members: dict[str, str], action: str) -> str:
    shown = await browser.arrive(await browser.post("/unit/issue", members | {"action": action}))
    assert shown.status_code == 200
    return shown.text


async def test_a_file_fills_what_is_empty_and_says_so(site: World) -> None:
    browser = await site.browser("handler")
    data = _agreement()
    await send(browser, ("协议.pdf", data))
    members = await _form(browser, data)
    waiting = await browser.post("/unit/issue/material", members)
    assert "“协议.pdf”正在识别" in waiting.text
    assert "every 2s" in waiting.text
    await read_all(site)

    offered = await browser.post("/unit/issue/material", members)
    assert "every 2s" not in offered.text
    found = _offered(offered.text)
    assert found["payer-name"] == PAYER.name
    assert found["items-0-rate"] == "63000.00"
    assert "<html" not in offered.text
    assert await site.rows("SELECT FROM bill_forms") == [], "looking saves nothing"

    filled = await _press(browser, members, "material-")
    now = members_of(filled)
    assert {name: now[name] for name in found} == found
    assert now["payer-type"] == "2"
    assert _notes(filled) == set(found)
    jump = re.search(r'href="#(file-[0-9a-f]{12}-1)" data-claim="([^"]+)" aria-label="缴款人名称', filled)
    assert jump is not None
    assert f'id="{jump[1]}"' in filled
    assert f'class="evidence-mark is-hint" data-claim="{jump[2]}"' in filled, "its place is outlined"

    # The draft keeps it; what is changed by hand is nobody's any more.
    again = (await browser.get(f"/unit/issue?draft={now['business_no']}")).text
    assert _notes(again) == set(found)
    changed = await _press(browser, members_of(again) | {"payer-name": "另一家公司"}, "update")
    assert "payer-name" not in _notes(changed)
    assert members_of(changed)["payer-name"] == "另一家公司"


async def test_what_is_filled_is_only_offered_beside(site: World) -> None:
    browser = await site.browser("handler")
    data = _agreement()
    await send(browser, ("协议.pdf", data))
    await read_all(site)
    members = await _form(browser, data, payer__name="张三", payer__type="1")
    filled = await _press(browser, members, "material-")
    now = members_of(filled)
    assert (now["payer-name"], now["payer-type"], now["payer-code"]) == ("张三", "1", "")
    assert now["items-0-rate"] == "63000.00"
    adopt = re.search(r'value="(material-[0-9a-f]{12}-payer)"', filled)
    assert adopt is not None
    taken = await _press(browser, now, adopt[1])
    now = members_of(taken)
    assert (now["payer-name"], now["payer-type"]) == (PAYER.name, "2")
    assert "payer-name" in _notes(taken)
    unknown = await _press(browser, now, "material-000000000000-payer")
    assert members_of(unknown)["payer-name"] == PAYER.name


async def test_a_code_does_not_come_to_another_payer(site: World) -> None:
    browser = await site.browser("handler")
    first, second = _agreement(Payer(type="1", name="娜仁高娃")), _agreement(total="70000.00")
    await send(browser, ("甲.pdf", first), ("乙.pdf", second))
    await read_all(site)
    now = members_of(await _press(browser, await _form(browser, first, second), "material-"))
    assert (now["payer-name"], now["payer-type"]) == ("娜仁高娃", "1")
    assert (now["payer-code"], now["payer-account"]) == ("", "")


@pytest.mark.parametrize(
    ("typed", "rate"), [({"items__0__quantity": "2"}, ""), ({"items__0__rate": "5"}, "5")]
)
async def test_an_amount_goes_only_to_one_item_of_quantity_one(
    site: World, typed: dict[str, str], rate: str
) -> None:
    browser = await site.browser("handler")
    data = _agreement()
    await send(browser, ("协议.pdf", data))
    await read_all(site)
    filled = members_of(await _press(browser, await _form(browser, data, **typed), "material-"))
    assert filled["items-0-rate"] == rate


async def test_a_file_that_cannot_be_read_or_says_nothing_is_told(site: World) -> None:
    browser = await site.browser("handler")
    empty, locked = hostile.plain_pdf("Good morning to all"), hostile.encrypted_pdf()
    await send(browser, ("问候.pdf", empty), ("加密.pdf", locked))
    await read_all(site)
    told = (await browser.post("/unit/issue/material", await _form(browser, empty, locked))).text
    assert "“加密.pdf”没有读出内容：" in told
    assert "没有读出可以填入本表单的内容" in told
    assert _offered(told) == {}


async def test_photos_are_taken_and_other_files_are_told(site: World) -> None:
    browser = await site.browser("handler")
    pictures: dict[str, bytes] = {}
    for name in ("PNG", "JPEG"):
        out = BytesIO()
        Image.new("RGB", (40, 40), "white").save(out, name)
        pictures[name] = out.getvalue()
    sent = await send(
        browser,
        ("a.png", pictures["PNG"]),
        ("b.jpg", pictures["JPEG"]),
        ("c.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"),
    )
    body = sent.json()
    assert [file["name"] for file in body["files"]] == ["a.png", "b.jpg"]
    assert body["problems"] == ["文件内容不是 PDF、OFD、PNG、JPEG 或 HEIC，请换一个文件。"]
    shown = (await browser.get("/unit/issue", kind=KIND)).text
    assert "PDF、OFD 或照片（JPEG、PNG、HEIC）" in shown


async def _settled(site: World) -> bool:
    return bool(await site.value("SELECT bool_and(state IN ('read', 'unreadable')) FROM evidence_files"))


async def test_a_photo_of_a_telephone_fills_the_form(site: World) -> None:
    """HEIC is decoded and looked at in the confined process; the place of the payer is outlined on its picture."""
    browser = await site.browser("handler")
    await send(browser, ("IMG_0001.HEIC", PHOTO))
    file = await site.rows(
        "SELECT name, media_type FROM evidence_files JOIN evidence_contents USING (digest)"
    )
    assert [tuple(row) for row in file] == [("IMG_0001.heic", "image/heic")]
    await site.work_until(lambda: _settled(site))
    filled = await _press(browser, await _form(browser, PHOTO), "material-")
    now = members_of(filled)
    assert (now["payer-name"], now["payer-type"]) == (PAYER.name, "2")
    assert now["items-0-rate"] == "63000.00"
    assert "payer-name" in _notes(filled)
    assert 'class="evidence-mark is-hint"' in filled
    picture = await browser.get(f"/unit/evidence/{sm3_hex(PHOTO)}/pages/1.png")
    assert (picture.status_code, picture.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")


async def test_a_broken_photo_is_told(site: World) -> None:
    browser = await site.browser("handler")
    broken = PHOTO[: len(PHOTO) // 2]
    await send(browser, ("半张.heic", broken))
    await site.work_until(lambda: _settled(site))
    told = (await browser.post("/unit/issue/material", await _form(browser, broken))).text
    assert "“半张.heic”没有读出内容：" in told


async def test_nobody_reads_anothers_files_by_the_form(site: World) -> None:
    handler, other = await site.browser("handler"), await site.browser("other")
    data = _agreement()
    await send(handler, ("协议.pdf", data))
    await read_all(site)
    told = await other.post("/unit/issue/material", await _form(handler, data))
    assert PAYER.name not in told.text
