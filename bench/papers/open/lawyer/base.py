"""Names, sums and days as a lawyer in the west meets them, and the small changes that make a bill wrong."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import msgspec

from bench.papers.values import Bill

T = TypeVar("T")

PLACES = (
    "甘肃省|定西市|渭源县", "甘肃省|陇南市|宕昌县", "四川省|凉山彝族自治州|昭觉县", "四川省|阿坝藏族羌族自治州|茂县",
    "云南省|昭通市|镇雄县", "云南省|怒江傈僳族自治州|兰坪县", "贵州省|毕节市|威宁县", "贵州省|黔东南苗族侗族自治州|榕江县",
    "新疆维吾尔自治区|喀什地区|莎车县", "新疆维吾尔自治区|阿克苏地区|库车市", "内蒙古自治区|锡林郭勒盟|正蓝旗",
    "内蒙古自治区|鄂尔多斯市|乌审旗", "青海省|海东市|化隆县", "青海省|海西蒙古族藏族自治州|都兰县",
    "宁夏回族自治区|固原市|西吉县", "宁夏回族自治区|中卫市|海原县", "陕西省|安康市|紫阳县", "陕西省|榆林市|靖边县",
    "西藏自治区|昌都市|芒康县", "西藏自治区|林芝市|波密县", "广西壮族自治区|河池市|都安县", "重庆市|黔江区|酉阳县",
)  # fmt: skip
COASTS = (
    "北京", "上海", "深圳", "杭州", "苏州", "南京", "青岛", "厦门", "武汉", "长沙", "成都", "西安", "兰州", "重庆", "昆明",
)  # fmt: skip
BRANDS = (
    "瑞禾", "博泰", "恒远", "明澈", "启文", "康淳", "云岭", "远岫", "川穹", "晟通", "泽兴", "汇川源", "嘉木", "安诺",
    "天枢", "锦程", "百草", "华济", "众擎", "同舟", "和畅", "信达成", "智渊", "格桑", "驼铃", "金麦", "蓝桥", "方圆里",
)  # fmt: skip
TRADES = {
    "edu": ("教育科技", "教育咨询", "文化传媒", "人力资源服务", "信息技术"),
    "med": ("医药", "医疗科技", "生物制药", "医疗器械", "健康管理"),
    "ind": ("建筑工程", "矿业", "新能源", "农牧业发展", "物流", "电力工程", "食品"),
}
FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢"
)
GIVEN = (
    "建国", "晓燕", "志强", "海霞", "文博", "雨桐", "永昌", "秀兰", "振华", "丽娟", "子涵", "国庆", "小芳", "宏伟", "玉梅",
    "博", "静", "磊", "娜", "勇", "敏", "涛", "倩", "继红", "思远", "春生", "凤英", "晨曦", "德才", "桂香",
)  # fmt: skip
FAR = (
    "阿依古丽·买买提", "努尔艾力·吐尔逊", "古丽娜尔·阿不都拉", "艾力·热合曼", "其其格", "乌云塔娜", "巴特尔", "宝音·德力格尔",
    "扎西顿珠", "卓玛央宗", "洛桑丹增", "阿卓·史日", "吉克·阿依", "叶尔兰·哈孜别克", "玛依努尔·托合提",
)  # fmt: skip
BANKS = ("中国农业银行", "中国工商银行", "中国建设银行", "中国银行", "中国邮政储蓄银行", "农村信用合作联社")


def one(rng: Random, *choices: T) -> T:
    """One of the choices."""
    return rng.choice(choices)


class Place(msgspec.Struct, frozen=True):
    """A county, with what lies above it."""

    province: str
    city: str
    county: str

    @property
    def short(self) -> str:
        return self.county if len(self.county) <= 2 else self.county[:-1]


def place(rng: Random) -> Place:
    return Place(*rng.choice(PLACES).split("|"))


def hospital(rng: Random, at: Place) -> str:
    return at.county + one(rng, "人民医院", "中医医院", "妇幼保健院", "第二人民医院", "疾病预防控制中心")


def college(rng: Random, at: Place) -> str:
    stem = at.city.removesuffix("市").removesuffix("地区")
    if "自治州" in stem:
        stem = stem[:2]
    return stem + one(rng, "师范学院", "师范高等专科学校", "幼儿师范高等专科学校", "教师进修学院")


def company(rng: Random, trade: str, *, local: Place | None = None) -> str:
    where = one(rng, local.county, local.province[:2]) if local else rng.choice(COASTS)
    if where in ("内蒙", "新疆", "宁夏", "广西", "西藏") or local is None:
        where = {"内蒙": "内蒙古"}.get(where, where)
    tail = one(rng, "有限公司", "有限责任公司", "股份有限公司", "有限公司")
    return f"{where}{one(rng, '市', '', '') if local is None else ''}{rng.choice(BRANDS)}{rng.choice(TRADES[trade])}{tail}"


def person(rng: Random) -> str:
    if rng.random() < 0.25:
        return rng.choice(FAR)
    return rng.choice(FAMILY) + rng.choice(GIVEN)


def near(rng: Random, name: str) -> str:
    """Another unit or person whose name looks much like this one."""
    for brand in sorted(BRANDS, key=len, reverse=True):
        if brand in name:
            return name.replace(brand, rng.choice([each for each in BRANDS if each[-1] != brand[-1]]), 1)
    for old, new in (
        ("第二人民医院", "第一人民医院"), ("中医医院", "人民医院"), ("人民医院", "中医医院"), ("妇幼保健院", "计划生育服务中心"),
        ("疾病预防控制中心", "卫生监督所"), ("幼儿师范高等专科学校", "职业技术学院"), ("师范高等专科学校", "职业技术学院"),
        ("师范学院", "医学院"), ("教师进修学院", "广播电视大学"), ("教育局", "教育考试院"), ("财政局", "审计局"),
        ("卫生健康局", "医疗保障局"),
        ("中心医院", "第二医院"), ("中西医结合医院", "中心医院"),
    ):  # fmt: skip
        if old in name:
            return name.replace(old, new, 1)
    if "·" in name:
        parts = [each.partition("·")[0] for each in FAR if each[0] != name[0] and "·" in each]
        return rng.choice(parts) + name[name.index("·") :]
    return name[:-1] + rng.choice([each for each in "伟芳明琴刚" if each != name[-1]])


def account(rng: Random) -> str:
    return rng.choice("12368") + "".join(rng.choices("0123456789", k=rng.choice((14, 16, 18))))


def grouped(digits: str) -> str:
    return " ".join(digits[k : k + 4] for k in range(0, len(digits), 4))


def code(rng: Random, head: str = "91") -> str:
    """A social credit code with its check letter."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    text = head + f"{rng.randrange(110000, 659999)}" + "".join(rng.choices(letters, k=9))
    total = sum(letters.index(each) * pow(3, k, 31) for k, each in enumerate(text))
    return text + letters[(31 - total % 31) % 31]


def phone(rng: Random) -> str:
    if rng.random() < 0.5:
        return f"1{one(rng, 38, 39, 50, 77, 81, 99)}{rng.randrange(10**8):08d}"
    return f"0{rng.randrange(830, 998)}-{rng.randrange(2200000, 8899999)}"


# -- sums ------------------------------------------------------------------------------------------


def money(value: Decimal | int | str) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


def comma(value: Decimal) -> str:
    return f"{value:,.2f}"


def plain(value: Decimal) -> str:
    """Without a comma, and without empty cents."""
    text = f"{value:.2f}"
    return text.removesuffix(".00")


def spaced(value: Decimal) -> str:
    return comma(value).replace(",", " ")


def wan(value: Decimal) -> str:
    """In 万元, as short as it goes."""
    return f"{(value / 10000).normalize():f}万元"


def words(value: Decimal) -> str:
    """The amount in words (大写)."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
    whole, cents = int(value), int(value * 100) % 100
    groups = []
    while whole:
        whole, low = divmod(whole, 10000)
        groups.append(low)
    text, gap = "", False
    for level in range(len(groups) - 1, -1, -1):
        low = groups[level]
        part, zero = "", gap or (bool(text) and low < 1000)
        for power in (3, 2, 1, 0):
            digit = low // 10**power % 10
            if digit == 0:
                zero = zero or bool(part) or bool(text)
                continue
            part += ("零" if zero and (text or part) else "") + digits[digit] + units[power]
            zero = False
        text += part + ("", "万", "亿")[level] if low else ""
        gap = low == 0 or low % 10 == 0
    text = (text or "零") + "元"
    if cents == 0:
        return text + "整"
    text += digits[cents // 10] + "角" if cents >= 10 else "零"
    return text + (digits[cents % 10] + "分" if cents % 10 else "整")


def swapped(value: Decimal) -> Decimal:
    """The sum with two neighbouring digits exchanged."""
    text = f"{value:.2f}"
    for k in range(len(text) - 3, 0, -1):
        if "." not in text[k - 1 : k + 1] and text[k] != text[k - 1] and (k > 1 or text[k] != "0"):
            return Decimal(text[: k - 1] + text[k] + text[k - 1] + text[k + 1 :])
    return value + value / 10


# -- days ------------------------------------------------------------------------------------------


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    return date(rng.randrange(first, last + 1), 1, 1) + timedelta(days=rng.randrange(360))


def later(start: date, days: int) -> date:
    return start + timedelta(days=days)


def in_year(day_: date, years: int) -> date:
    """The last day of a period of so many years."""
    try:
        return day_.replace(year=day_.year + years) - timedelta(days=1)
    except ValueError:
        return day_.replace(year=day_.year + years, day=28)


def said(day_: date, how: int = 0) -> str:
    """A day as people write it."""
    forms = (
        f"{day_.year}年{day_.month}月{day_.day}日",
        f"{day_.year}年{day_.month:02d}月{day_.day:02d}日",
        f"{day_.year} 年 {day_.month} 月 {day_.day} 日",
        f"{day_.year}.{day_.month}.{day_.day}",
        day_.isoformat(),
    )
    return forms[how % len(forms)]


def said_cn(day_: date) -> str:
    """二〇二五年三月八日."""
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(each)] for each in str(day_.year))
    return f"{year}年{_tens(day_.month)}月{_tens(day_.day)}日"


def _tens(number: int) -> str:
    digits = "〇一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def cn(number: int) -> str:
    """A clause number in Chinese."""
    return _tens(number)


# -- bills -----------------------------------------------------------------------------------------


def bad(bill: Bill, fact: str, note: str, **changes: Any) -> Bill:
    """The bill with one fact changed."""
    return msgspec.structs.replace(bill, wrong=fact, note=note, **changes)


def some(rng: Random, honest: Sequence[Bill], wrong: Sequence[Bill], count: int = 2) -> tuple[Bill, ...]:
    """All honest bills and `count` of the wrong ones."""
    return (*honest, *rng.sample(list(wrong), min(count, len(wrong))))


def all_bad(fact: str, note: str, bills: Sequence[Bill]) -> tuple[Bill, ...]:
    """Every bill on a paper that nothing can rest upon."""
    return tuple(msgspec.structs.replace(each, wrong=fact, note=note) for each in bills if not each.wrong)
