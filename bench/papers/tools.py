"""Tools with which papers are drawn: pages of HTML, Typst, Word and Excel as PDF, and what scanners do to them."""

import io
import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageEnhance, ImageFilter

_NPM = Path(__file__).parent / "node_modules/@expo-google-fonts"
_HOUSE = Path(__file__).parents[2] / "node_modules/@expo-google-fonts"
_DEBIAN = Path("/usr/share/fonts/truetype")
#: Font files by a short name. Handwriting: mashan, liujian, zhimang. Kai (楷): ukai, wenkai. Song (宋): uming, serif.
FONTS = {
    "sans": _HOUSE / "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "sans-bold": _HOUSE / "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
    "serif": _NPM / "noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "serif-bold": _NPM / "noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
    "mashan": _NPM / "ma-shan-zheng/400Regular/MaShanZheng_400Regular.ttf",
    "liujian": _NPM / "liu-jian-mao-cao/LiuJianMaoCao_400Regular.ttf",
    "zhimang": _NPM / "zhi-mang-xing/400Regular/ZhiMangXing_400Regular.ttf",
    "xiaowei": _NPM / "zcool-xiaowei/400Regular/ZCOOLXiaoWei_400Regular.ttf",
    "huangyou": _NPM / "zcool-qingke-huangyou/400Regular/ZCOOLQingKeHuangYou_400Regular.ttf",
    "ukai": _DEBIAN / "arphic/ukai.ttc",
    "uming": _DEBIAN / "arphic/uming.ttc",
    "wenkai": _DEBIAN / "lxgw-wenkai/LXGWWenKai-Regular.ttf",
    "zenhei": _DEBIAN / "wqy/wqy-zenhei.ttc",
}


def font(name: str) -> Path:
    """The file of a font of `FONTS`. FileNotFoundError when it is not there."""
    path = FONTS[name]
    if not path.exists():
        raise FileNotFoundError(f"{path}: run `make papers` first")
    return path


@cache
def _faces() -> str:
    return "".join(
        f"@font-face {{ font-family: '{name}'; src: url('{font(name).as_uri()}'); }}\n" for name in FONTS
    )


def weasy(html: str, faces: str | None = None) -> bytes:
    """A page of HTML with CSS as PDF, by WeasyPrint.

    `font-family` takes the names of `FONTS`, or those of a style sheet `faces`.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    sheet = CSS(string=_faces() if faces is None else faces, font_config=fonts)
    return bytes(HTML(string=html).write_pdf(stylesheets=[sheet], font_config=fonts))


def chrome(html: str) -> bytes:
    """The same, as Chromium prints it (form fields, shadows and grids look like a browser's)."""
    with _shown(html) as page:
        return bytes(page.pdf(format="A4", print_background=True, prefer_css_page_size=True))


def screen(html: str, width: int, scale: float = 2) -> Image.Image:
    """The same as a screen of this width shows it, as a picture."""
    with _shown(html, viewport={"width": width, "height": 640}, device_scale_factor=scale) as page:
        return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


@contextmanager
def _shown(html: str, **looks: Any) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Fonts are read from files only by a page that is a file itself.
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "paper.html"
        file.write_text(f"<meta charset='utf-8'><style>{_faces()}</style>{html}", encoding="utf-8")
        browser = play.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        try:
            page = browser.new_page(**looks)
            page.goto(file.as_uri())
            page.evaluate("document.fonts.ready")
            yield page
        finally:
            browser.close()


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("chromium: run `make papers` first")


def typst(source: str) -> bytes:
    """A Typst document as PDF; fonts go by their family name ("Noto Serif SC", "LXGW WenKai", "AR PL UKai")."""
    import typst as compiler

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.typ"
        file.write_text(source, encoding="utf-8")
        folders = sorted({str(path.parent) for path in FONTS.values() if path.exists()})
        made: Any = compiler.compile(str(file), font_paths=folders)
        return bytes(made)


def office(data: bytes, suffix: str) -> bytes:
    """A Word or Excel file (`suffix` docx, xlsx, odt …) as PDF, by LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        raise FileNotFoundError("soffice: run `make papers` first")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"paper.{suffix}"
        file.write_bytes(data)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return file.with_suffix(".pdf").read_bytes()


# -- what scanners and telephones do ---------------------------------------------------------------


def pictures(pdf: bytes, dpi: int = 200) -> list[Image.Image]:
    """The pages of a PDF as pictures."""
    with pdfium.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


def as_pdf(pages: list[Image.Image], dpi: int = 200, quality: int = 80) -> bytes:
    """Pictures bound as a PDF without text, as a scanner's program does."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi, quality=quality)
    return out.getvalue()


def as_picture(page: Image.Image, form: str = "JPEG", quality: int = 85) -> bytes:
    """A picture as a file of its own."""
    out = io.BytesIO()
    page.save(out, form, quality=quality)
    return out.getvalue()


def scanned(rng: Random, pdf: bytes, dpi: int = 200) -> bytes:
    """A PDF as an office's scanner gives it: a little skew, grain, uneven light, JPEG; some grey."""
    return as_pdf([_scan(rng, page) for page in pictures(pdf, dpi)], dpi, rng.randrange(55, 90))


def _scan(rng: Random, page: Image.Image) -> Image.Image:
    page = page.rotate(rng.uniform(-1.5, 1.5), Image.Resampling.BICUBIC, fillcolor="white")
    page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.7)))
    points = np.asarray(page, dtype=np.float32) * rng.uniform(0.93, 1.0)
    points += np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(2, 10), points.shape)
    page = Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")
    return page.convert("L").convert("RGB") if rng.random() < 0.4 else page


def photographed(rng: Random, page: Image.Image, background: str = "#6d5f50") -> Image.Image:
    """A page as a telephone takes it: on a table, from an angle, with a shadow, a little blurred."""
    width, height = page.size
    edge = round(0.06 * width)
    table = Image.new("RGB", (width + 2 * edge, height + 2 * edge), background)
    table.paste(page, (edge, edge))
    size = table.size
    corners = [(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])]
    moved = [
        (x + rng.uniform(-0.035, 0.035) * size[0], y + rng.uniform(-0.035, 0.035) * size[1])
        for x, y in corners
    ]
    seen = table.transform(
        size,
        Image.Transform.PERSPECTIVE,
        _perspective(corners, moved),
        Image.Resampling.BICUBIC,
        fillcolor=background,
    )
    seen = seen.rotate(rng.uniform(-4, 4), Image.Resampling.BICUBIC, fillcolor=background)
    seen = seen.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.9)))
    seen = ImageEnhance.Contrast(seen).enhance(rng.uniform(0.8, 1.05))
    return _shadow(rng, seen)


def _perspective(source: list[tuple[int, int]], target: list[tuple[float, float]]) -> list[float]:
    rows, right = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return [
        float(each) for each in np.linalg.solve(np.array(rows, dtype=float), np.array(right, dtype=float))
    ]


def _shadow(rng: Random, picture: Image.Image) -> Image.Image:
    across, down = np.meshgrid(np.linspace(0, 1, picture.width), np.linspace(0, 1, picture.height))
    angle = rng.uniform(0, 2 * math.pi)
    light = 1 - rng.uniform(0.05, 0.35) / (
        1 + np.exp(-12 * (across * math.cos(angle) + down * math.sin(angle) - 0.4))
    )
    points = np.asarray(picture, dtype=np.float32) * light[..., None].astype(np.float32)
    return Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")


def stamp(
    text: str, under: str = "", size: int = 420, colour: tuple[int, int, int] = (210, 30, 30)
) -> Image.Image:
    """A round office stamp with the name along its rim and a star, on a transparent ground."""
    from PIL import ImageDraw, ImageFont

    seal = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(seal)
    middle, rim = size / 2, size / 2 - 8
    pen.ellipse((8, 8, size - 8, size - 8), outline=colour, width=9)
    star = [
        (middle + (size * 0.13 if k % 2 == 0 else size * 0.052) * math.sin(k * math.pi / 5),
         middle - (size * 0.13 if k % 2 == 0 else size * 0.052) * math.cos(k * math.pi / 5))
        for k in range(10)
    ]  # fmt: skip
    pen.polygon(star, fill=colour)
    letter = ImageFont.truetype(str(font("serif-bold")), round(size * min(0.13, 2.0 / max(8, len(text)))))
    spread = math.radians(min(280, 22 * len(text)))
    for place, character in enumerate(text):
        angle = -spread / 2 + spread * (place / max(1, len(text) - 1))
        tile = Image.new("RGBA", (round(size * 0.2),) * 2)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), character, colour, letter, anchor="mm")
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        x, y = middle + (rim - size * 0.1) * math.sin(angle), middle - (rim - size * 0.1) * math.cos(angle)
        seal.alpha_composite(tile, (round(x - tile.width / 2), round(y - tile.height / 2)))
    if under:
        small = ImageFont.truetype(str(font("serif-bold")), round(size * 0.075))
        pen.text((middle, size * 0.76), under, colour, small, anchor="mm")
    return seal


def stamped(page: Image.Image, seal: Image.Image, at: tuple[float, float], share: float = 0.2) -> Image.Image:
    """A page with a stamp whose middle lies at `at` (fractions of the page), `share` of its width wide."""
    size = round(share * page.width)
    seal = seal.resize((size, size), Image.Resampling.LANCZOS)
    ground = page.convert("RGBA")
    ink = Image.new("RGBA", ground.size)
    ink.paste(seal, (round(at[0] * page.width - size / 2), round(at[1] * page.height - size / 2)))
    # Ink multiplies what lies under it, so that black digits stay black.
    below, above = np.asarray(ground, dtype=np.float32), np.asarray(ink, dtype=np.float32)
    alpha = above[..., 3:] / 255 * 0.85
    mixed = below[..., :3] * (1 - alpha) + below[..., :3] * above[..., :3] / 255 * alpha
    return Image.fromarray(mixed.astype(np.uint8), "RGB")
