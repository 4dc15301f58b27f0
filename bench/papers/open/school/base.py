"""Invented people, firms, schools and numbers, and the forms in which papers write sums and days."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.values import Bill

PLACES = (
    ("湖南省", "衡阳"), ("湖南省", "娄底"), ("江西省", "赣州"), ("江西省", "抚州"), ("安徽省", "滁州"),
    ("安徽省", "阜阳"), ("四川省", "绵阳"), ("四川省", "达州"), ("陕西省", "汉中"), ("陕西省", "榆林"),
    ("山西省", "长治"), ("山西省", "运城"), ("吉林省", "延吉"), ("辽宁省", "锦州"), ("黑龙江省", "佳木斯"),
    ("河北省", "邢台"), ("河南省", "漯河"), ("河南省", "信阳"), ("湖北省", "荆门"), ("湖北省", "恩施"),
    ("广东省", "湛江"), ("广东省", "韶关"), ("福建省", "三明"), ("浙江省", "衢州"), ("浙江省", "湖州"),
    ("江苏省", "盐城"), ("江苏省", "泰州"), ("山东省", "聊城"), ("山东省", "日照"), ("甘肃省", "天水"),
    ("甘肃省", "酒泉"), ("青海省", "西宁"), ("云南省", "曲靖"), ("贵州省", "遵义"), ("海南省", "琼海"),
    ("内蒙古自治区", "赤峰"), ("内蒙古自治区", "通辽"), ("新疆维吾尔自治区", "喀什"), ("宁夏回族自治区", "固原"),
    ("新疆维吾尔自治区", "伊宁"), ("广西壮族自治区", "玉林"), ("广西壮族自治区", "百色"),
)  # fmt: skip

_SURNAMES = (
    "赵钱孙周吴郑冯陈蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜谢邹喻潘葛范彭鲁韦马苗方俞任袁柳史唐费薛雷贺倪汤"
)
_GIVEN = (
    "志远建国晓梅海燕文博雅婷俊杰丽华永强春生秀兰思源宏伟佳慧子涵立新桂芳启明若琳东升凤英景行书瑶长庚玉洁世荣"
)
_DOUBLE = ("欧阳", "上官", "司徒", "诸葛", "令狐")
_FAR = (
    "阿依古丽·买买提", "艾尼瓦尔·吐尔逊", "古丽娜尔·阿不都拉", "玉素甫·艾合买提", "努尔夏提·热合曼",
    "巴特尔·苏和", "乌云其其格·宝音", "那仁满都拉", "萨仁高娃", "叶尔兰·哈力克", "扎西次仁", "卓玛·央金",
)  # fmt: skip

_BRAND = (
    "锐驰", "恒毅", "博润", "鼎泽", "中圻", "九川", "蓝桥", "启航", "嘉禾", "云帆", "丰禾",
    "金穗", "信捷", "昱辉", "百瑞", "宏途", "朗清", "华屹", "同舟", "岳麓风", "汇鑫", "艾格斯",
    "德润", "优品汇", "智联芯", "海川", "凌云", "康泰来", "沃野", "晟达", "明硕", "天阔", "瑞森",
    "欣荣", "江洲", "新桥", "望岳", "开物",
)  # fmt: skip
_TRADES = (
    "智能装备", "汽车零部件", "新能源科技", "餐饮管理", "物流", "建设工程", "电子科技", "文化传媒", "人力资源服务",
    "机电设备", "信息技术", "酒店管理", "检测技术", "数控机床", "食品", "纺织", "医疗器械", "农业发展", "物业服务",
)  # fmt: skip
_FIELDS = (
    "工业职业技术学院", "职业技术学院", "机电工程学校", "交通职业学院", "卫生职业学院", "技师学院", "农业职业技术学院",
    "信息工程职业学院", "职业教育中心", "工程技术学校", "建筑职业技术学院", "商贸学校",
)  # fmt: skip
_BANKS = (
    "中国工商银行{}分行营业部", "中国建设银行股份有限公司{}开发区支行", "中国农业银行{}城南支行", "交通银行{}人民路支行",
    "中国银行股份有限公司{}学府路支行", "{}农村商业银行股份有限公司大学城支行", "中国邮政储蓄银行{}市分行", "招商银行{}分行",
)  # fmt: skip
_ROADS = (
    "学府路",
    "建设东路",
    "滨河大道",
    "育才街",
    "迎宾路",
    "工业三路",
    "文昌北路",
    "环城南路",
    "团结巷",
    "科教大道",
)


def place(rng: Random) -> tuple[str, str]:
    """A province and a city in it."""
    return rng.choice(PLACES)


def person(rng: Random, *, far: float = 0.12) -> str:
    """A person; now and then of a people whose names are long."""
    if rng.random() < far:
        return rng.choice(_FAR)
    if rng.random() < 0.03:
        return rng.choice(_DOUBLE) + rng.choice(_GIVEN)
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2, 2))))


def people(rng: Random, number: int, *, far: float = 0.12) -> list[str]:
    """Persons with different names."""
    found: list[str] = []
    while len(found) < number:
        name = person(rng, far=far)
        if name not in found:
            found.append(name)
    return found


def company(rng: Random, trade: str = "", city: str = "") -> str:
    """A firm."""
    province, town = place(rng)
    town = city or town
    form = rng.choice(("有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司"))
    start = rng.choice((town, town + "市", town, short_province(province)))
    if rng.random() < 0.15:
        return f"{rng.choice(_BRAND)}（{town}）{trade or rng.choice(_TRADES)}有限公司"
    return f"{start}{rng.choice(_BRAND)}{trade or rng.choice(_TRADES)}{form}"


def short_province(province: str) -> str:
    for tail in ("省", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区"):
        if province.endswith(tail):
            return province.removesuffix(tail)
    return province


def companies(rng: Random, number: int, trade: str = "") -> list[str]:
    """Firms with different names."""
    found: list[str] = []
    while len(found) < number:
        name = company(rng, trade)
        if name not in found:
            found.append(name)
    return found


def college(rng: Random, town: str = "") -> str:
    """A vocational school."""
    return (
        (town or place(rng)[1])
        + rng.choice(("", "市" if not town.endswith("市") else ""))
        + rng.choice(_FIELDS)
    )


def colleges(rng: Random, number: int, town: str) -> list[str]:
    """Schools of one town and its surroundings."""
    heads = (town, town + "市", town, f"{town}第一", f"{town}经开区")
    return [rng.choice(heads) + field for field in rng.sample(_FIELDS, number)]


def near_company(rng: Random, name: str) -> str:
    """Another firm whose name looks much like this one."""
    for brand in _BRAND:
        if brand in name:
            other = rng.choice(
                [each for each in _BRAND if each[0] != brand[0] and len(each) == len(brand)] or ["万嘉"]
            )
            return name.replace(brand, other)
    return "新" + name


def near_person(rng: Random, name: str) -> str:
    """Another person of the same family."""
    if "·" in name:
        first, _, last = name.partition("·")
        return f"{rng.choice(('热依汗', '库尔班', '阿丽玛'))}·{last}" if first else name
    return name[0] + rng.choice([each for each in _GIVEN if each not in name]) + rng.choice(("", "平"))


def bank(rng: Random, town: str) -> str:
    """A branch of a bank."""
    return rng.choice(_BANKS).format(town)


def account(rng: Random) -> str:
    """Digits of a bank account."""
    head = rng.choice(("6222", "1802", "4300", "8111", "2010", "9558", "1013", "3705"))
    return head + "".join(rng.choice("0123456789") for _ in range(rng.choice((12, 13, 15))))


def grouped(digits: str) -> str:
    """An account as it is often printed, four digits at a time."""
    return " ".join(digits[k : k + 4] for k in range(0, len(digits), 4))


def address(rng: Random, town: str) -> str:
    """A street and a house."""
    return f"{town}市{rng.choice(_ROADS)}{rng.randrange(3, 988)}号".replace("市市", "市")


def phone(rng: Random, *, mobile: bool | None = None) -> str:
    """A telephone number."""
    if mobile or (mobile is None and rng.random() < 0.5):
        return rng.choice(("138", "139", "151", "177", "186", "199")) + f"{rng.randrange(10**8):08d}"
    return f"0{rng.randrange(310, 999)}-{rng.randrange(2_100_000, 8_999_999)}"


_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(rng: Random, head: str = "91") -> str:
    """A unified social credit code with its check character; 12 public unit, 53 foundation, 91 firm."""
    body = (
        head + f"{rng.randrange(110000, 659999)}" + "".join(rng.choice("0123456789ABCDEFG") for _ in range(9))
    )
    total = sum(_CODE.index(each) * pow(3, k, 31) for k, each in enumerate(body))
    return body + _CODE[(31 - total % 31) % 31]


# -- sums ------------------------------------------------------------------------------------------

_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def _thousands(value: int) -> str:
    out, zero = "", False
    for unit, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = value // size % 10
        if digit:
            out += ("零" if zero and out else "") + _DIGITS[digit] + unit
            zero = False
        else:
            zero = True
    return out


def words(value: Decimal) -> str:
    """A sum in capital numerals."""
    fen = int((value * 100).to_integral_value())
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    out = ""
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part = yuan // size % 10**4
        if part:
            out += ("零" if out and part < 1000 else "") + _thousands(part) + unit
    out = out + "元" if out else ""
    if not jiao and not cent:
        return out + "整"
    out += (_DIGITS[jiao] + "角") if jiao else ("零" if out else "")
    return out + (_DIGITS[cent] + "分" if cent else "整")


def comma(value: Decimal) -> str:
    """1,234.00"""
    return f"{value:,.2f}"


def short(value: Decimal) -> str:
    """1234 or 37.5, without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def wan(value: Decimal) -> str:
    """12.35 (of 123,500), the number before 万元."""
    return (
        f"{(value / 10000):f}".rstrip("0").rstrip(".")
        if "." in f"{value / 10000:f}"
        else f"{value / 10000:f}"
    )


def spaced(value: Decimal) -> str:
    """1 234 567.00"""
    return f"{value:,.2f}".replace(",", " ")


def money(rng: Random, low: int, high: int, step: int = 100) -> Decimal:
    """A sum between two bounds, a multiple of a step."""
    return Decimal(rng.randrange(low // step, high // step + 1) * step)


def swapped(value: Decimal) -> Decimal:
    """The sum with two neighbouring digits transposed, as a typist does."""
    digits = f"{value:.2f}"
    for k in range(len(digits) - 4):
        if digits[k] != digits[k + 1] and digits[k + 1] != "0":
            return Decimal(digits[:k] + digits[k + 1] + digits[k] + digits[k + 2 :])
    return value + 900


# -- days ------------------------------------------------------------------------------------------

_HAN = "〇一二三四五六七八九"


def day(rng: Random, first: int = 2023, last: int = 2027) -> date:
    """A working day."""
    found = date(first, 1, 5) + timedelta(rng.randrange((last - first + 1) * 365 - 30))
    return found - timedelta(max(0, found.weekday() - 4))


def after(moment: date, days: int) -> date:
    """So many days later (or earlier)."""
    return moment + timedelta(days)


def years(moment: date, number: int) -> date:
    """The same day so many years later."""
    return moment.replace(year=moment.year + number, day=min(moment.day, 28))


def cn(moment: date) -> str:
    """2025年3月8日"""
    return f"{moment.year}年{moment.month}月{moment.day}日"


def padded(moment: date) -> str:
    """2025年03月08日"""
    return f"{moment.year}年{moment.month:02d}月{moment.day:02d}日"


def dotted(moment: date) -> str:
    """2025.3.8"""
    return f"{moment.year}.{moment.month}.{moment.day}"


def _small(value: int) -> str:
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _HAN[tens] + "十") + (_HAN[ones] if ones else "")


def han(moment: date) -> str:
    """二〇二五年三月八日"""
    return f"{''.join(_HAN[int(each)] for each in str(moment.year))}年{_small(moment.month)}月{_small(moment.day)}日"


# -- truth and bills -------------------------------------------------------------------------------


def said(
    kind: str,
    payer: str,
    payee: str,
    total: Decimal | None,
    signed_on: date | None,
    *,
    number: str = "",
    account: str = "",
    words: bool = False,
) -> dict[str, Any]:
    """The first facts of a `Truth` about two parties; `words` when the sum also stands there in words."""
    facts: dict[str, Any] = {
        "kind": kind,
        "payers": (payer,),
        "payees": (payee,),
        "total": total,
        "signed_on": signed_on,
    }
    if words:
        facts["words"] = total
    if number:
        facts["numbers"] = (number,)
    if account:
        facts["accounts"] = (account,)
    return facts


def bill(
    usual: dict[str, Any], total: Decimal, issued_on: date, note: str = "", wrong: str = "", **changes: Any
) -> Bill:
    """A bill of what the bills of a paper share (`usual`), but for what changes."""
    return Bill(**usual | changes, total=total, issued_on=issued_on, note=note, wrong=wrong)
