"""Makes the pictures in docs/images and docs/handbook/pictures anew, from a demonstration that is running.

make demo                                   # in one terminal
.venv/bin/python scripts/pictures.py        # in another; --address and --accounts for another place

--only handbook (or images) makes one of the two sets.
"""

import argparse
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, ViewportSize, sync_playwright

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.demo.accounts import read_accounts
from mingpiao.kernel.clock import today
from mingpiao.layout.service import check_address
from mingpiao.writeoff.service import month_of, months_after

IMAGES, HANDBOOK = Path("docs/images"), Path("docs/handbook/pictures")
FACE_WIDTH = 1200
WINDOW = ViewportSize(width=1280, height=800)
#: Of a page in a handbook, so much is shown from some heading on.
SHOWN_HEIGHT = 620
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=zh-CN"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, default=Path("var/demo/accounts.txt"))
    parser.add_argument("--only", choices=("images", "handbook"))
    options = parser.parse_args()
    passwords = {account.login: account.password for account in read_accounts(options.accounts)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        photographer = Photographer(browser, options.address, passwords)
        if options.only != "handbook":
            take_all(photographer, options.accounts.parent / "evidence")
        if options.only != "images":
            take_handbook(photographer)
        browser.close()


class Photographer:
    """Opens pages of the demonstration, signed in or not."""

    def __init__(self, browser: Browser, address: str, passwords: dict[str, str]) -> None:
        self._browser = browser
        self._address = address
        self._passwords = passwords

    @contextmanager
    def page(self, login: str = "") -> Iterator[Page]:
        context = self._browser.new_context(
            base_url=self._address,
            viewport=WINDOW,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        # Pictures show the pages, not the tours of a first visit.
        context.add_init_script("localStorage.setItem('mingpiao-tours', 'off')")
        page = context.new_page()
        if login:
            page.goto("/login")
            page.fill("#username", login)
            page.fill("#password", self._passwords[login])
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "/login" not in url)
        yield page
        context.close()


def take_all(photographer: Photographer, files: Path) -> None:
    with photographer.page("yiyuan-kaipiao") as page:
        page.goto("/unit/bills?kind=0601&state=normal&color=blue&amount_from=900")
        page.locator("tbody th.code a").first.click()
        pdf = page.request.get(page.url + "/document.pdf").body()
        check_address = address_in_face(page)
    save("face", picture_of(pdf))
    with photographer.page() as page:
        page.goto(check_address)
        save("verify", page.screenshot())
    with photographer.page("gongan-kaipiao") as page:
        fill_form(page)
        save("issue", page.screenshot())
    with photographer.page("cishan-kaipiao") as page:
        ask_about_donation(page, files / "捐赠协议-萨仁.pdf")
        save("evidence", page.screenshot())
    with photographer.page("czt-jingban") as page:
        page.goto("/finance/rules/DONATION-CONDITION")
        save("rule", page.screenshot())
        page.goto("/finance")
        page.locator("[data-chart] canvas").first.wait_for()
        page.wait_for_timeout(300)
        save("overview", page.screenshot())


def address_in_face(page: Page) -> str:
    """Where the QR symbol of the shown bill leads, on this demonstration's address."""
    code, number = page.url.rsplit("/", 2)[1:]
    xml = page.request.get(page.url + "/document.xml").body()
    return check_address("", code=code, number=number, sm3=sm3_hex(xml))


def fill_form(page: Page) -> None:
    page.goto("/unit/issue?kind=0101")
    page.fill("#payer-name", "阿拉坦")
    for row, (item, quantity) in enumerate([("jmsfz", "3"), ("011104", "1")]):
        if row:
            page.get_by_role("button", name="增加项目").click()
            page.locator(f"#items-{row}-code:focus").wait_for()
        page.locator(f"#items-{row}-code").press_sequentially(item)
        page.locator("[role=listbox] [role=option]").first.wait_for()
        page.keyboard.press("Enter")
        page.locator(f"#items-{row}-quantity:focus").wait_for()
        page.keyboard.type(quantity)
    page.locator("#total", has_text="180.00").wait_for()
    page.locator("#items-0-code").scroll_into_view_if_needed()


def ask_about_donation(page: Page, file: Path) -> None:
    """Bring a donation whose agreement states another amount to the page on which it is asked about."""
    page.goto("/unit/issue?kind=0301")
    page.fill("#payer-name", "萨仁")
    page.locator("#items-0-code").press_sequentially("货币捐赠")
    page.locator("[role=listbox] [role=option]").filter(has_text="货币捐赠").first.click()
    page.locator("#items-0-quantity:focus").wait_for()
    page.fill("#items-0-quantity", "1")
    page.fill("#items-0-rate", "30000")
    page.fill("[name=extension-Custom1]", "草原生态保护")
    page.select_option("[name=extension-Custom2]", "货币")
    page.set_input_files("input[type=file]", file)
    page.select_option("[name=pay_mode]", "转账")
    page.get_by_role("list", name="已选的佐证材料").get_by_text("已识别").wait_for()
    page.locator("#total", has_text="30,000.00").wait_for()
    page.get_by_role("button", name="核对并开具").click()
    page.get_by_text("请核实以下事项").wait_for()
    heading = page.get_by_role("heading", name="佐证材料比对结果")
    heading.evaluate("heading => heading.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(800)


def take_handbook(photographer: Photographer) -> None:
    """What people do at the end of a month, and what becomes of exceptions."""
    with photographer.page("yiyuan-guanli") as page:
        page.goto("/unit/writeoff")
        page.locator("main tbody th a").first.click()
        save("writeoff-month", shown_of(page), HANDBOOK)
        page.locator("[name='reasons.0.code']").select_option("insurance")
        page.locator("[name='reasons.0.words']").fill("医保统筹部分次月结算后到账")
        save("writeoff-reasons", shown_of(page, "差额"), HANDBOOK)
    with photographer.page("fayuan-kaipiao") as page:
        # A month that is written off in whole.
        month = f"{months_after(month_of(today()), -2):%Y-%m}"
        page.goto(f"/unit/bills?from={month}-01&to={month}-28&color=blue&state=normal")
        page.locator("main tbody th.code a").first.click()
        written_off = address_in_face(page)
    with photographer.page() as page:
        page.goto(written_off)
        save("check-written-off", shown_of(page, "票据信息", height=480), HANDBOOK)
    with photographer.page("xuehui-kaipiao") as page:
        page.goto("/unit/exceptions?state=asked")
        page.locator("main tbody th a").first.click()
        save("exception-answer", shown_of(page), HANDBOOK)
    with photographer.page("fayuan-kaipiao") as page:
        page.goto("/unit/rectifications")
        page.locator("main tbody th a").first.click()
        save("rectification", shown_of(page, height=800), HANDBOOK)
        save("rectification-report", shown_of(page, "违规票据和更正情况", height=640), HANDBOOK)
    with photographer.page("czt-jingban") as page:
        page.goto("/finance/exceptions?whose=all&state=")
        save("exceptions", shown_of(page, height=800), HANDBOOK)
        page.goto("/finance/exceptions?whose=all&state=answered")
        page.locator("main tbody th a").first.click()
        save("exception-case", shown_of(page, height=1000), HANDBOOK)
        page.goto("/finance/writeoff")
        save("writeoff-rate", shown_of(page), HANDBOOK)
    take_supply(photographer)
    take_keys(photographer)


def take_supply(photographer: Photographer) -> None:
    """Numbers and paper, as departments and units see them."""
    with photographer.page("czt-jingban") as page:
        page.goto("/finance/supply/stock?region=150100")
        save("number-stock", shown_of(page), HANDBOOK)
        page.goto("/finance/paper/stops")
        save("paper-stops", shown_of(page, height=480), HANDBOOK)
    with photographer.page("yiyuan-guanli") as page:
        page.goto("/unit/supply")
        save("requisitions", shown_of(page), HANDBOOK)
        page.goto("/unit/paper")
        save("paper-stock", shown_of(page), HANDBOOK)
        page.goto("/unit/paper/lose")
        page.fill("[name=lost_on]", f"{today():%Y-%m-%d}")
        page.fill("[name=notice]", "本单位不慎遗失下列医疗收费票据，声明作废。拾到的请与本单位联系。")
        page.fill("[name=sheets]", _first_range(page))
        page.fill("[name=note]", "收费窗口搬迁后清点，少了这一段")
        save("paper-loss", shown_of(page, height=720), HANDBOOK)


def _first_range(page: Page) -> str:
    """A sheet of the first range that the page offers."""
    words = page.locator("main table tbody tr").first.inner_text().split()
    code = next(each for each in words if len(each) == 8 and each.isdigit())
    return f"{code} {words[words.index(code) + 1][:10]}"


def take_keys(photographer: Photographer) -> None:
    """UKeys of a unit, and what a person sees of the own account's safety."""
    with photographer.page("cishan-guanli") as page:
        page.goto("/unit/ukeys")
        save("ukeys", shown_of(page), HANDBOOK)
        page.goto("/account")
        save("account-safety", shown_of(page, height=720), HANDBOOK)


def shown_of(page: Page, heading: str = "", height: int = SHOWN_HEIGHT) -> bytes:
    """The page's own part, from its top or from a heading on, without the menu."""
    page.evaluate("scrollTo(0, 0)")
    box = _place_of(page.locator("main"))
    top = _place_of(page.get_by_role("heading", name=heading).first) if heading else box
    above = 24 if heading else 0
    clip = FloatRect(
        x=box["x"],
        y=top["y"] - above,
        width=box["width"],
        height=min(height, box["y"] + box["height"] - top["y"] + above),
    )
    return page.screenshot(full_page=True, clip=clip)


def _place_of(part: Locator) -> FloatRect:
    place = part.bounding_box()
    if place is None:
        raise SystemExit(f"没有显示：{part}")
    return place


def picture_of(pdf: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        picture = page.render(scale=FACE_WIDTH / page.get_width()).to_pil()
    finally:
        document.close()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def save(name: str, picture: bytes, folder: Path = IMAGES) -> None:
    """As PNG with at most 256 colours, which is a third of the size and looks the same."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.png"
    image.save(file, optimize=True)
    print(f"{file} {file.stat().st_size // 1024} KB {image.width}x{image.height}")


if __name__ == "__main__":
    main()
