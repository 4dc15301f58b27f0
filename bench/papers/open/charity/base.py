"""Names, sums, days and wear from which the papers of a charity and a school's alumni office are made."""

import base64
import calendar
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.papers.tools import as_pdf, pictures, stamp
from bench.papers.values import Bill

PLACES = (
    ("浙江省", "绍兴", "0575"), ("湖南省", "岳阳", "0730"), ("四川省", "绵阳", "0816"), ("广东省", "佛山", "0757"),
    ("福建省", "泉州", "0595"), ("江苏省", "南通", "0513"), ("山东省", "烟台", "0535"), ("河南省", "洛阳", "0379"),
    ("陕西省", "宝鸡", "0917"), ("云南省", "曲靖", "0874"), ("安徽省", "安庆", "0556"), ("江西省", "赣州", "0797"),
    ("辽宁省", "锦州", "0416"), ("甘肃省", "天水", "0938"), ("贵州省", "遵义", "0851"), ("湖北省", "宜昌", "0717"),
    ("内蒙古自治区", "包头", "0472"), ("新疆维吾尔自治区", "昌吉", "0994"), ("广西壮族自治区", "桂林", "0773"),
    ("河北省", "保定", "0312"), ("山西省", "长治", "0355"), ("黑龙江省", "大庆", "0459"), ("海南省", "儋州", "0898"),
)  # fmt: skip
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏"
    "苏吕丁任卢姚沈钟姜崔谭陆汪范石廖贾韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严武戴莫孔向汤"
)
GIVEN = (
    "伟芳敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉萍红建国文华志慧欣宇佳子涵雨晨思琪浩然俊辉海燕"
    "春梅秋云立新庆林永康德成学东晓峰振兴宏图若溪家豪雅婷诗嘉怡博文清源长青少华光远培元仲良秀兰"
    "凤琴"
)
FAR_NAMES = (
    "阿依古丽·买买提", "艾力·吐尔逊", "巴特尔·苏和", "古丽娜尔·阿不都", "乌云其其格", "额尔敦·巴雅尔", "努尔兰·哈山",
    "其木格·道尔吉", "玉素甫·卡德尔", "热娜·依明", "斯琴高娃", "买合木提·肉孜", "布和·朝鲁", "迪丽达尔·艾山",
)  # fmt: skip
BRANDS = (
    "云麓",
    "恒泽",
    "明澈",
    "岑岭",
    "汇川",
    "博岩",
    "盛禾",
    "启衡",
    "瑞沣",
    "中砚",
    "安屿",
    "拓野",
    "嘉穗",
    "宏隽",
    "天佑",
    "泰合",
    "旭升",
    "青柏",
    "众望",
    "金穗",
    "联胜",
    "远洲",
    "和济",
    "华筑",
    "百川",
    "鼎信",
    "锦城",
    "通达",
    "正源",
    "凯利",
)
TRADES = (
    "建筑工程",
    "机械制造",
    "生物科技",
    "信息技术",
    "新材料",
    "医药",
    "食品",
    "物流",
    "环保科技",
    "电子",
    "纺织",
    "置业",
    "文化传媒",
    "农业发展",
    "精密仪器",
)
BANKS = (
    "中国工商银行",
    "中国农业银行",
    "中国银行",
    "中国建设银行",
    "交通银行",
    "招商银行",
    "中国邮政储蓄银行",
    "兴业银行",
    "浦发银行",
)
DIGITS = "零壹贰叁肆伍陆柒捌玖"


def place(rng: Random) -> tuple[str, str, str]:
    """A province, a city without 市, and its area code."""
    return rng.choice(PLACES)


def person(rng: Random, far: float = 0.12) -> str:
    """A person's name, now and then a Mongolian or Uyghur one."""
    if rng.random() < far:
        return rng.choice(FAR_NAMES)
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2, 2))))


def near(rng: Random, name: str) -> str:
    """Another person, company or form of pupils whose name looks like this one."""
    if "公司" in name:
        trades = [
            each
            for each in (*TRADES, "商贸", "家居用品", "教育咨询", "建材", "餐饮管理", "网络科技")
            if each in name
        ]
        if "集团" in name and rng.random() < 0.5:
            return name.replace("集团", "")
        other = rng.choice(("实业", "贸易", "工贸", "投资", "装饰"))
        if trades:
            return name.replace(max(trades, key=len), other)
        return name.replace("公司", f"公司{place(rng)[1]}分公司")
    if "·" in name:
        return name.split("·")[0] + "·" + rng.choice(("沙比尔", "乌兰", "艾合买提", "宝音"))
    if "届" in name:
        return re.sub(r"[0-9](?=届)", lambda found: str((int(found[0]) + 1) % 10), name)
    return name[:-1] + rng.choice([each for each in GIVEN if each not in name])


def company(rng: Random, city: str = "") -> str:
    """A company's full name."""
    city = city or place(rng)[1]
    brand, trade = rng.choice(BRANDS), rng.choice(TRADES)
    form = rng.choice(("有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司"))
    return rng.choice(
        (f"{city}市{brand}{trade}{form}", f"{city}{brand}{trade}{form}", f"{brand}{trade}（{city}）{form}")
    )


def foundation(rng: Random, where: tuple[str, str, str]) -> str:
    """A charity foundation or federation."""
    province, city, _ = where
    brand = rng.choice(BRANDS)
    return rng.choice(
        (f"{province}{brand}教育基金会", f"{city}市{brand}公益基金会", f"{city}市慈善总会", f"{province}{brand}慈善基金会",
         f"{city}学院教育发展基金会")
    )  # fmt: skip


def school(rng: Random, city: str) -> str:
    """A private or public school."""
    brand = rng.choice(BRANDS)
    return rng.choice(
        (
            f"{city}市{brand}外国语学校",
            f"{city}{brand}实验学校",
            f"{city}市{brand}高级中学",
            f"{city}{brand}学校",
        )
    )


def account(rng: Random) -> str:
    """A bank account of 15 to 19 digits."""
    return str(rng.randrange(1, 10)) + "".join(rng.choices("0123456789", k=rng.choice((14, 16, 18))))


def spaced(number: str) -> str:
    """An account in groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def bank(rng: Random, city: str) -> str:
    """A bank's branch."""
    return (
        f"{rng.choice(BANKS)}{city}{rng.choice(('新区', '城东', '人民路', '开发区', '解放路', '滨江'))}支行"
    )


def phone(rng: Random, code: str = "") -> str:
    """A telephone number: of an office if there is an area code."""
    tail = "".join(rng.choices("0123456789", k=7 if code else 8))
    return (
        f"{code}-{rng.randrange(2, 9)}{tail}" if code else f"1{rng.choice('35789')}{rng.randrange(10)}{tail}"
    )


def code(rng: Random, first: str = "91") -> str:
    """A unified social credit code's look."""
    return (
        first
        + "".join(rng.choices("0123456789", k=6))
        + "MA"
        + "".join(rng.choices("0123456789ABCDEFGHJK", k=8))
    )


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    """A working day."""
    found = date(rng.randint(first, last), rng.randint(1, 12), rng.randint(9, 28))
    return found - timedelta(days=max(0, found.weekday() - 4))


def after(start: date, days: int) -> date:
    """A day so many days later (or before)."""
    return start + timedelta(days=days)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def cn(when: date) -> str:
    """2025年3月7日."""
    return f"{when.year}年{when.month}月{when.day}日"


def cn_formal(when: date) -> str:
    """二〇二五年三月七日."""
    figures = "〇一二三四五六七八九"

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        head = "" if tens == 0 else "十" if tens == 1 else figures[tens] + "十"
        return head + (figures[ones] if ones else "")

    return (
        "".join(figures[int(each)] for each in str(when.year)) + f"年{small(when.month)}月{small(when.day)}日"
    )


def money(amount: Decimal) -> str:
    """1,234.00."""
    return f"{amount:,.2f}"


def in_wan(amount: Decimal) -> str:
    """12.35万元."""
    return f"{(amount / 10000).normalize():f}万元"


def _under_wan(number: int, lead: bool) -> str:
    text, gap = "", lead
    for power, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        figure = number // power % 10
        if figure:
            text += ("零" if gap else "") + DIGITS[figure] + unit
            gap = False
        elif text:
            gap = True
    return text


def capital(amount: Decimal) -> str:
    """An amount in words, as on Chinese vouchers."""
    cents = int(amount * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    high, low = divmod(whole, 10000)
    text = _under_wan(high, False) + "万" if high else ""
    text += _under_wan(low, bool(high) and low < 1000)
    text = text + "元" if whole else ""
    if not jiao and not fen:
        return text + "整"
    text += DIGITS[jiao] + "角" if jiao else ("零" if whole else "")
    return text + (DIGITS[fen] + "分" if fen else "整")


def swapped(amount: Decimal) -> Decimal:
    """The amount with two figures exchanged, or one lost where they are alike."""
    whole, _, rest = f"{amount:.2f}".partition(".")
    for at in range(len(whole) - 1):
        one, two = whole[at], whole[at + 1]
        if one != two and not (at == 0 and two == "0"):
            return Decimal(f"{whole[:at]}{two}{one}{whole[at + 2 :]}.{rest}")
    return Decimal(f"{whole[:-1]}.{rest}")


def bill(payer: str, unit: str, total: Decimal, issued_on: date, *items: str, **more: object) -> Bill:
    """A bill in short."""
    return Bill(payer=payer, unit=unit, total=total, issued_on=issued_on, items=items, **more)  # type: ignore[arg-type]


# -- ink and wear -----------------------------------------------------------------------------------


def seal_tag(text: str, under: str = "", width: str = "40mm", style: str = "") -> str:
    """A round seal as an image for HTML, half transparent so that text under it stays legible."""
    picture = stamp(text, under, 320)
    alpha = picture.getchannel("A").point(lambda value: round(value * 0.6))
    picture.putalpha(alpha)
    return f'<img src="{data_uri(picture)}" style="position:absolute;width:{width};{style}">'


def seal_typst(text: str, under: str = "", width: str = "40mm") -> str:
    """The same for Typst, laid over what stands there."""
    picture = stamp(text, under, 320)
    picture.putalpha(picture.getchannel("A").point(lambda value: round(value * 0.6)))
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='320' height='320'>"
        f"<image width='320' height='320' href='{data_uri(picture)}'/></svg>"
    )
    return f'#place(dx: 4mm, dy: -12mm, image(bytes("{svg}"), format: "svg", width: {width}))'


def data_uri(picture: Image.Image) -> str:
    """A picture inside HTML."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def worn(rng: Random, pages: list[Image.Image], dpi: int) -> bytes:
    """Pages as an old office scanner binds them: skew, grain, a dark edge, folds, now and then punch holes."""
    return as_pdf([_wear(rng, page) for page in pages], dpi, rng.randrange(52, 85))


def scan(rng: Random, pdf: bytes, dpi: int = 170) -> bytes:
    """A PDF printed and scanned again."""
    return worn(rng, pictures(pdf, dpi), dpi)


def _wear(rng: Random, page: Image.Image) -> Image.Image:
    pen = ImageDraw.Draw(page)
    width, height = page.size
    if rng.random() < 0.4:
        fold = round(height * rng.uniform(0.46, 0.54))
        pen.line((0, fold, width, fold + rng.randint(-4, 4)), fill=(222, 220, 216), width=3)
    if rng.random() < 0.3:
        for at in (0.35, 0.65):
            spot, size = round(height * at), round(width * 0.012)
            pen.ellipse(
                (width * 0.025 - size, spot - size, width * 0.025 + size, spot + size), fill=(90, 90, 90)
            )
    page = page.rotate(rng.uniform(-1.4, 1.4), Image.Resampling.BICUBIC, fillcolor=(250, 250, 248))
    page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.6)))
    points = np.asarray(page, dtype=np.float32)
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    light = 1 - rng.uniform(0.05, 0.3) * np.exp(-across * rng.uniform(25, 60))
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(points.shape, dtype=np.float32)
    points = points * light * rng.uniform(0.93, 1.0) + noise * rng.uniform(2, 8)
    page = Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")
    return page.convert("L").convert("RGB") if rng.random() < 0.3 else page
