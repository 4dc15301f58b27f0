"""Invented names of people, companies and offices, and the numbers that go with them."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

CITIES = (
    ("江苏省", "南通市", "崇川区", "工农南路"),
    ("浙江省", "台州市", "路桥区", "银安街"),
    ("广东省", "佛山市", "禅城区", "季华五路"),
    ("山东省", "潍坊市", "奎文区", "东风东街"),
    ("四川省", "绵阳市", "涪城区", "临园路东段"),
    ("湖北省", "襄阳市", "樊城区", "长虹路"),
    ("陕西省", "宝鸡市", "渭滨区", "高新大道"),
    ("辽宁省", "鞍山市", "铁东区", "胜利路"),
    ("福建省", "泉州市", "丰泽区", "田安路"),
    ("河南省", "洛阳市", "涧西区", "南昌路"),
    ("湖南省", "株洲市", "天元区", "珠江北路"),
    ("云南省", "曲靖市", "麒麟区", "翠峰路"),
    ("黑龙江省", "齐齐哈尔市", "龙沙区", "卜奎大街"),
    ("甘肃省", "天水市", "秦州区", "建设路"),
    ("安徽省", "芜湖市", "鸠江区", "赭山东路"),
    ("河北省", "唐山市", "路北区", "新华西道"),
    ("江西省", "赣州市", "章贡区", "红旗大道"),
    ("贵州省", "遵义市", "汇川区", "珠海路"),
    ("吉林省", "延吉市", "河南街道", "长白山西路"),
    ("海南省", "三亚市", "吉阳区", "迎宾路"),
    ("山西省", "大同市", "平城区", "御河西路"),
    ("青海省", "格尔木市", "昆仑街道", "八一中路"),
)
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "建国",
    "海燕",
    "志远",
    "晓梅",
    "国栋",
    "雅琴",
    "立群",
    "思齐",
    "明轩",
    "桂芳",
    "振华",
    "佩玲",
    "子涵",
    "文博",
    "秀珍",
    "永康",
    "丽娟",
    "启航",
    "景行",
    "淑贞",
    "卫东",
    "若彤",
    "长河",
    "慧敏",
    "德全",
    "一鸣",
    "红霞",
    "培元",
    "春生",
    "静怡",
    "宏伟",
    "玉洁",
    "少华",
    "锦程",
    "翠平",
    "承志",
    "凤仪",
    "继先",
    "敏",
    "斌",
    "磊",
    "瑶",
    "岩",
    "琳",
    "涛",
    "倩",
    "毅",
    "颖",
)
OTHERS = (
    "阿卜杜拉·买买提",
    "古丽娜尔·艾尔肯",
    "热依汗·吐尔逊",
    "艾合买提江·玉素甫",
    "乌兰图雅·巴特尔",
    "苏日娜·阿拉坦",
    "巴雅尔·孟和",
    "其其格·宝音",
    "帕提古丽·依明",
    "努尔兰·哈力克",
    "米热班·库尔班",
    "斯琴高娃·那顺",
)
BRANDS = tuple("恒瑞拓翔凯澜睿博鼎晟森启嘉蓝远康诺辉宁汇川达屹旭沐锐安源岳擎禾亿澄曜")
TRADES = (
    "精密机械",
    "生物科技",
    "新材料",
    "环保设备",
    "信息技术",
    "食品",
    "医疗器械",
    "建设工程",
    "纺织",
    "文化传媒",
    "仪器仪表",
    "新能源",
    "农业科技",
    "化工",
    "电子",
    "物流",
    "陶瓷",
    "包装印刷",
)
BANKS = (
    ("中国工商银行股份有限公司", "02"),
    ("中国农业银行股份有限公司", "19"),
    ("中国银行股份有限公司", "34"),
    ("中国建设银行股份有限公司", "11"),
    ("交通银行股份有限公司", "31"),
    ("招商银行股份有限公司", "75"),
    ("中信银行股份有限公司", "81"),
    ("上海浦东发展银行股份有限公司", "97"),
    ("中国民生银行股份有限公司", "60"),
    ("中国光大银行股份有限公司", "35"),
)


class Party(NamedTuple):
    """Somebody with a name, a credit code, an address, a telephone, a bank and an account."""

    name: str
    code: str
    address: str
    phone: str
    bank: str
    account: str


def person(rng: Random, other: float = 0.12) -> str:
    """A name of a person; sometimes one of a minority with a middle dot."""
    return rng.choice(OTHERS) if rng.random() < other else rng.choice(SURNAMES) + rng.choice(GIVEN)


def short_city(city: str) -> str:
    return city.removesuffix("市")


def company_name(rng: Random) -> str:
    """The name of a company, built in one of the usual orders."""
    province, city, _, _ = rng.choice(CITIES)
    brand = "".join(rng.sample(BRANDS, 2))
    trade = rng.choice(TRADES)
    return rng.choice(
        (
            f"{short_city(city)}{brand}{trade}有限公司",
            f"{province.removesuffix('省')}{brand}{trade}股份有限公司",
            f"{city}{brand}{trade}有限责任公司",
            f"{brand}{trade}（{short_city(city)}）有限公司",
            f"{brand}集团{short_city(city)}{trade}有限公司",
        )
    )


def near(rng: Random, name: str) -> str:
    """A name like the given one, of another company: one character of its brand is changed."""
    places = [place for place, letter in enumerate(name) if letter in BRANDS]
    place = rng.choice(places)
    letter = rng.choice([each for each in BRANDS if each not in name])
    return name[:place] + letter + name[place + 1 :]


def hospital(rng: Random) -> str:
    province, city, district, _ = rng.choice(CITIES)
    return rng.choice(
        (
            f"{city}第{rng.choice('一二三四')}人民医院",
            f"{city}中医医院",
            f"{city}{district}妇幼保健院",
            f"{province}{short_city(city)}中心医院",
        )
    )


_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(rng: Random, head: str = "91") -> str:
    """A unified social credit code with a right check character."""
    region = rng.choice(("110108", "320602", "370705", "440604", "510703", "610302", "420606", "330106"))
    body = head + region + "".join(rng.choice("0123456789") for _ in range(8)) + rng.choice(_CODE[:20])
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(_CODE.index(each) * weight for each, weight in zip(body, weights, strict=True))
    return body + _CODE[(31 - total % 31) % 31]


def account(rng: Random, head: str = "") -> str:
    """The number of a bank account of a unit."""
    length = rng.choice((15, 16, 17, 18, 19)) - len(head)
    return head + str(rng.randrange(1, 9)) + "".join(rng.choice("0123456789") for _ in range(length - 1))


def phone(rng: Random) -> str:
    if rng.random() < 0.4:
        return f"1{rng.choice('3578')}{rng.randrange(10**8, 10**9)}"
    return f"0{rng.randrange(310, 990)}-{rng.randrange(2200000, 8999999)}"


def party(rng: Random, name: str, head: str = "91") -> Party:
    """A whole party of this name. `head` begins its credit code: 91 company, 51 society, 53 foundation, 12 public."""
    homes = [each for each in CITIES if short_city(each[1]) in name] or [
        each for each in CITIES if each[0].removesuffix("省") in name
    ]
    province, city, district, road = rng.choice(homes or CITIES)
    if name.startswith("中国"):
        province, city, district, road = (
            "",
            "北京市",
            rng.choice(("海淀区", "西城区")),
            rng.choice(("阜成路", "展览路")),
        )
    bank, begin = rng.choice(BANKS)
    branch = f"{bank}{short_city(city)}{rng.choice(('分行营业部', '城东支行', '新区支行', '文化路支行', '开发区支行'))}"
    address = f"{province}{city}{district}{road}{rng.randrange(3, 680)}号"
    return Party(name, code(rng, head), address, phone(rng), branch, account(rng, begin))


def company(rng: Random) -> Party:
    return party(rng, company_name(rng))


# -- sums ------------------------------------------------------------------------------------------


def money(value: Decimal | int) -> str:
    """1,234.00"""
    return f"{Decimal(value):,.2f}"


def plain(value: Decimal | int) -> str:
    """1234.00, or 1234 when whole."""
    value = Decimal(value)
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}"


def wan(value: Decimal | int) -> str:
    """12.35万元"""
    tens = f"{Decimal(value) / 10000:f}"
    return (tens.rstrip("0").rstrip(".") if "." in tens else tens) + "万元"


def upper(value: Decimal | int) -> str:
    """A sum in words: 壹万贰仟元整."""
    value = Decimal(value).quantize(Decimal("0.01"))
    whole, cents = divmod(int(value * 100), 100)
    words = _whole(whole) + "元" if whole else ""
    jiao, fen = divmod(cents, 10)
    if not cents:
        return words + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif whole:
        words += "零"
    return words + (_DIGITS[fen] + "分" if fen else "整")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def _whole(value: int) -> str:
    words, gap = "", False
    for size, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group, value = divmod(value, size)
        if not group:
            gap = gap or bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + name
        gap = False
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for size, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, group = divmod(group, size)
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return words


def swapped(value: Decimal) -> Decimal:
    """The sum with two neighbouring digits transposed; one digit lost when that is not possible."""
    digits = str(int(value))
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1] and digits[place + 1] != "0":
            turned = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            return Decimal(turned) + value % 1
    return value / 10


# -- days ------------------------------------------------------------------------------------------


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    return date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))


def later(rng: Random, start: date, least: int = 1, most: int = 12) -> date:
    return start + timedelta(days=rng.randint(least, most))


def zh(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def spaced(value: date) -> str:
    return f"{value.year} 年 {value.month:02d} 月 {value.day:02d} 日"


_ZERO = "〇一二三四五六七八九"


def formal(value: date) -> str:
    """二〇二五年三月十二日"""

    def number(many: int) -> str:
        tens, ones = divmod(many, 10)
        return (("" if tens == 1 else _ZERO[tens]) + "十" if tens else "") + (_ZERO[ones] if ones else "")

    year = "".join(_ZERO[int(each)] for each in str(value.year))
    return f"{year}年{number(value.month)}月{number(value.day)}日"


def dotted(value: date) -> str:
    return f"{value:%Y.%m.%d}"


# -- organisations that issue bills ----------------------------------------------------------------

FIELDS = (
    "特种玻璃",
    "粉末冶金",
    "冷链装备",
    "竹藤制品",
    "海洋仪器",
    "口腔材料",
    "民族乐器",
    "土壤修复",
    "救援装备",
    "工业涂料",
    "钟表",
    "茶叶流通",
    "水处理",
    "无损检测",
    "包装容器",
    "康复辅具",
)


def society(rng: Random, kinds: tuple[str, ...] = ("行业协会", "工业协会", "学会")) -> tuple[Party, str]:
    """A national or provincial society and its field."""
    field = rng.choice(FIELDS)
    place = rng.choice(("中国", "中国", rng.choice(CITIES)[0]))
    return party(rng, f"{place}{field}{rng.choice(kinds)}", "51"), field


def foundation(rng: Random) -> Party:
    """A foundation, national or of a province or university."""
    province = rng.choice(CITIES)[0]
    name = rng.choice(
        (
            f"{province}{rng.choice(('明德', '泽惠', '春晖', '同泽', '萤火', '思源'))}公益基金会",
            f"中国{rng.choice(('乡村儿童', '古籍保护', '罕见病', '青年助学', '湿地保护'))}{rng.choice(('发展', '关爱'))}基金会",
            f"{province}{rng.choice(('残疾人福利', '教育发展', '文物保护', '见义勇为'))}基金会",
            f"{rng.choice(('江淮', '岭东', '海西', '滇中', '陇原'))}{rng.choice(('大学', '师范大学', '理工大学'))}教育基金会",
        )
    )
    return party(rng, name, "53")


def institute(rng: Random) -> Party:
    """An institute of research, or of testing and inspection."""
    province, city, _, _ = rng.choice(CITIES)
    name = rng.choice(
        (
            f"{province}{rng.choice(('农业', '林业', '水利', '地质', '轻工'))}科学研究院",
            f"{province}产品质量检验研究院",
            f"{city}{rng.choice(('食品药品检验', '特种设备检验', '计量测试'))}所",
            f"中国{rng.choice(('北方', '西南', '东南'))}{rng.choice(('干旱气候', '岩土', '果树', '热带作物'))}研究所",
        )
    )
    return party(rng, name, "12")


def museum(rng: Random) -> Party:
    province, city, _, _ = rng.choice(CITIES)
    name = rng.choice(
        (f"{province}{rng.choice(('自然', '民俗', '艺术', '革命'))}博物馆", f"{city}博物馆", f"{city}美术馆")
    )
    return party(rng, name, "12")


def university(rng: Random) -> Party:
    head = rng.choice(("江淮", "岭东", "海西", "滇中", "陇原", "湘楚", "辽滨", "燕南"))
    return party(rng, f"{head}{rng.choice(('大学', '师范大学', '理工大学', '医科大学', '农业大学'))}", "12")


def other(rng: Random, make: object, *taken: str) -> Party:
    """Another party of the same sort, with a name that is not taken."""
    while True:
        made = make(rng)  # type: ignore[operator]
        found: Party = made[0] if isinstance(made[0], tuple) else made
        if found.name not in taken:
            return found
