"""Names, sums, days and schools that the papers of a university share."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜谢邹苏潘范彭鲁马苗凤方任"
    "袁柳史唐薛雷贺倪汤罗毕郝安常傅齐康伍余顾孟黄穆萧尹"
)
_DOUBLE = ("欧阳", "司徒", "上官", "诸葛", "尉迟")
_GIVEN = "文博雅琳子涵志远晓燕建国海涛秀英丽娟振华宏伟佳怡思源明哲玉兰春梅立新学军雪莹俊杰浩然静宜永强少华婉清若曦天佑景行书瑶"
_OTHER = (
    ("阿依努尔", "买买提"), ("古丽米热", "吐尔逊"), ("艾力江", "阿不都热合曼"), ("帕提古丽", "依明"),
    ("乌云其其格", "额尔敦"), ("朝鲁门", "巴图"), ("萨仁高娃", "宝音"), ("库尔班江", "热合曼"),
    ("木拉提", "哈孜"), ("斯琴", "孟克"),
)  # fmt: skip
_SINGLE = ("巴特尔", "其木格", "扎西顿珠", "次仁央宗", "苏日娜", "特木尔")


def person(rng: Random) -> str:
    """A full name, now and then of a Uyghur, Mongolian or Tibetan person."""
    lot = rng.random()
    if lot < 0.08:
        first, father = rng.choice(_OTHER)
        return f"{first}·{father}"
    if lot < 0.11:
        return rng.choice(_SINGLE)
    family = rng.choice(_DOUBLE) if lot < 0.14 else rng.choice(_SURNAMES)
    return family + "".join(rng.sample(_GIVEN, 1 if lot > 0.82 else 2))


def people(rng: Random, count: int) -> list[str]:
    """Different names."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[person(rng)] = None
    return list(found)


def near_person(rng: Random, name: str, taken: tuple[str, ...] = ()) -> str:
    """Somebody else whose name looks much the same."""
    while True:
        other = f"{name[:-1]}{rng.choice(_GIVEN)}"
        if other != name and other not in taken:
            return other


_PLACES = (
    "兰州", "呼和浩特", "洛阳", "赣州", "绵阳", "宜昌", "大庆", "喀什", "桂林", "湛江", "温州", "徐州", "唐山", "大同",
    "遵义", "曲靖", "银川", "西宁", "烟台", "芜湖", "泉州", "株洲", "丹东", "通辽", "榆林", "嘉兴", "三亚", "拉萨",
    "保定", "齐齐哈尔", "东莞", "柳州", "宝鸡", "襄阳", "蚌埠", "吉林", "潍坊", "昌吉",
)  # fmt: skip
_BRANDS = (
    "恒泽", "睿通", "远景达", "华辰", "锦程", "嘉禾", "中科图", "海纳川", "鼎元", "立德", "博远", "九州通达", "新元",
    "凯丰", "瑞康", "天工", "云岭", "玉衡", "长桥", "金沃", "蓝湾", "百川汇", "景明", "铭扬", "启智", "沃土", "沁源",
)  # fmt: skip
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "科技有限公司")


class Company(NamedTuple):
    """A firm's name in its parts."""

    place: str
    brand: str
    trade: str
    form: str

    @property
    def name(self) -> str:
        return f"{self.place}{self.brand}{self.trade}{self.form}"

    @property
    def group(self) -> str:
        return f"{self.brand}控股集团有限公司"

    def near(self, rng: Random) -> str:
        """Another firm that looks much the same: a branch of the family, or a sound-alike."""
        if rng.random() < 0.5:
            other = rng.choice([each for each in _BRANDS if each[0] != self.brand[0]])
            return self._replace(brand=other[0] + self.brand[1:]).name
        return self._replace(place=rng.choice([each for each in _PLACES if each != self.place])).name


def company(rng: Random, *trades: str) -> Company:
    """A firm anywhere in the country, in one of these trades."""
    form = rng.choice(_FORMS[:4] if trades and trades[0].endswith("科技") else _FORMS)
    trade = rng.choice(trades)
    return Company(
        rng.choice(_PLACES), rng.choice(_BRANDS), trade, form.removeprefix("科技" if "科技" in trade else " ")
    )


_REGIONS = (
    "河朔", "江右", "陇东", "滇南", "闽北", "皖江", "塞北", "辽河", "湘中", "岭东", "桂北", "黔中", "浙东", "燕北",
    "松嫩", "青河", "汉水", "琼东", "川南", "淮海", "鲁西", "晋阳",
)  # fmt: skip
_KINDS = ("理工", "工业", "师范", "农业", "交通", "科技", "建筑", "海洋", "财经", "民族")
_CRAFTS = ("铁道", "机电", "卫生健康", "旅游", "信息", "建设", "水利", "轻工")


class School(NamedTuple):
    """A university with its foundation and its college."""

    region: str
    kind: str
    craft: str
    town: str
    long_fund: bool

    @property
    def name(self) -> str:
        return f"{self.region}{self.kind}大学"

    @property
    def fund(self) -> str:
        return f"{self.name}教育{'发展' if self.long_fund else ''}基金会"

    @property
    def college(self) -> str:
        return f"{self.region}{self.craft}职业技术学院"

    @property
    def services(self) -> str:
        return f"{self.town}{self.region}后勤服务有限公司"


def school(rng: Random) -> School:
    return School(
        rng.choice(_REGIONS), rng.choice(_KINDS), rng.choice(_CRAFTS), rng.choice(_PLACES), rng.random() < 0.5
    )


def schools(rng: Random, count: int) -> list[School]:
    """Schools with different names."""
    found: dict[str, School] = {}
    while len(found) < count:
        each = school(rng)
        found[each.region] = each
    return list(found.values())


def place(rng: Random) -> str:
    return rng.choice(_PLACES)


def bank(rng: Random, town: str) -> str:
    """A branch of a bank in this town."""
    house = rng.choice(
        (
            "中国工商银行",
            "中国建设银行",
            "中国农业银行",
            "中国银行",
            "交通银行",
            "招商银行",
            "中国邮政储蓄银行",
        )
    )
    street = rng.choice(("大学城", "人民路", "文昌", "学府路", "高新区", "解放路", "滨河", "新华"))
    return f"{house}{rng.choice(('股份有限公司', ''))}{town}{street}支行"


def account(rng: Random, length: int = 0) -> str:
    length = length or rng.choice((16, 17, 19, 20, 21))
    return rng.choice("134568") + "".join(rng.choice("0123456789") for _ in range(length - 1))


def spaced(number: str) -> str:
    """An account as people type it, in groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(rng: Random, head: str = "91") -> str:
    """A code of 18 signs whose last one checks the others (GB 32100)."""
    body = (
        head
        + "".join(rng.choice("0123456789") for _ in range(6))
        + "".join(rng.choice(_CODE) for _ in range(9))
    )
    total = sum(_CODE.index(sign) * 3**at % 31 for at, sign in enumerate(body))
    return body + _CODE[(31 - total % 31) % 31]


def phone(rng: Random) -> str:
    if rng.random() < 0.5:
        return f"1{rng.choice('3578')}{rng.randrange(10**9):09d}"
    return f"0{rng.randrange(310, 999)}-{rng.randrange(2, 9)}{rng.randrange(10**6):06d}"


# -- days ------------------------------------------------------------------------------------------


def day(rng: Random, first: date = date(2023, 6, 5), last: date = date(2026, 3, 31)) -> date:
    """A working day between two days."""
    found = first + timedelta(days=rng.randrange((last - first).days))
    return found + timedelta(days=max(0, 8 - found.isoweekday()) if found.isoweekday() > 5 else 0)


def later(start: date, days: int) -> date:
    return start + timedelta(days=days)


def cn(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def cn0(when: date) -> str:
    return f"{when.year}年{when.month:02d}月{when.day:02d}日"


def dots(when: date) -> str:
    return f"{when.year}.{when.month}.{when.day}"


def han(when: date) -> str:
    """二〇二四年三月五日"""
    digits = "〇一二三四五六七八九"

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else ("十" if tens == 1 else digits[tens] + "十")) + (
            digits[ones] if ones else ""
        )

    return (
        "".join(digits[int(sign)] for sign in str(when.year)) + f"年{small(when.month)}月{small(when.day)}日"
    )


# -- sums ------------------------------------------------------------------------------------------


def comma(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def gaps(amount: Decimal) -> str:
    """1 234 567.00"""
    return f"{amount:,.2f}".replace(",", " ")


def bare(amount: Decimal) -> str:
    """Without zeros that say nothing."""
    return f"{amount.normalize():f}"


def wan(amount: Decimal) -> str:
    return bare(amount / 10000) + "万"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def _group(number: int) -> str:
    out, gap = "", False
    for unit, weight in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = number // weight % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + unit
        gap = digit == 0
    return out


def words(amount: Decimal, yuan: str = "元") -> str:
    """A sum in words, as cheques have it."""
    cents = int(amount * 100)
    whole, rest = divmod(cents, 100)
    high, low = divmod(whole, 10000)
    out = _group(high) + "万" if high else ""
    if low:
        out += ("零" if high and low < 1000 else "") + _group(low)
    out += yuan if whole else ""
    if not rest:
        return out + "整"
    tenth, hundredth = divmod(rest, 10)
    out += _DIGITS[tenth] + "角" if tenth else ("零" if whole else "")
    return out + (_DIGITS[hundredth] + "分" if hundredth else "")


def slip(rng: Random, amount: Decimal, printed: tuple[Decimal, ...] = ()) -> Decimal:
    """This sum with two digits changed over, or the point gone astray; never one that is printed too."""
    text = f"{amount:.2f}".replace(".", "")
    found = []
    for at in range(len(text) - 1):
        if text[at] != text[at + 1] and not (at == 0 and text[1] == "0"):
            found.append(Decimal(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) / 100)
    found = [each for each in found if each not in printed and each != amount]
    if not found:
        found = [amount * 10]
    return rng.choice(found)
