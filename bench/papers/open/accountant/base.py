"""People, firms, public units, sums and days as they come over an accountant's desk."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.values import Bill

CITIES = (
    ("浙江省", "宁波市", "北仑区", "0574"), ("浙江省", "台州市", "椒江区", "0576"),
    ("浙江省", "嘉兴市", "平湖市", "0573"), ("浙江省", "绍兴市", "上虞区", "0575"),
    ("江苏省", "南通市", "崇川区", "0513"), ("江苏省", "盐城市", "大丰区", "0515"),
    ("江苏省", "常州市", "新北区", "0519"), ("江苏省", "镇江市", "京口区", "0511"),
    ("福建省", "泉州市", "丰泽区", "0595"), ("福建省", "漳州市", "龙文区", "0596"),
    ("山东省", "烟台市", "福山区", "0535"), ("山东省", "日照市", "东港区", "0633"),
    ("安徽省", "芜湖市", "鸠江区", "0553"), ("安徽省", "滁州市", "琅琊区", "0550"),
    ("江西省", "九江市", "濂溪区", "0792"), ("上海市", "上海市", "奉贤区", "021"),
    ("新疆维吾尔自治区", "昌吉市", "北庭路街道", "0994"), ("内蒙古自治区", "包头市", "昆都仑区", "0472"),
    ("广东省", "湛江市", "霞山区", "0759"), ("辽宁省", "营口市", "鲅鱼圈区", "0417"),
)  # fmt: skip
BRANDS = [
    "恒屿",
    "澜舟",
    "衡钰",
    "沐川",
    "禾骏",
    "鼎岚",
    "瑞杼",
    "启樾",
    "仲霖",
    "泓铂",
    "嘉砺",
    "峻麟",
    "拓岩",
    "信栎",
    "宏煊",
    "海曙源",
    "卓翎",
    "安杞",
    "联垚",
    "正澍",
    "百川汇",
    "华轸",
    "东穗",
    "金羿",
    "翌辰",
    "德珅",
    "隆玑",
    "远舶",
    "盛桅",
    "亿森",
]
TRADES = [
    "新材料",
    "精密机械",
    "化工",
    "生物医药",
    "纺织科技",
    "电子",
    "海洋装备",
    "食品",
    "新能源",
    "涂料",
    "纸业",
    "汽车零部件",
    "仪器仪表",
    "环保设备",
]
SUFFIXES = ("有限公司", "股份有限公司", "有限公司", "科技有限公司", "集团有限公司")
SURNAMES = [
    "陈",
    "林",
    "王",
    "李",
    "张",
    "刘",
    "黄",
    "周",
    "吴",
    "徐",
    "孙",
    "胡",
    "朱",
    "高",
    "郭",
    "何",
    "罗",
    "郑",
    "梁",
    "谢",
    "宋",
    "唐",
    "许",
    "邓",
    "冯",
    "韩",
    "曹",
    "曾",
    "彭",
    "萧",
    "蔡",
    "潘",
    "田",
    "董",
    "袁",
    "于",
    "余",
    "叶",
    "蒋",
    "杜",
    "苏",
    "魏",
    "程",
    "吕",
    "丁",
    "沈",
    "任",
    "姚",
    "卢",
    "傅",
    "钟",
    "姜",
    "崔",
    "谭",
    "廖",
    "范",
    "汪",
    "陆",
    "金",
    "石",
    "戴",
    "贾",
    "韦",
    "夏",
    "邱",
    "方",
    "侯",
    "邹",
    "熊",
    "孟",
    "秦",
]
GIVEN = [
    "建国",
    "晓雯",
    "志鹏",
    "丽萍",
    "文博",
    "雨桐",
    "海燕",
    "俊杰",
    "秀兰",
    "国栋",
    "思远",
    "佳怡",
    "立军",
    "美玲",
    "浩然",
    "春华",
    "景行",
    "颖",
    "磊",
    "敏",
    "伟东",
    "月娥",
    "昕",
    "梓涵",
    "永康",
    "凤仪",
    "学勤",
    "若兰",
    "一鸣",
    "素芬",
    "振宇",
    "婉清",
]
OTHERS = (
    "巴特尔·苏和", "阿依古丽·买买提", "艾力·吐尔逊", "娜仁·其木格", "迪丽努尔·阿布都热依木", "欧阳学勤",
    "上官婉清", "乌兰·图雅",
)  # fmt: skip
BANKS = (
    "中国工商银行",
    "中国农业银行",
    "中国银行",
    "中国建设银行",
    "交通银行",
    "招商银行",
    "浙商银行",
    "兴业银行",
)
PREFIXES = {
    "中国工商银行": "1207", "中国农业银行": "3913", "中国银行": "3626", "中国建设银行": "3305",
    "交通银行": "3320", "招商银行": "5749", "浙商银行": "3320", "兴业银行": "3510",
}  # fmt: skip
ROADS = [
    "滨海大道",
    "学府路",
    "科创路",
    "人民东路",
    "疏港大道",
    "长江北路",
    "会展路",
    "明珠路",
    "兴业街",
    "望江路",
]
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def person(rng: Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(OTHERS)
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


class Party:
    """A party with everything a contract's head or foot prints about it."""

    def __init__(self, rng: Random, name: str, place: tuple[str, str, str, str], public: bool) -> None:
        province, city, district, area = place
        self.name = name
        self.city = city.removesuffix("市")
        self.code = uscc(rng, "12" if public else "91")
        lead = province if province != city else ""
        self.address = f"{lead}{city}{district}{rng.choice(ROADS)}{rng.randint(2, 1980)}号"
        self.phone = f"{area}-{rng.randint(2, 8)}{rng.randint(1000000, 9999999):07d}"
        if area not in ("021", "0574", "0513"):
            self.phone = self.phone[:-1]
        self.mobile = f"1{rng.choice('35789')}{rng.randint(0, 9)}{rng.randint(10**7, 10**8 - 1)}"
        house = rng.choice(BANKS)
        self.bank = f"{house}{self.city}{rng.choice(('分行', '支行'))}{rng.choice(('营业部', '', ''))}"
        if rng.random() < 0.5:
            self.bank = f"{house}股份有限公司{self.city}{district.rstrip('区市')}支行"
        self.account = account(rng, PREFIXES[house])
        self.head = person(rng)
        self.contact = person(rng)


def company(rng: Random) -> Party:
    place = rng.choice(CITIES)
    city = place[1].removesuffix("市")
    brand, trade, suffix = rng.choice(BRANDS), rng.choice(TRADES), rng.choice(SUFFIXES)
    name = f"{city}{brand}{trade}{suffix}"
    if rng.random() < 0.18:
        name = f"{brand}{trade}（{city}）有限公司"
    return Party(rng, name, place, False)


def sister(rng: Random, name: str) -> str:
    """Another firm of the same group whose name is near."""
    if "（" in name:
        here = name[name.index("（") + 1 : name.index("）")]
        other = rng.choice([c[1].removesuffix("市") for c in CITIES if c[1].removesuffix("市") != here])
        return name.replace(here, other)
    if name.endswith("股份有限公司"):
        return name.removesuffix("股份有限公司") + "销售有限公司"
    if name.endswith("科技有限公司"):
        return name.removesuffix("科技有限公司") + "贸易有限公司"
    if name.endswith("集团有限公司"):
        return name.removesuffix("集团有限公司") + "有限公司"
    return name.removesuffix("有限公司") + "进出口有限公司"


#: What public units are called; `{c}` is the city.
UNITS = {
    "university": ("{c}理工大学", "{c}海洋大学", "{c}工程学院", "{c}师范大学", "{c}科技学院"),
    "centre": ("{c}国际会展中心", "{c}会展服务中心", "{c}国际博览中心", "{c}文化会议中心"),
    "port": ("{c}港务管理局", "{c}港航事业发展中心", "{c}引航站", "{c}港口服务中心"),
    "institute": (
        "{c}市产品质量检验检测研究院", "{c}市计量测试研究所", "{c}化工研究院", "{c}特种设备检验研究院",
        "{c}市纤维纺织检验所",
    ),
    "association": ("{c}市化学化工学会", "{c}市机械工程学会", "{c}市企业联合会", "{c}市标准化协会"),
    "waste": ("{c}市固体废物处置中心", "{c}市危险废物处理处置中心", "{c}市环境卫生管理中心"),
}  # fmt: skip


def unit(rng: Random, kind: str) -> Party:
    place = rng.choice(CITIES)
    return Party(rng, rng.choice(UNITS[kind]).format(c=place[1].removesuffix("市")), place, True)


def other_unit(rng: Random, kind: str, name: str) -> str:
    """Another unit of the kind, from the same place where possible."""
    for place in CITIES:
        city = place[1].removesuffix("市")
        if name.startswith(city):
            return rng.choice([made for each in UNITS[kind] if (made := each.format(c=city)) != name])
    return unit(rng, kind).name


def uscc(rng: Random, lead: str) -> str:
    body = lead + f"33{rng.randint(100, 999):03d}{rng.randint(0, 9)}"
    body += "".join(rng.choice(CODE) for _ in range(17 - len(body)))
    rest = sum(CODE.index(c) * pow(3, k, 31) for k, c in enumerate(body)) % 31
    return body + CODE[(31 - rest) % 31]


def account(rng: Random, lead: str = "") -> str:
    lead = lead or rng.choice(tuple(PREFIXES.values()))
    return lead + "".join(str(rng.randint(0, 9)) for _ in range(rng.choice((15, 13, 15)) - 0))


def spaced(digits: str) -> str:
    return " ".join(digits[k : k + 4] for k in range(0, len(digits), 4))


def bill(
    payer: str, unit_name: str, total: Decimal | int | str, day: date, items: str | Sequence[str], **more: Any
) -> Bill:
    listed = (items,) if isinstance(items, str) else tuple(items)
    return Bill(payer=payer, unit=unit_name, total=Decimal(total), issued_on=day, items=listed, **more)


# -- sums ------------------------------------------------------------------------------------------


def money(value: Decimal | int) -> str:
    return f"{Decimal(value):,.2f}"


def blank(value: Decimal | int) -> str:
    """1 234 567.00"""
    return money(value).replace(",", " ")


def comma_int(value: Decimal | int) -> str:
    return f"{int(value):,}"


def wan(value: Decimal | int) -> str:
    shown = f"{Decimal(value) / 10000:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _four(number: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return text


def upper(value: Decimal | int, whole: str = "整", yuan: str = "元") -> str:
    """A sum in Chinese capitals."""
    cents = int((Decimal(value) * 100).to_integral_value())
    number, rest = divmod(cents, 100)
    text, groups = "", ((number // 10**8, "亿"), (number // 10**4 % 10**4, "万"), (number % 10**4, ""))
    gap = False
    for size, mark in groups:
        if not size:
            gap = bool(text)
            continue
        if text and (gap or size < 1000):
            text += "零"
        text += _four(size) + mark
        gap = False
    text = (text + yuan) if text else ""
    tens, ones = divmod(rest, 10)
    if not rest:
        return (text or "零" + yuan) + whole
    if tens:
        return text + DIGITS[tens] + "角" + (DIGITS[ones] + "分" if ones else whole)
    return text + ("零" if text else "") + DIGITS[ones] + "分"


def swapped(rng: Random, value: Decimal) -> Decimal:
    """Two neighbouring unlike digits exchanged; the first stays a digit other than 0."""
    text = f"{value:.2f}"
    places = [
        k
        for k in range(len(text) - 3)
        if text[k].isdigit() and text[k + 1].isdigit() and text[k] != text[k + 1]
        if k or text[1] != "0"
    ]
    if not places:
        return value + 90
    k = rng.choice(places)
    return Decimal(text[:k] + text[k + 1] + text[k] + text[k + 2 :])


# -- days ------------------------------------------------------------------------------------------

SMALL = "〇一二三四五六七八九"


def day(rng: Random, first: int = 2023, last: int = 2027) -> date:
    found = date(first, 1, 4) + timedelta(days=rng.randrange((last - first + 1) * 365 - 40))
    return found - timedelta(days=max(0, found.weekday() - 4))


def later(start: date, days: int) -> date:
    return start + timedelta(days=days)


def cn(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def cn0(when: date) -> str:
    return f"{when.year}年{when.month:02d}月{when.day:02d}日"


def dots(when: date) -> str:
    return f"{when.year}.{when.month}.{when.day}"


def slash(when: date) -> str:
    return f"{when.year}/{when.month:02d}/{when.day:02d}"


def small(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else SMALL[tens]) + ("十" if tens else "") + (SMALL[ones] if ones else "")


def hanzi(when: date) -> str:
    year = "".join(SMALL[int(c)] for c in str(when.year))
    return f"{year}年{small(when.month)}月{small(when.day)}日"


def any_day(rng: Random, when: date) -> str:
    return rng.choice((cn, cn, cn0, dots, slash, hanzi))(when)
