"""Names, sums and days of a clerk's papers: places, courts, bureaus, people, companies, accounts, case numbers."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from bench.papers.values import Bill


def split(text: str) -> list[str]:
    return text.split()


class Place(msgspec.Struct, frozen=True):
    """A county or district with what is above it; `sign` is the province's one-character name."""

    province: str
    city: str
    county: str
    sign: str
    code: str

    @property
    def full(self) -> str:
        return self.province + self.city + self.county

    @property
    def short(self) -> str:
        """The county as its own papers call it: a district goes with its city."""
        return self.city + self.county if self.county.endswith("区") else self.county

    @property
    def town(self) -> str:
        """The name without its last character, for names of companies."""
        stem = self.city or self.county
        if stem.endswith(("自治州", "地区")):
            stem = self.county
        return stem[:-1]

    @property
    def stem(self) -> str:
        """The county's bare name, as branches of banks bear it."""
        return self.county[:2] if "自治" in self.county else self.county[:-1]

    @property
    def court(self) -> str:
        return (self.province if not self.county.endswith("区") else "") + self.short + "人民法院"

    @property
    def middle_court(self) -> str:
        return self.province + self.city + "中级人民法院"

    def bureau(self, what: str = "自然资源局") -> str:
        return self.short + what


PLACES = tuple(
    Place(*row.split())
    for row in """广东省 广州市 天河区 粤 0106
浙江省 宁波市 鄞州区 浙 0212
内蒙古自治区 呼伦贝尔市 海拉尔区 内 0702
新疆维吾尔自治区 喀什地区 莎车县 新 3125
四川省 绵阳市 涪城区 川 0703
山东省 威海市 荣成市 鲁 1082
福建省 宁德市 霞浦县 闽 0921
辽宁省 大连市 庄河市 辽 0283
河北省 唐山市 曹妃甸区 冀 0209
江苏省 连云港市 赣榆区 苏 0707
广西壮族自治区 北海市 合浦县 桂 0521
陕西省 榆林市 神木市 陕 0881
山西省 吕梁市 柳林县 晋 1125
贵州省 遵义市 播州区 黔 0304
云南省 曲靖市 罗平县 云 0324
甘肃省 张掖市 山丹县 甘 0725
黑龙江省 绥化市 肇东市 黑 1282
河南省 南阳市 邓州市 豫 1381
湖北省 宜昌市 枝江市 鄂 0583
湖南省 郴州市 桂阳县 湘 1021
江西省 赣州市 于都县 赣 0731
安徽省 阜阳市 颍上县 皖 1226
宁夏回族自治区 吴忠市 盐池县 宁 0323
江苏省 盐城市 射阳县 苏 0924
浙江省 台州市 三门县 浙 1022
内蒙古自治区 鄂尔多斯市 伊金霍洛旗 内 0627
河北省 承德市 围场满族蒙古族自治县 冀 0828""".splitlines()
)
COASTAL = tuple(
    place
    for place in PLACES
    if place.county in split("荣成市 霞浦县 庄河市 赣榆区 合浦县 射阳县 三门县 曹妃甸区")
)

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = split(
    "建国 海燕 志强 丽娟 文斌 秀兰 国庆 春梅 俊杰 雪莹 永刚 玉珍 晓东 佳怡 振华 桂芳 宏伟 思远 明轩 爱民 少波 淑贞 立新 "
    "燕妮 德胜 雨桐 守义 冬梅 家栋 慧敏 长河 小满 铁军 亚男 泽宇 红霞 伟 静 磊 敏 涛 洁 鹏 芸 昊 莉 峰 瑶 勇 楠 斌 蕾 "
    "清源 若冰 耀祖 艺璇 广平 银环 学礼 凤英 景行 巧云 兆丰 月娥 启明 素琴 世昌 咏梅 宗保 彩虹"
)
_UYGHUR = split(
    "艾尔肯 古丽娜尔 买买提 阿依古丽 吐尔逊 热依汗 木合塔尔 帕提古丽 阿不都热合曼 祖丽胡玛尔 玉素甫 迪丽努尔 艾合买提 "
    "阿卜杜拉 库尔班 塔依尔"
)
_MONGOL = split(
    "巴图 苏日娜 格日勒图 乌云其木格 那顺 斯琴高娃 额尔敦 萨仁 朝鲁 其其格 孟和 阿拉坦仓 敖登 宝音"
)
_TRADE = split(
    "宏远 恒泽 嘉禾 正达 金沐 海润 远晟 中垚 鼎丰 瑞驰 博川 盛翔 安澜 兴泰 润邦 华陆 泓锦 同骏 新程 天屹 骏腾 众诚 卓岳 蓝湾 "
    "丰叶 万砺 齐力 长盈 百川 铭扬 景泽 佑康 福海 聚源 汇通 晋北 大禹 启宸 顺垦 岭南"
)
_TRADES = {
    "build": split("建筑工程 市政工程 路桥建设 建筑劳务 建设集团"),
    "estate": split("房地产开发 置业 城市建设投资 产业园开发 文旅开发"),
    "mine": split("矿业 石料 建材 采石 煤业"),
    "sea": split("海洋渔业 水产养殖 海产品 港务 海洋牧场"),
    "trade": split("商贸 物流 电子科技 食品 机械设备 供应链管理 服饰 新能源"),
    "broker": split("人力资源服务 教育咨询 职业培训 文化传播"),
}
_BANKS = split(
    "中国工商银行 中国农业银行 中国银行 中国建设银行 交通银行 中国邮政储蓄银行 兴业银行 招商银行 中信银行 平安银行"
)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLAIN = "〇一二三四五六七八九"
_STREETS = split(
    "人民路 解放路 建设大道 滨海路 朝阳街 文昌路 迎宾大道 新华街 长征路 学府路 和平街 工业二路 友谊路"
)
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def person(rng: Random, odd: float = 0.12) -> str:
    """An invented person; some are Mongolian or Uyghur."""
    if rng.random() < odd:
        if rng.random() < 0.6:
            return "·".join(rng.sample(_UYGHUR, 2))
        return rng.choice(_MONGOL)
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def people(rng: Random, count: int, odd: float = 0.12) -> list[str]:
    """People, no two of one name."""
    found: list[str] = []
    while len(found) < count:
        name = person(rng, odd)
        if name not in found:
            found.append(name)
    return found


def company(rng: Random, place: Place, sort: str = "trade") -> str:
    """A company of a place, of a sort of `_TRADES`."""
    tail = rng.choice(("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司"))
    name, trade = rng.choice(_TRADE), rng.choice(_TRADES[sort])
    if trade.endswith("集团"):
        tail = "有限公司"
    where = place.town
    if rng.random() < 0.15:
        return f"{name}（{where}）{trade}{tail}"
    return (
        where
        + ("" if rng.random() < 0.6 else "市" if place.city.endswith("市") else "")
        + name
        + trade
        + tail
    )


def near(rng: Random, name: str) -> str:
    """A name that differs from `name` in little, but belongs to someone else."""
    if "公司" in name:
        if rng.random() < 0.25 and not name.endswith(("责任公司", "股份有限公司")):
            return name.removesuffix("有限公司") + "股份有限公司"
        for trade in _TRADE:
            if trade in name:
                return name.replace(trade, rng.choice([each for each in _TRADE if each != trade]))
    if "·" in name:
        head = name.split("·")[0]
        return f"{head}·{rng.choice([each for each in _UYGHUR if each not in name])}"
    if len(name) <= 6:
        others = [each for each in "华军平芳明玲辉波萍健" if each not in name]
        return name[:-1] + rng.choice(others)
    return name[:2] + rng.choice(("新", "中", "东")) + name[2:]


def other(rng: Random, name: str, given: str) -> str:
    """Someone else: `given`, or a name near to `name`."""
    return given if rng.random() < 0.5 else near(rng, name)


def bank(rng: Random, place: Place) -> str:
    """A branch of a bank at a place."""
    if rng.random() < 0.2:
        return f"{place.stem}{rng.choice(('农村商业银行股份有限公司', '农村信用合作联社'))}{rng.choice(('营业部', '城关支行'))}"
    stem = place.stem
    where = rng.choice((stem, stem, place.city[:-1] + stem))
    return f"{rng.choice(_BANKS)}{rng.choice(('', '', '股份有限公司'))}{where}{rng.choice(('支行', '支行营业室', '分行营业部'))}"


def digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def account(rng: Random) -> str:
    """The number of a unit's bank account."""
    return rng.choice("123456") + digits(rng, rng.choice((15, 16, 17, 18, 18)))


def spaced(number: str) -> str:
    """An account's number in groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def credit_code(rng: Random, first: str = "91") -> str:
    """A unified social credit code with a right last character."""
    body = first + "".join(rng.choice("123456") for _ in range(1)) + digits(rng, 5)
    body += "".join(rng.choice(_CODE) for _ in range(9))
    weighed = sum(_CODE.index(each) * pow(3, at, 31) for at, each in enumerate(body))
    return body + _CODE[(31 - weighed % 31) % 31]


def telephone(rng: Random) -> str:
    return f"0{rng.randrange(311, 998)}-{rng.randrange(2, 9)}{digits(rng, 6)}"


def mobile(rng: Random) -> str:
    return rng.choice(("138", "139", "152", "158", "177", "186", "199")) + digits(rng, 8)


def address(rng: Random, place: Place) -> str:
    return f"{place.short}{rng.choice(_STREETS)}{rng.randrange(1, 400)}号"


def case_number(rng: Random, place: Place, year: int, sort: str = "民初") -> str:
    left, right = rng.choice(("（）", "（）", "()"))
    return f"{left}{year}{right}{place.sign}{place.code}{sort}{rng.randrange(102, 9877)}号"


# -- days ------------------------------------------------------------------------------------------


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    """A working day of some year."""
    found = date(rng.randint(first, last), 1, 1) + timedelta(days=rng.randrange(8, 350))
    return found - timedelta(days=max(0, found.weekday() - 4))


def later(rng: Random, start: date, low: int, high: int) -> date:
    return start + timedelta(days=rng.randint(low, high))


def year_han(year: int) -> str:
    return "".join(_PLAIN[int(each)] for each in str(year))


def small_han(number: int) -> str:
    """A number below a hundred in plain characters, as days and months are written."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _PLAIN[tens] + "十"
    return head + (_PLAIN[ones] if ones else "")


def written(when: date, style: int = 0) -> str:
    """A day as people write it; styles: 0 年月日, 1 Chinese numerals, 2 with zeroes, 3 dashes, 4 dots, 5 slashes."""
    match style:
        case 1:
            return f"{year_han(when.year)}年{small_han(when.month)}月{small_han(when.day)}日"
        case 2:
            return f"{when.year}年{when.month:02}月{when.day:02}日"
        case 3:
            return when.isoformat()
        case 4:
            return f"{when.year}.{when.month}.{when.day}"
        case 5:
            return f"{when.year}/{when.month}/{when.day}"
        case _:
            return f"{when.year}年{when.month}月{when.day}日"


# -- sums ------------------------------------------------------------------------------------------


def yuan(amount: Decimal | int | str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def rounded(rng: Random, low: int, high: int, step: int = 1000) -> Decimal:
    return yuan(rng.randrange(low // step, high // step + 1) * step)


def comma(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def plain(amount: Decimal) -> str:
    """Without needless zeroes: 25480, 25480.5."""
    text = f"{amount:.2f}"
    return text.rstrip("0").rstrip(".")


def wan(amount: Decimal) -> str:
    """In 万 without the unit: 12.35."""
    return f"{amount / 10000:.6f}".rstrip("0").rstrip(".")


def capital(amount: Decimal) -> str:
    """A sum in words (大写), as cashiers write it."""
    cents = int((amount * 100).to_integral_value())
    whole, cents = divmod(cents, 100)
    text = _whole(whole) + "元" if whole else ""
    jiao, fen = divmod(cents, 10)
    if not cents:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    text, gap = "", False
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group, number = divmod(number, unit)
        if not group:
            gap = gap or bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + name
        gap = False
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for unit, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text


def slipped(rng: Random, amount: Decimal) -> Decimal:
    """The sum with two neighbouring digits changed, as a tired hand types it."""
    whole = list(str(int(amount)))
    places = [
        at for at in range(len(whole) - 1) if whole[at] != whole[at + 1] and not (at == 0 and whole[1] == "0")
    ]
    if not places:
        return amount + 100
    at = rng.choice(places)
    whole[at], whole[at + 1] = whole[at + 1], whole[at]
    return yuan("".join(whole)) + amount % 1


def bad(bill: Bill, wrong: str, note: str, **changes: object) -> Bill:
    """The bill, wrong in one fact."""
    if wrong == "payer":
        changes.setdefault("payer_code", "")
    return msgspec.structs.replace(bill, wrong=wrong, note=note, **changes)


def odd(bill: Bill, note: str, **changes: object) -> Bill:
    """The bill, honest in another way."""
    return msgspec.structs.replace(bill, note=note, **changes)


def held(rng: Random, honest: Bill, wrongs: Sequence[Bill]) -> tuple[Bill, ...]:
    """An honest bill and two of those that are wrong."""
    return honest, *rng.sample(wrongs, 2)


def torn(honest: Bill, words: Decimal, note: str) -> tuple[Bill, ...]:
    """Bills by the digits and by the words of a paper on which the two differ."""
    return bad(honest, "words", note), bad(honest, "words", note, total=words)


def said(
    kind: str,
    payer: str,
    payee: str,
    total: Decimal,
    signed_on: date | None,
    *,
    number: str = "",
    account: str = "",
    words: bool = False,
) -> dict[str, Any]:
    """The facts with which a `Truth` begins where two are named; `words` when the sum is spelled out too."""
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


def public_unit(rng: Random, place: Place, sort: str = "") -> str:
    """A hospital, a school or an institute that a county or city keeps."""
    sort = sort or rng.choice(("hospital", "school", "institute"))
    if sort == "hospital":
        tail = rng.choice(
            split("人民医院 中医医院 第二人民医院 妇幼保健院 第三人民医院 精神卫生中心 疾病预防控制中心")
        )
    elif sort == "school":
        tail = rng.choice(
            split("第一中学 实验小学 职业技术学校 第四中学 特殊教育学校 高级中学 第二幼儿园 中等专业学校")
        )
    else:
        tail = rng.choice(
            split("农业科学研究所 测绘院 水产技术推广站 林业科学研究所 图书馆 文化馆 地质调查中心")
        )
    return place.short + tail


def court_fee(claim: Decimal) -> Decimal:
    """The fee for accepting a case about property, by the brackets of 2007."""
    for limit, share, less in (
        (10_000, "0", "-50"),
        (100_000, "0.025", "200"),
        (200_000, "0.02", "-300"),
        (500_000, "0.015", "-1300"),
        (1_000_000, "0.01", "-3800"),
        (2_000_000, "0.009", "-4800"),
        (5_000_000, "0.008", "-6800"),
        (10_000_000, "0.007", "-11800"),
    ):
        if claim <= limit:
            return yuan(claim * Decimal(share) - Decimal(less))
    return yuan(claim * Decimal("0.006") + 21800)
