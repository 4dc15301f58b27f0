"""Made certificates: drawn in several layouts, with what they say as truth, clean or as a poor photograph.

Everything follows from a seed. Names, people and codes are invented.
"""

import io
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import mingpiao.layout
from mingpiao.kernel.codes import uscc_check_digit
from mingpiao.qualifications.model import UNLIMITED, QualificationType
from mingpiao.reading.model import PageLines, PagePlace, TextLine

_FONT = Path(mingpiao.layout.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
#: The qualification's size in points of the drawing; a landscape A4 at 150 dpi.
WIDTH, HEIGHT = 1754, 1240
_INK = (30, 30, 30)
_SEAL = (205, 40, 40)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate says."""

    qualification_type: QualificationType
    name: str
    code: str
    representative: str
    issuer: str
    valid_from: date | None
    valid_until: date | None
    unlimited: bool = False
    purpose: str = ""
    address: str = ""

    def truth(self) -> dict[str, str]:
        """By the names of the fields as the reading writes them; what the qualification does not say is left out."""
        until = UNLIMITED if self.unlimited else self.valid_until.isoformat() if self.valid_until else ""
        told = {
            "qualification_type": self.qualification_type.value,
            "name": self.name,
            "code": self.code,
            "representative": self.representative,
            "issuer": self.issuer,
            "valid_from": self.valid_from.isoformat() if self.valid_from else "",
            "valid_until": until,
            "purpose": self.purpose,
            "address": self.address,
        }
        return {name: value for name, value in told.items() if value}


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn certificate and the texts on it, each with its box (left, top, right, bottom) in pixels."""

    image: Image.Image
    runs: tuple[tuple[str, tuple[float, float, float, float]], ...]

    def lines(self, *, confidence: float = 0.99) -> list[PageLines]:
        """The texts as a reader without any fault would return them."""
        width, height = self.image.size
        lines = tuple(
            TextLine(
                text=text,
                place=PagePlace(
                    page=1,
                    left=box[0] / width,
                    top=box[1] / height,
                    right=box[2] / width,
                    bottom=box[3] / height,
                ),
                confidence=confidence,
            )
            for text, box in self.runs
        )
        return [PageLines(number=1, width=width, height=height, rotation=0, method="ocr", lines=lines)]

    def png(self) -> bytes:
        return _saved(self.image, "PNG")

    def pdf(self) -> bytes:
        """One page with the picture and no text layer, as a scanner makes it."""
        return _saved(self.image.convert("RGB"), "PDF", resolution=150.0)


# -- what they say -------------------------------------------------------------------------------

_PLACES = ("呼和浩特市", "包头市", "赤峰市", "通辽市", "鄂尔多斯市", "海拉尔区", "乌兰浩特市", "锡林浩特市")
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "海燕春梅志强国庆建军淑芬晓东丽娜文华永胜其木格宝音"
_KINDS = {
    QualificationType.INSTITUTION: ("演示中心医院", "演示第一中学", "演示图书馆", "演示疾病预防控制服务中心"),
    QualificationType.ASSOCIATION: ("演示餐饮行业协会", "演示会计学会", "演示书法家协会"),
    QualificationType.NON_ENTERPRISE: ("演示康复养老服务中心", "演示实验幼儿园", "演示社会工作服务中心"),
    QualificationType.FOUNDATION: ("演示教育发展基金会", "演示见义勇为基金会", "演示乡村振兴基金会"),
    QualificationType.CREDIT_CODE: ("演示自然资源局", "演示中级人民法院", "演示总工会"),
    QualificationType.CHARITY: ("演示慈善总会", "演示助学基金会", "演示草原救助基金会"),
}
_FIRST_DIGITS = {
    QualificationType.INSTITUTION: "12",
    QualificationType.ASSOCIATION: "51",
    QualificationType.NON_ENTERPRISE: "52",
    QualificationType.FOUNDATION: "53",
    QualificationType.CREDIT_CODE: "11",
    QualificationType.CHARITY: "53",
}
_PURPOSES = (
    "为人民身体健康提供医疗与护理保健服务。医疗与护理、医学教学、医学研究、卫生医疗人员培训、保健与健康教育。",
    "开展学术交流、业务培训、书刊编辑、国际合作、咨询服务。",
    "实施高中义务教育，促进基础教育发展。高中学历教育及相关社会服务。",
    "扶贫济困、赈灾救助、助学助医、公益援助。",
)
_ISSUERS = {
    QualificationType.INSTITUTION: "事业单位登记管理局",
    QualificationType.ASSOCIATION: "民政局",
    QualificationType.NON_ENTERPRISE: "民政局",
    QualificationType.FOUNDATION: "民政局",
    QualificationType.CREDIT_CODE: "机构编制委员会办公室",
    QualificationType.CHARITY: "民政局",
}


def make_code(qualification_type: QualificationType, random_: random.Random) -> str:
    """A 统一社会信用代码 with a right check digit."""
    first = _FIRST_DIGITS[qualification_type] + "15" + "".join(random_.choice("0123456789") for _ in range(4))
    body = "".join(random_.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
    return first + body + uscc_check_digit(first + body)


def make_facts(seed: int, *, on: date = date(2026, 11, 21)) -> Facts:
    """An invented certificate; of each type by turns."""
    random_ = random.Random(seed)
    qualification_type = list(QualificationType)[seed % len(QualificationType)]
    place = random_.choice(_PLACES)
    starts = on - timedelta(days=random_.randint(100, 1500))
    without_end = qualification_type is QualificationType.CREDIT_CODE or random_.random() < 0.15
    person = random_.choice(_FAMILY) + "".join(random_.sample(_GIVEN, random_.choice((1, 2))))
    has_purpose = qualification_type not in (QualificationType.CREDIT_CODE, QualificationType.CHARITY)
    return Facts(
        qualification_type=qualification_type,
        name=place + random_.choice(_KINDS[qualification_type]),
        code=make_code(qualification_type, random_),
        representative=person,
        issuer=place + _ISSUERS[qualification_type],
        valid_from=None if qualification_type is QualificationType.CREDIT_CODE else starts,
        valid_until=None if without_end else date(starts.year + 5, starts.month, min(starts.day, 28)),
        unlimited=without_end and qualification_type is not QualificationType.CREDIT_CODE,
        purpose=random_.choice(_PURPOSES) if has_purpose else "",
        address=f"{place}演示大街{random_.randint(1, 200)}号",
    )


# -- how they look -------------------------------------------------------------------------------

_TITLE = {
    QualificationType.INSTITUTION: ("事业单位法人证书",),
    QualificationType.ASSOCIATION: ("社会团体法人登记证书",),
    QualificationType.NON_ENTERPRISE: ("民办非企业单位登记证书", "民办非企业单位（法人）登记证书"),
    QualificationType.FOUNDATION: ("基金会法人登记证书", "基金会法人登记证书（慈善组织）"),
    QualificationType.CREDIT_CODE: ("统一社会信用代码证书",),
    QualificationType.CHARITY: ("慈善组织公开募捐资格证书", "慈善组织登记证书"),
}
_NAME_LABELS = {
    QualificationType.INSTITUTION: ("名称", "单位名称"),
    QualificationType.ASSOCIATION: ("名称", "社会团体名称"),
    QualificationType.NON_ENTERPRISE: ("名称", "单位名称"),
    QualificationType.FOUNDATION: ("名称", "基金会名称"),
    QualificationType.CREDIT_CODE: ("机构名称",),
    QualificationType.CHARITY: ("慈善组织名称", "组织名称", "名称"),
}
_ISSUER_LABELS = {
    QualificationType.INSTITUTION: ("登记管理机关",),
    QualificationType.ASSOCIATION: ("发证机关", "登记管理机关"),
    QualificationType.NON_ENTERPRISE: ("发证机关", "登记管理机关"),
    QualificationType.FOUNDATION: ("发证机关", "登记管理机关"),
    QualificationType.CREDIT_CODE: ("赋码机关", "颁发机关"),
    QualificationType.CHARITY: ("发证机关", "颁发机关"),
}


def chinese_day(day: date, *, padded: bool = True) -> str:
    return (
        f"{day.year}年{day.month:02d}月{day.day:02d}日" if padded else f"{day.year}年{day.month}月{day.day}日"
    )


def rows_of(facts: Facts, random_: random.Random) -> list[tuple[str, str]]:
    """Label and value of each row, with others among them as certificates have them."""
    head = "负责人" if facts.qualification_type is QualificationType.CREDIT_CODE else "法定代表人"
    rows = [
        ("统一社会信用代码", facts.code),
        (random_.choice(_NAME_LABELS[facts.qualification_type]), facts.name),
    ]
    if facts.purpose:
        label = "宗旨和业务范围" if facts.qualification_type is QualificationType.INSTITUTION else "业务范围"
        rows.append((label, facts.purpose))
    elif facts.qualification_type is QualificationType.CREDIT_CODE:
        rows.append(("机构性质", "机关"))
    rows += [
        ("机构地址" if facts.qualification_type is QualificationType.CREDIT_CODE else "住所", facts.address),
        (head, facts.representative),
    ]
    if facts.qualification_type is QualificationType.INSTITUTION:
        rows += [
            ("经费来源", "财政补助收入、事业收入"),
            ("开办资金", "￥3250万元"),
            ("举办单位", "演示卫生健康委员会"),
        ]
    elif facts.qualification_type in (QualificationType.ASSOCIATION, QualificationType.NON_ENTERPRISE):
        rows += [("注册资金", "叁万元整"), ("业务主管单位", "演示行业主管部门")]
    elif facts.qualification_type is QualificationType.FOUNDATION:
        rows += [("原始基金数额", "贰佰万元整"), ("类型", "非公募基金会"), ("业务主管单位", "演示民政厅")]
    rows.append((random_.choice(_ISSUER_LABELS[facts.qualification_type]), facts.issuer))
    if facts.valid_from is not None:
        rows.append((random_.choice(("有效期", "有效期限", "证书有效期")), period_of(facts, random_)))
    return rows


def period_of(facts: Facts, random_: random.Random) -> str:
    padded = random_.random() < 0.7
    if facts.valid_from is None:
        return "长期"
    start = chinese_day(facts.valid_from, padded=padded)
    if facts.valid_until is None:
        return random_.choice((f"自{start}至长期", f"{start}至长期"))
    end = chinese_day(facts.valid_until, padded=padded)
    return random_.choice((f"自{start}至{end}", f"{start}至{end}", f"自 {start} 至 {end}"))


class _Sheet:
    """A drawing that remembers what it wrote where."""

    def __init__(self, background: tuple[int, int, int]) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), background)
        self.pen = ImageDraw.Draw(self.image)
        self.runs: list[tuple[str, tuple[float, float, float, float]]] = []

    def write(self, x: float, y: float, text: str, size: int, *, spacing: float = 0) -> float:
        """Write from a top left corner; with `spacing` the characters stand apart. Returns the right end."""
        font = _font(size)
        start = x
        for character in text if spacing else [text]:
            self.pen.text((x, y), character, font=font, fill=_INK)
            end = x + font.getlength(character)
            if spacing:
                self.runs.append((character, (x, y + size * 0.12, end, y + size * 1.28)))
            x = end + spacing
        if not spacing:
            self.runs.append((text, (start, y + size * 0.12, x, y + size * 1.28)))
        return x - spacing

    def paragraph(self, x: float, y: float, text: str, size: int, width: float) -> float:
        """Write lines of a width; returns the bottom."""
        per_line = max(4, int(width // size))
        for start in range(0, len(text), per_line):
            self.write(x, y, text[start : start + per_line], size)
            y += size * 1.5
        return y

    def title(self, text: str, size: int, *, spacing: float = 0) -> None:
        whole = _font(size).getlength(text) + spacing * (len(text) - 1)
        self.write((WIDTH - whole) / 2, 110, text, size, spacing=spacing)

    def seal(self, x: float, y: float, radius: int) -> None:
        """A red ring with a star, see-through as ink is."""
        ring = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(ring)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(*_SEAL, 170), width=7)
        pen.text((x - 30, y - 40), "★", font=_font(60), fill=(*_SEAL, 170))
        self.image.paste(ring, (0, 0), ring)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def _spaced(label: str, size: int) -> float:
    """Two-character labels are often drawn apart, as wide as four."""
    return size * 2.0 if len(label) == 2 else 0


def list_layout(sheet: _Sheet, rows: Sequence[tuple[str, str]], random_: random.Random) -> None:
    """One row under another: label at the left, value right of it."""
    size, y = 32, 270.0
    pitch = random_.choice((1.6, 2.2))
    for label, value in rows:
        spacing = _spaced(label, size) if random_.random() < 0.5 else 0
        if spacing:
            sheet.write(230, y, label, size, spacing=spacing)
        else:
            sheet.write(230, y, label, size)
        y = sheet.paragraph(560, y, value, size, 1000) + size * (pitch - 1.5)


def colon_layout(sheet: _Sheet, rows: Sequence[tuple[str, str]], random_: random.Random) -> None:
    """Label, colon and value in one run; what is longer goes on under the label."""
    size, y = 34, 270.0
    for label, value in rows:
        y = sheet.paragraph(200, y, f"{label}：{value}", size, 1350) + size * random_.choice((0.4, 0.8))


def column_layout(sheet: _Sheet, rows: Sequence[tuple[str, str]], random_: random.Random) -> None:
    """Two columns side by side, the code above both."""
    size = 30
    sheet.write(150, 240, rows[0][0], size)
    sheet.write(450, 240, rows[0][1], size)
    rest = rows[1:]
    half = (len(rest) + 1) // 2
    for x, part in ((150, rest[:half]), (920, rest[half:])):
        y = 330.0
        for label, value in part:
            sheet.write(x, y, label, size)
            y = sheet.paragraph(x + 250, y, value, size, 480) + size * random_.choice((0.7, 1.0))


def table_layout(sheet: _Sheet, rows: Sequence[tuple[str, str]], random_: random.Random) -> None:
    """A ruled table; each label stands in the middle of its cell's height."""
    size, y = 30, 250.0
    left, middle, right = 180, 520, 1570
    for label, value in rows:
        count = -(-len(value) // int((right - middle - 40) // size))
        height = max(72.0, count * size * 1.5 + 28)
        sheet.pen.rectangle((left, y, right, y + height), outline=(90, 90, 90), width=2)
        sheet.pen.line((middle, y, middle, y + height), fill=(90, 90, 90), width=2)
        spacing = _spaced(label, size) if random_.random() < 0.4 else 0
        sheet.write(left + 24, y + (height - size * 1.4) / 2, label, size, spacing=spacing)
        sheet.paragraph(middle + 20, y + (height - count * size * 1.5) / 2, value, size, right - middle - 40)
        y += height


LAYOUTS: tuple[Callable[[_Sheet, Sequence[tuple[str, str]], random.Random], None], ...] = (
    list_layout,
    colon_layout,
    column_layout,
    table_layout,
)


def draw(facts: Facts, *, layout: int = 0, seed: int = 0) -> Drawn:
    """The certificate, clean. `layout` chooses one of `LAYOUTS`."""
    random_ = random.Random(seed)
    sheet = _Sheet(random_.choice(((255, 255, 255), (252, 249, 238), (244, 248, 252))))
    sheet.pen.rectangle((40, 40, WIDTH - 40, HEIGHT - 40), outline=(170, 140, 70), width=10)
    title = random_.choice(_TITLE[facts.qualification_type])
    spacing = random_.choice((0.0, 24.0))
    if facts.qualification_type is QualificationType.ASSOCIATION:
        sheet.write((WIDTH - 7 * 36) / 2, 62, "中华人民共和国", 36)
    sheet.title(title, 66, spacing=spacing)
    LAYOUTS[layout % len(LAYOUTS)](sheet, rows_of(facts, random_), random_)
    if random_.random() < 0.7:
        sheet.seal(1430, 1020, 110)
    return Drawn(image=sheet.image, runs=tuple(sheet.runs))


def upright_labels() -> bytes:
    """A form whose labels stand upright in boxes, one character under another, as a PNG."""
    sheet = _Sheet((255, 255, 255))
    y = 200.0
    for label, value in (
        ("名称", "鄂尔多斯市演示科学技术协会"),
        ("负责人", "白春梅"),
        ("业务范围", "普及科学知识，开展业务培训和学术研讨。"),
        ("有效期", "自2023年05月15日至2028年05月14日"),
    ):
        for place, character in enumerate(label):
            sheet.write(200, y + 37 * place, character, 32)
        sheet.write(300, y + 18 * (len(label) - 1), value, 36)
        y += 37 * len(label) + 40
    return _saved(sheet.image, "PNG")


# -- as people bring them ------------------------------------------------------------------------


_TURNS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)


def spoiled(image: Image.Image, seed: int) -> tuple[str, str, bytes]:
    """What became of the qualification, its media type, and the file: by turns clean, skewed, small, photographed, turned, scanned."""
    random_ = random.Random(seed)
    match seed % 6:
        case 0:
            return "clean", "image/png", _saved(image, "PNG")
        case 1:
            turned = image.rotate(
                random_.uniform(-3, 3),
                expand=True,
                fillcolor=(235, 235, 235),
                resample=Image.Resampling.BICUBIC,
            )
            return "skewed", "image/jpeg", _saved(turned, "JPEG", quality=75)
        case 2:
            factor = random_.uniform(0.55, 0.7)
            small = image.resize((int(WIDTH * factor), int(HEIGHT * factor)), Image.Resampling.LANCZOS)
            return "small", "image/jpeg", _saved(small, "JPEG", quality=60)
        case 3:
            return "photograph", "image/jpeg", _saved(_photographed(image, random_), "JPEG", quality=70)
        case 4:
            turned = image.transpose(random_.choice(_TURNS))
            return "turned", "image/jpeg", _saved(turned, "JPEG", quality=80)
        case _:
            scanned = image.convert("L").filter(ImageFilter.GaussianBlur(0.8)).convert("RGB")
            return "scanned pdf", "application/pdf", _saved(scanned, "PDF", resolution=150.0)


def _photographed(image: Image.Image, random_: random.Random) -> Image.Image:
    """On a table, seen a little from the side, lit from one corner, not quite sharp."""
    width, height = image.size
    table = Image.new("RGB", (width + 240, height + 240), (96, 84, 72))
    table.paste(image, (120, 120))
    jitter = [random_.uniform(-45, 45) for _ in range(8)]
    corners = [120, 120, 120, height + 120, width + 120, height + 120, width + 120, 120]
    seen = [-40, -40, -40, height + 280, width + 280, height + 280, width + 280, -40]
    quad = tuple(a + (b - a) * 0.6 + move for a, b, move in zip(corners, seen, jitter, strict=True))
    tilted = table.transform(table.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    light = Image.linear_gradient("L").rotate(random_.choice((0, 90, 180, 270))).resize(tilted.size)
    shaded = Image.composite(tilted, tilted.point(lambda value: int(value * 0.62)), light)
    noise = Image.effect_noise(tilted.size, 18).convert("RGB")
    return Image.blend(shaded, noise, 0.06).filter(ImageFilter.GaussianBlur(0.9))


def _saved(image: Image.Image, kind: str, **options: float) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
