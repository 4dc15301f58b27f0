"""The handbook within the site: sections, searches, and the question mark of each page."""

import io
import re
import zlib

import pytest
from PIL import Image
from tests.support.world import World, a_world

from mingpiao.identity.model import Role
from mingpiao.portals.help.books import (
    BOOKS_OF,
    FILES,
    anchor_of,
    book,
    books_of,
    pictures,
    read_book,
    search,
)
from mingpiao.portals.help.places import help_address, help_target, portal_of
from mingpiao.portals.subjects import menu_entries, subjects

site = a_world("peopled")

_TEXT = """# 手册

开头的话。见[别的](公众.md#看懂结果)、[这里](#一-节)、[仓库里的](../api.md)、[网站](https://example.org/)。

## 一、节

<script>alert(1)</script> 和 [坏](javascript:alert(1))

| 列 | 值 |
| --- | --- |
| 甲 | `乙` |

### 小节

正文。
"""


def test_a_book_is_its_headings_and_what_stands_below() -> None:
    read = read_book("unit", _TEXT)
    assert read.title == "手册"
    assert [(each.level, each.anchor, each.title) for each in read.sections] == [
        (1, "手册", "手册"),
        (2, "一-节", "一、节"),
        (3, "小节", "小节"),
    ]
    opening = read.sections[0].html
    assert '<a href="public#看懂结果">别的</a>' in opening
    assert '<a href="#一-节">这里</a>' in opening
    assert "<a>仓库里的</a>" in opening
    assert '<a href="https://example.org/">网站</a>' in opening


def test_code_can_be_moved_by_keys() -> None:
    (section,) = read_book("unit", '# 手册\n\n```json\n{"code": "15060126"}\n```\n').sections
    assert '<pre><code tabindex="0" class="language-json">' in section.html


def test_pictures_are_those_of_the_handbooks_and_no_others() -> None:
    name, content = next(iter(pictures().items()))
    text = f"# 手册\n\n![核销页面](pictures/{name}) ![别处](https://example.org/a.png) ![没有](pictures/none.png)"
    html = read_book("unit", text).sections[0].html
    width, height = Image.open(io.BytesIO(content)).size
    address = f"/help/pictures/{name}?v={zlib.crc32(content):08x}"
    assert (
        f'<img src="{address}" alt="核销页面" width="{width}" height="{height}" loading="lazy"'
        in _in_order(html)
    )
    assert html.count("src=") == 1


def _in_order(html: str) -> str:
    """With the parts of each picture in one order."""

    def ordered(match: re.Match[str]) -> str:
        parts = dict(re.findall(r'(\w+)="([^"]*)"', match[0]))
        return "<img " + " ".join(
            f'{name}="{parts[name]}"'
            for name in ("src", "alt", "width", "height", "loading")
            if name in parts
        )

    return re.sub(r"<img [^>]*", ordered, html)


def test_each_picture_is_shown_once_says_what_it_shows_and_is_small() -> None:
    shown = [
        found
        for name in FILES
        for section in book(name).sections
        for found in re.findall(
            r'<img [^>]*src="/help/pictures/([^?"]+)[^>]*alt="([^"]+)"', _in_order(section.html)
        )
    ]
    assert sorted(name for name, _ in shown) == sorted(pictures())
    assert all(len(alt) > 5 for _, alt in shown)
    assert all(len(content) < 150_000 for content in pictures().values())


async def test_everybody_may_see_the_pictures(site: World) -> None:
    browser = site.stranger()
    name, content = next(iter(pictures().items()))
    answer = await browser.get(f"/help/pictures/{name}")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "image/png"
    for wrong in ("none.png", "..%2Findex.md", "index.md"):
        assert (await browser.get(f"/help/pictures/{wrong}")).status_code == 404


def test_nothing_in_a_text_becomes_markup() -> None:
    html = read_book("unit", _TEXT).sections[1].html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="javascript' not in html
    assert '<table class="table">' in html


def test_links_between_books_lead_to_sections() -> None:
    for name in FILES:
        for section in book(name).sections:
            for target in section.html.split('href="')[1:]:
                address = target.partition('"')[0]
                if address.startswith("https://"):
                    continue
                other, _, anchor = address.partition("#")
                assert not anchor or book(other or name).section(anchor), f"{name}: {address}"


def test_anchors_are_unique() -> None:
    for name in FILES:
        anchors = [each.anchor for each in book(name).sections]
        assert len(set(anchors)) == len(anchors), name


def test_every_menu_entry_leads_to_a_section() -> None:
    """Name a section like the menu's entry, or say in the subject's `help` which one explains its pages."""
    for entry in menu_entries():
        if not entry.address.endswith("/help"):
            name, _, anchor = help_target(entry.address).partition("#")
            assert name, f"{entry.label} {entry.address} has no section"
            assert book(name).section(anchor), f"{entry.label}: {name}#{anchor}"


def test_what_subjects_declare_exists() -> None:
    for subject in subjects():
        for address, target in subject.help.items():
            name, _, anchor = target.partition("#")
            assert book(name).section(anchor), f"{address}: {target}"


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/unit", "/unit/help/unit#首页"),
        ("/unit/bills/15010425/0000000001", "/unit/help/unit#查找票据"),
        ("/unit/bills/15010425/0000000001/reverse", "/unit/help/unit#冲红"),
        ("/unit/bills/15010425/0000000001/reverse/confirm", "/unit/help/unit#冲红"),
        ("/unit/bills/15010425/0000000001/reversed", "/unit/help/unit#冲红"),
        ("/unit/bills/print", "/unit/help/unit#打印-交付和打包下载"),
        ("/finance/reviews/7", "/finance/help/finance#人工复核"),
        ("/finance/none", "/finance/help/finance"),
        ("/admin/accounts/3", "/admin/help/start#系统管理员"),
        ("/", "/help/public#三种办法-任选一种"),
        ("/verify", "/help/public#看懂结果"),
        ("/password", "/help/start#登录和密码"),
        ("/unit/help/start", ""),
    ],
)
def test_question_marks_open_the_closest_section(page: str, address: str) -> None:
    assert help_address(page) == address
    assert portal_of(page) in BOOKS_OF


def test_a_search_wants_every_word_and_puts_headings_first() -> None:
    found = search("unit", "冲红")
    assert found[0].section.title == "冲红"
    assert found[0].book.name == "unit"
    assert len(found) > 3
    assert all("冲红" in each.section.title + each.section.text for each in found)
    both = search("unit", "冲红 业务流水号")
    assert 0 < len(both) < len(found)
    assert search("unit", "") == search("unit", "没有这样的词") == []
    assert "finance" not in {each.book.name for each in search("unit", "财政部门")}


def test_an_excerpt_marks_words_and_escapes_the_rest() -> None:
    excerpts = [each.excerpt for each in search("unit", "冲红")]
    assert any("<mark>冲红</mark>" in each for each in excerpts)
    assert all(each.replace("<mark>", "").replace("</mark>", "").count("<") == 0 for each in excerpts)


@pytest.mark.parametrize(
    ("who", "base"),
    [
        ("handler", "/unit/help"),
        (Role.DEPARTMENT_OFFICER, "/finance/help"),
        (Role.ADMINISTRATOR, "/admin/help"),
    ],
)
async def test_each_portal_has_its_own_book_first(site: World, who: str | Role, base: str) -> None:
    browser = await site.browser(who, region="150000" if who is Role.DEPARTMENT_OFFICER else None)
    first = books_of(base.split("/")[1])[0]
    assert (await browser.get(base)).headers["location"] == f"{base}/{first.name}"
    shown = await browser.get(f"{base}/{first.name}")
    assert f'<h1 class="page-title">{first.title}</h1>' in shown.text
    for each in first.sections[1:]:
        assert f'id="{each.anchor}"' in shown.text
    found = await browser.get(base, words="冲红")
    assert "节提到“冲红”" in found.text
    assert "没有找到" in (await browser.get(base, words="没有这样的词")).text
    assert (await browser.get(f"{base}/none")).status_code == 404
    assert "本页帮助" not in shown.text
    home = await browser.get("/" + base.split("/")[1])
    assert f'href="{help_address("/" + base.split("/")[1])}" aria-label="本页帮助"' in home.text


async def test_strangers_read_the_public_book_and_no_portals(site: World) -> None:
    stranger = site.stranger()
    assert (await stranger.get("/help")).headers["location"] == "/help/public"
    shown = await stranger.get("/help/public")
    assert shown.status_code == 200
    assert book("public").title in shown.text
    assert "检索" not in (await stranger.get("/help", words="<b>")).text
    assert "&lt;b&gt;" in (await stranger.get("/help", words="<b>")).text
    assert (await stranger.get("/unit/help")).headers["location"] == "/login?next=/unit/help"
    assert 'href="/help/public#' in (await stranger.get("/")).text
    assert anchor_of("看懂结果") == "看懂结果"


async def test_a_tour_is_shown_until_it_was_seen(site: World) -> None:
    browser = await site.browser("handler")
    assert 'data-tour="unit_home"' in (await browser.get("/unit")).text
    assert "data-tour" not in (await browser.get("/unit/bills")).text
    steps = (await browser.get("/tours/unit_home")).json()
    assert [each["part"] for each in steps][-1] == ".help-mark"
    assert 3 <= len(steps) <= 5
    headers = {"X-CSRF-Token": await browser.csrf_token()}
    assert (await browser.post("/tours/unit_home")).status_code == 403
    for _ in range(2):
        assert (await browser.post("/tours/unit_home", headers=headers)).status_code == 204
    assert (await browser.get("/tours/unit_home")).json() == []
    assert (await browser.get("/tours/unit_home", again="yes")).json() == steps
    assert len((await browser.get("/tours/issue_form")).json()) >= 3
    other = await site.browser("manager")
    assert (await other.get("/tours/unit_home")).json() == steps


async def test_tours_are_for_people_who_are_signed_in(site: World) -> None:
    assert (await site.stranger().get("/tours/unit_home")).status_code == 303
    browser = await site.browser("handler")
    headers = {"X-CSRF-Token": await browser.csrf_token()}
    assert (await browser.get("/tours/none")).status_code == 404
    assert (await browser.post("/tours/none", headers=headers)).status_code == 404
