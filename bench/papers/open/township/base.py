"""Names, places, sums and days of a county town's office, drawn from a random number generator."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from bench.papers.values import Bill, Paper


class Place(NamedTuple):
    """A county with its towns, the villages about it, and what its people are mostly called."""

    province: str
    city: str
    county: str
    towns: tuple[str, ...]
    people: str = "han"
    bank: str = "农村商业银行股份有限公司"

    @property
    def short(self) -> str:
        return self.county.removesuffix("县") if len(self.county) > 2 else self.county


PLACES = (
    Place("安徽省", "六安市", "霍山县", ("衡山镇", "落儿岭镇", "诸佛庵镇", "磨子潭镇", "大化坪镇", "佛子岭镇")),
    Place("湖南省", "怀化市", "溆浦县", ("卢峰镇", "低庄镇", "桥江镇", "龙潭镇", "观音阁镇", "双井镇", "水东镇")),
    Place("贵州省", "遵义市", "湄潭县", ("湄江街道", "永兴镇", "复兴镇", "高台镇", "茅坪镇", "兴隆镇", "新南镇")),
    Place("云南省", "保山市", "昌宁县", ("田园镇", "漭水镇", "柯街镇", "卡斯镇", "勐统镇", "温泉镇", "大田坝镇")),
    Place("河南省", "信阳市", "光山县", ("弦山街道", "泼陂河镇", "白雀园镇", "寨河镇", "孙铁铺镇", "马畈镇")),
    Place("山东省", "临沂市", "沂水县", ("沂城街道", "马站镇", "高桥镇", "许家湖镇", "诸葛镇", "崔家峪镇", "四十里堡镇")),
    Place("江西省", "赣州市", "宁都县", ("梅江镇", "青塘镇", "长胜镇", "黄陂镇", "固村镇", "赖村镇", "石上镇")),
    Place("四川省", "达州市", "宣汉县", ("东乡街道", "南坝镇", "胡家镇", "华景镇", "双河镇", "普光镇", "天生镇")),
    Place("陕西省", "汉中市", "洋县", ("洋州街道", "谢村镇", "马畅镇", "龙亭镇", "槐树关镇", "黄金峡镇")),
    Place("河北省", "邢台市", "宁晋县", ("凤凰镇", "河渠镇", "北河庄镇", "耿庄桥镇", "东汪镇", "大陆村镇")),
    Place("浙江省", "丽水市", "松阳县", ("西屏街道", "古市镇", "玉岩镇", "象溪镇", "大东坝镇", "新兴镇")),
    Place("福建省", "龙岩市", "武平县", ("平川街道", "岩前镇", "十方镇", "中堡镇", "桃溪镇", "中山镇")),
    Place("黑龙江省", "绥化市", "望奎县", ("望奎镇", "通江镇", "卫星镇", "海丰镇", "莲花镇", "先锋镇")),
    Place("广西壮族自治区", "河池市", "环江县", ("思恩镇", "水源镇", "洛阳镇", "川山镇", "明伦镇", "东兴镇")),
    Place("甘肃省", "天水市", "甘谷县", ("大像山镇", "新兴镇", "磐安镇", "六峰镇", "安远镇", "金山镇", "大石镇")),
    Place("内蒙古自治区", "通辽市", "奈曼旗", ("大沁他拉镇", "八仙筒镇", "青龙山镇", "新镇", "治安镇", "东明镇"),
          "mongol", "农村商业银行股份有限公司"),
    Place("新疆维吾尔自治区", "喀什地区", "伽师县", ("巴仁镇", "西克尔库勒镇", "夏普吐勒镇", "卧里托格拉克镇", "克孜勒博依镇"),
          "uyghur", "农村信用合作联社"),
)  # fmt: skip
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹柏窦章苏潘葛范彭鲁韦马苗方俞任袁柳唐罗薛雷"
    "贺倪汤殷毕郝邬安常乐傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄米明戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾路江童颜郭"
    "梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房丁邓郁洪包石崔龚程邢裴陆翁甄"
)
_MALE = ("建国", "志强", "永福", "德顺", "少华", "文斌", "家旺", "世昌", "国栋", "长贵", "明义", "立新", "根生", "海涛",
         "俊峰", "卫东", "学礼", "兴隆", "光宗", "绍辉", "泽民", "庆丰", "宝田", "晓东", "浩然", "仁杰")  # fmt: skip
_FEMALE = ("秀兰", "桂芳", "玉珍", "春梅", "丽娟", "淑华", "小燕", "雪莲", "金凤", "佩瑶", "海霞", "红英", "惠敏", "月娥",
           "翠萍", "美玲", "思雨", "梓涵", "冬妮", "彩云", "凤仙", "雅琴")  # fmt: skip
_CHILD = (
    "梓轩",
    "雨桐",
    "沐辰",
    "若曦",
    "子墨",
    "一诺",
    "语彤",
    "浩宇",
    "欣妍",
    "奕辰",
    "可馨",
    "嘉懿",
    "佑安",
    "芷若",
)
_MONGOL = ("巴特尔", "其其格", "苏和", "乌云毕力格", "那仁满都拉", "萨仁高娃", "宝音达来", "娜仁托娅", "呼格吉勒图", "额尔敦仓",
           "斯琴图雅", "格日勒图", "阿拉坦其木格", "包·乌日娜", "孛·朝鲁门")  # fmt: skip
_UYGHUR = (
    "阿依古丽",
    "买买提江",
    "吐尔逊",
    "热孜宛古丽",
    "艾尼瓦尔",
    "古丽巴哈尔",
    "努尔麦麦提",
    "依明江",
    "帕提古丽",
    "阿卜杜热西提",
)
_FATHERS = (
    "买买提",
    "吐尔洪",
    "依米提",
    "阿布都热合曼",
    "托合提",
    "肉孜",
    "卡迪尔",
    "玉素甫",
    "喀日",
    "尼亚孜",
)
VILLAGES = ("石桥", "柳沟", "上坪", "大樟", "泉塘", "杨家湾", "双龙", "青山", "枫树坪", "前进", "红星", "团结", "朝阳", "河西",
            "七里", "白杨", "三岔河", "幸福", "龙王庙", "长岭")  # fmt: skip


def person(rng: Random, people: str = "han", child: bool = False) -> str:
    """A full name as it stands on an identity card."""
    if people == "uyghur":
        return f"{rng.choice(_UYGHUR)}·{rng.choice(_FATHERS)}"
    if people == "mongol" and rng.random() < 0.7:
        return rng.choice(_MONGOL)
    if people == "han" and rng.random() < 0.02:
        return rng.choice((f"{rng.choice(_UYGHUR)}·{rng.choice(_FATHERS)}", rng.choice(_MONGOL)))
    given = rng.choice(_CHILD) if child else rng.choice(_MALE + _FEMALE)
    return rng.choice(_SURNAMES) + (given[-1] if rng.random() < 0.15 else given)


def near(rng: Random, name: str) -> str:
    """A name that looks like another one, yet is somebody else's."""
    swaps = {"兰": "芳", "国": "军", "强": "刚", "福": "贵", "华": "平", "珍": "珠", "梅": "红", "燕": "雁", "东": "冬",
             "生": "盛", "辰": "宸", "涛": "滔", "峰": "锋", "英": "莹", "芳": "芬", "娟": "婵", "丰": "年"}  # fmt: skip
    for place in range(len(name) - 1, 0, -1):
        if name[place] in swaps:
            return name[:place] + swaps[name[place]] + name[place + 1 :]
    return name[:-1] + rng.choice([each for each in "军敏霞刚" if each != name[-1]])


def people(rng: Random, count: int, kind: str = "han") -> list[str]:
    """Several names, no two alike."""
    found: list[str] = []
    while len(found) < count:
        each = person(rng, kind if rng.random() < 0.8 else "han")
        if each not in found:
            found.append(each)
    return found


_FIRM_NAMES = ("恒泰", "金穗", "华宇", "鑫源", "绿野", "永兴隆", "中瑞", "百川", "天翼达", "丰禾", "宏图", "兴农", "瑞景", "盛世通",
               "东方红", "旭阳", "聚力", "锦绣", "福满园", "新航", "润泽", "广厦", "君悦", "海纳", "正邦源")  # fmt: skip
_FIRM_TRADES = ("建筑工程有限公司", "农业开发有限公司", "商贸有限责任公司", "食品有限公司", "机械制造有限公司", "药业股份有限公司",
                "物流有限公司", "餐饮管理有限公司", "新能源科技有限公司", "市政园林有限公司",
                    "水泥有限责任公司", "生态养殖专业合作社")  # fmt: skip


def firm(rng: Random, place: Place | None = None, trade: str = "") -> str:
    """A company's registered name."""
    seat = (
        rng.choice((place.city.rstrip("市区地"), place.county, place.short))
        if place
        else rng.choice(PLACES).city
    )
    return seat + rng.choice(_FIRM_NAMES) + (trade or rng.choice(_FIRM_TRADES))


def other(rng: Random, taken: str, options: tuple[str, ...]) -> str:
    """One of the options that is not the one taken."""
    return rng.choice([each for each in options if each != taken])


def code(rng: Random, head: str = "") -> str:
    """A unified social credit code (its check character is right)."""
    head = head or rng.choice(("91", "91", "92"))
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = head + "".join(rng.choice("0123456789") for _ in range(6)) + "MA"
    body += "".join(rng.choice(letters) for _ in range(7))
    weights = [3**k % 31 for k in range(17)]
    rest = sum(letters.index(each) * weight for each, weight in zip(body, weights, strict=True)) % 31
    return body + letters[(31 - rest) % 31]


def account(rng: Random, length: int = 0) -> str:
    """The number of a bank account."""
    length = length or rng.choice((16, 17, 19, 20, 22))
    return rng.choice(("62", "20", "10", "88", "90", "45")) + "".join(
        str(rng.randrange(10)) for _ in range(length - 2)
    )


def spaced(number: str) -> str:
    """An account number in groups of four."""
    return " ".join(number[k : k + 4] for k in range(0, len(number), 4))


def identity(rng: Random, age: int = 40) -> str:
    """An identity card's number, some digits of it covered."""
    return f"{rng.randrange(130000, 654000)}{2025 - age + rng.randrange(-8, 8)}****{rng.randrange(100, 999)}{rng.choice('0123456789X')}"


def phone(rng: Random) -> str:
    return rng.choice(("138", "139", "152", "187", "199", "176")) + f"{rng.randrange(10**8):08d}"


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    """A working day."""
    found = date(first, 1, 5) + timedelta(days=rng.randrange(365 * (last - first + 1) - 20))
    return found - timedelta(days=max(0, found.weekday() - 4))


def later(rng: Random, when: date, least: int, most: int) -> date:
    return when + timedelta(days=rng.randint(least, most))


_YEAR = "〇一二三四五六七八九"


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = ("十" if tens == 1 else _YEAR[tens] + "十") if tens else ""
    return head + (_YEAR[ones] if ones else "")


def cn(when: date) -> str:
    """2024年3月5日"""
    return f"{when.year}年{when.month}月{when.day}日"


def han(when: date) -> str:
    """二〇二四年三月五日"""
    year = "".join(_YEAR[int(each)] for each in str(when.year))
    return f"{year}年{_small(when.month)}月{_small(when.day)}日"


def dotted(when: date) -> str:
    return f"{when.year}.{when.month}.{when.day}"


def dashed(when: date) -> str:
    return when.isoformat()


def money(value: Decimal) -> str:
    """1,234.00"""
    return f"{value:,.2f}"


def plain(value: Decimal) -> str:
    """1234.5 without needless zeros."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def wan(value: Decimal) -> str:
    """12.35 (in 万元)"""
    return plain_more(value / 10000)


def plain_more(value: Decimal) -> str:
    text = f"{value:.6f}"
    return text.rstrip("0").rstrip(".")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")


def _group(number: int) -> str:
    out, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + _UNITS[power]
            gap = False
        else:
            gap = True
    return out


def upper(value: Decimal) -> str:
    """叁拾万元整"""
    cents = int((value * 100).to_integral_value())
    whole, cents = divmod(cents, 100)
    out = ""
    for power, name in ((2, "亿"), (1, "万"), (0, "")):
        part = whole // 10000**power % 10000
        if part:
            out += ("零" if out and part < 1000 else "") + _group(part) + name
    out = (out or "零") + "元"
    tenths, hundredths = divmod(cents, 10)
    if not cents:
        return out + "整"
    out += _DIGITS[tenths] + "角" if tenths else "零"
    return out + (_DIGITS[hundredths] + "分" if hundredths else "整" if tenths else "")


def yuan(rng: Random, low: int, high: int, step: int = 1) -> Decimal:
    """A sum between two bounds in whole steps."""
    return Decimal(rng.randrange(low // step, high // step + 1) * step)


def slipped(value: Decimal) -> Decimal:
    """The value with two neighbouring digits exchanged, as a tired hand types it."""
    text = f"{value:.2f}"
    for place in range(len(text) - 4, -1, -1):
        pair = text[place : place + 2]
        if pair.isdigit() and pair[0] != pair[1] and not (place == 0 and pair[1] == "0"):
            return Decimal(text[:place] + pair[1] + pair[0] + text[place + 2 :])
    return value + 90


def bill(
    payer: str,
    unit: str,
    total: Decimal,
    issued_on: date,
    item: str | tuple[str, ...],
    wrong: str = "",
    note: str = "",
    *,
    used: Decimal | None = None,
    unit_account: str = "",
    payer_code: str = "",
    remark: str = "",
) -> Bill:
    """A bill held against a paper."""
    return Bill(
        payer=payer,
        unit=unit,
        total=total,
        issued_on=issued_on,
        items=(item,) if isinstance(item, str) else item,
        wrong=wrong,
        note=note,
        used=used or Decimal(0),
        unit_account=unit_account,
        payer_code=payer_code,
        remark=remark,
    )


def own(name: str, layout: Callable[[Random], Paper]) -> Callable[[Random], Paper]:
    """The layout with a row of random numbers of its own, so that the same seed gives other people elsewhere."""

    def drawn(rng: Random) -> Paper:
        return layout(Random(f"{name} {rng.getrandbits(64)}"))  # noqa: S311 — the same papers for the same seed

    return drawn
