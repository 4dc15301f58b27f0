"""Names, money, dates and bills of the documents department of a bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers.values import Bill

_PLACES = (
    "安徽芜湖", "江西赣州", "云南曲靖", "甘肃天水", "湖南衡阳", "四川绵阳", "山东临沂", "福建漳州", "贵州遵义",
    "河北沧州", "吉林延边", "浙江嘉兴", "广西柳州", "湖北襄阳", "陕西咸阳", "河南新乡", "辽宁丹东", "宁夏固原",
    "青海西宁", "海南儋州", "黑龙江佳木斯", "江苏盐城", "广东佛山", "山西运城", "内蒙古赤峰", "新疆昌吉",
)  # fmt: skip
_FIRM_WORDS = (
    "恒泽", "瑞麟", "正昊", "蓝屿", "启明星", "华岳", "盛禾", "禾田", "博远", "天璇", "中科汇智", "万通",
    "汇德", "锦程", "鼎峰", "远帆", "智联云", "康源", "金谷", "同济堂", "海川", "龙腾", "嘉合", "润泽",
    "澜沧", "百川", "凯润", "众诚", "信达通", "丰茂",
)  # fmt: skip
_FIRM_KINDS = (
    "建筑工程有限公司", "信息技术有限公司", "医疗器械有限公司", "生物科技股份有限公司", "物业服务有限公司",
    "农业发展有限公司", "电力设备有限责任公司", "文化传媒有限公司", "汽车零部件有限公司", "食品有限公司",
    "环保科技有限公司", "（集团）有限公司", "检测技术服务有限公司", "人力资源服务有限公司", "化工有限公司",
)  # fmt: skip
_UNITS = (
    "{c}师范大学", "{c}职业技术学院", "{c}市第二人民医院", "{c}市中心血站", "{c}市公共资源交易中心",
    "{c}市农业科学研究院", "{c}市文化馆", "{c}市第三中学", "{c}大学附属医院", "{c}市特种设备检验所",
    "{c}市疾病预防控制中心", "{c}理工学院", "{c}市体育运动学校", "{c}市不动产登记中心", "{c}市图书馆",
    "{c}市环境监测站", "{c}市技师学院", "{c}市住房和城乡建设局",
)  # fmt: skip
_FUNDS = (
    "{c}市慈善总会", "{c}市青少年发展基金会", "{c}大学教育发展基金会", "{c}市红十字会", "{c}市见义勇为基金会",
    "{c}市残疾人福利基金会", "{c}市光彩事业促进会",
)  # fmt: skip
_CITIES = (
    "芜湖", "赣州", "曲靖", "天水", "衡阳", "绵阳", "临沂", "漳州", "遵义", "沧州", "延吉", "嘉兴", "柳州",
    "襄阳", "咸阳", "新乡", "丹东", "固原", "西宁", "儋州", "佳木斯", "盐城", "佛山", "运城", "赤峰", "昌吉",
)  # fmt: skip
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
    "丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤"
    "尹黎易常武乔贺赖龚文欧阳"
)
_GIVEN = (
    "建国", "秀兰", "志强", "雨桐", "浩然", "桂芳", "子轩", "晓燕", "国栋", "静怡", "立新", "梦瑶", "海涛",
    "玉珍", "文博", "倩", "磊", "敏", "欣妍", "永红", "德明", "思远", "凤英", "嘉豪", "婉清", "晨", "毅",
    "淑华", "俊杰", "春梅",
)  # fmt: skip
_FAR_NAMES = (
    "阿不都热合曼·买买提", "古丽米热·艾尔肯", "巴特尔·斯琴", "艾力·吐尔逊", "娜仁·格日勒", "扎西·多吉",
    "麦麦提·依明", "其木格·巴雅尔", "努尔兰·哈山", "迪丽努尔·阿布来提",
)  # fmt: skip
BANKS = (
    ("中国工商银行", "工行"), ("中国农业银行", "农行"), ("中国银行", "中行"), ("中国建设银行", "建行"),
    ("交通银行", "交行"), ("招商银行", "招行"), ("中国邮政储蓄银行", "邮储"), ("中信银行", "中信"),
    ("兴业银行", "兴业"), ("上海浦东发展银行", "浦发"), ("中国光大银行", "光大"), ("中国民生银行", "民生"),
)  # fmt: skip
_BRANCHES = (
    "开发区支行",
    "人民路支行",
    "城东支行",
    "新华街支行",
    "中山支行",
    "高新支行",
    "营业部",
    "滨江支行",
)

#: What money is for: phrases on papers, the charge items of a price list that mean it.
PURPOSES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("培训费", "支付培训费", "骨干教师培训费", "安全管理人员培训费"), ("培训费",)),
    (("房租", "房屋租金", "三季度房屋租金", "门面房租金"), ("房屋租金", "国有资产出租收入")),
    (("技术服务费", "支付技术服务费", "水质监测技术服务费"), ("技术服务费",)),
    (("检测费", "样品检测费", "电梯检测费"), ("检验检测费", "检测费")),
    (("住宿费", "学生住宿费", "学员住宿费"), ("住宿费",)),
    (("投标保证金", "交投标保证金", "招标项目投标保证金"), ("投标保证金",)),
    (("合作科研经费", "横向课题经费", "横向科研项目款"), ("科研经费", "横向科研收入")),
    (("场地使用费", "报告厅场地使用费", "体育场场租"), ("场地使用费",)),
    (("会议费", "学术会议注册费", "年会会务费"), ("会议费", "会务费")),
)
GIFTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("捐赠款", "捐款", "爱心捐款", "公益捐赠"), ("捐赠收入",)),
    (("助学捐赠", "助学金捐赠款", "奖学金捐赠"), ("捐赠收入", "公益事业捐赠收入")),
)
#: Items that one might take for each other; a bill that is wrong in its purpose is wrong plainly.
_ALIKE = (
    ("培训费", "会议费"),
    ("房屋租金", "场地使用费", "住宿费"),
    ("技术服务费", "检验检测费", "科研经费"),
)


@dataclass(frozen=True)
class Party:
    """Who holds an account."""

    name: str
    account: str
    bank: str


def person(rng: Random) -> str:
    """A person's name, now and then one with a dot."""
    if rng.random() < 0.15:
        return rng.choice(_FAR_NAMES)
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def short_person(rng: Random) -> str:
    """A person whose name fits on a line to sign."""
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def firm(rng: Random) -> str:
    """A company."""
    name, kind = rng.choice(_FIRM_WORDS), rng.choice(_FIRM_KINDS)
    place = rng.choice(_PLACES)
    shapes = (
        f"{place}{name}{kind}",
        f"{rng.choice(_CITIES)}市{name}{kind}",
        f"{rng.choice(_CITIES)}{name}{kind}",
    )
    return rng.choice(shapes)


def unit(rng: Random) -> str:
    """A public unit that issues fiscal bills."""
    return rng.choice(_UNITS).format(c=rng.choice(_CITIES))


def fund(rng: Random) -> str:
    """Who may take gifts."""
    return rng.choice(_FUNDS).format(c=rng.choice(_CITIES))


def bank(rng: Random, of: str = "") -> str:
    """A branch of a bank by its full name, in the town of whoever keeps an account there."""
    town = next((city for city in _CITIES if city in of), "") or rng.choice(_CITIES)
    return f"{rng.choice(BANKS)[0]}{town}{rng.choice(_BRANCHES)}"


def account(rng: Random, digits: int = 0) -> str:
    """An account number."""
    start = rng.choice(("1702", "2605", "3605", "4405", "5200", "6105", "8110", "3510", "1101", "7411"))
    count = digits or rng.choice((16, 17, 18, 19, 20))
    return start + "".join(rng.choice("0123456789") for _ in range(count - len(start)))


def card(rng: Random) -> str:
    """A person's card number."""
    start = rng.choice(("621700", "622848", "621226", "622580", "621661", "623052"))
    return start + "".join(rng.choice("0123456789") for _ in range(13))


def company(rng: Random) -> Party:
    """A company with an account."""
    name = firm(rng)
    return Party(name, account(rng), bank(rng, name))


def office(rng: Random) -> Party:
    """A public unit with an account."""
    name = unit(rng)
    return Party(name, account(rng), bank(rng, name))


def charity(rng: Random) -> Party:
    """A foundation with an account."""
    name = fund(rng)
    return Party(name, account(rng), bank(rng, name))


def private(rng: Random) -> Party:
    """A person with a card."""
    return Party(person(rng), card(rng), bank(rng))


def purpose(rng: Random, gift: bool = False) -> tuple[str, tuple[str, ...], str]:
    """The phrase on the paper, the items of an honest bill, and an item that is plainly something else."""
    pick = rng.choice(GIFTS if gift else PURPOSES)
    near_it = next((group for group in _ALIKE if pick[1][0] in group), ())
    others = [each for each in PURPOSES if each is not pick and each[1][0] not in ("科研经费", *near_it)]
    return rng.choice(pick[0]), (rng.choice(pick[1]),), rng.choice(others)[1][0]


# -- money -----------------------------------------------------------------------------------------


def money(rng: Random, low: int = 300, high: int = 3_000_000) -> Decimal:
    """A sum, evenly over its orders of magnitude, round ones more often."""
    raw = low * (high / low) ** rng.random()
    shape = rng.random()
    if shape < 0.35:
        step = 10 ** max(0, len(str(int(raw))) - 2)
        return Decimal(max(step, round(raw / step) * step)).quantize(Decimal("0.01"))
    if shape < 0.6:
        return Decimal(max(50, round(raw / 50) * 50)).quantize(Decimal("0.01"))
    return Decimal(f"{raw:.2f}")


def fitting(rng: Random, phrase: str) -> Decimal:
    """A sum as one pays for something: millions for research and gifts, hundreds for a course."""
    if any(word in phrase for word in ("科研", "课题", "项目款", "捐", "技术服务")):
        return money(rng, 2000, 12_000_000)
    if any(word in phrase for word in ("租", "保证金", "场地")):
        return money(rng, 1500, 800_000)
    return money(rng, 38, 90_000)


def comma(value: Decimal) -> str:
    """1,234.00."""
    return f"{value:,.2f}"


def words(value: Decimal) -> str:
    """A sum in capital words, as the rules for vouchers want it."""
    whole, cents = divmod(int(value * 100), 100)
    text = (_whole(whole) + "元") if whole else ""
    tens, ones = divmod(cents, 10)
    if not cents:
        return text + "整"
    if tens:
        text += _DIGITS[tens] + "角"
    elif whole:
        text += "零"
    return text + (_DIGITS[ones] + "分" if ones else "整")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def _whole(number: int) -> str:
    parts: list[str] = []
    groups = []
    while number:
        number, group = divmod(number, 10000)
        groups.append(group)
    zero = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            zero = bool(parts)
            continue
        if parts and (zero or group < 1000):
            parts.append("零")
        parts.append(_group(group) + ("", "万", "亿")[place])
        zero = False
    return "".join(parts)


def _group(group: int) -> str:
    text, gap = "", False
    for power, sign in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = group // power % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + sign
            gap = False
        else:
            gap = True
    return text


def boxed(value: Decimal, places: int = 11) -> list[str]:
    """The digits for boxes 亿 … 分, with ￥ before the first."""
    digits = str(int(value * 100))
    row = ["", *([""] * (places - 1))]
    row[places - len(digits) :] = list(digits)
    if len(digits) < places:
        row[places - len(digits) - 1] = "￥"
    return row


# -- days ------------------------------------------------------------------------------------------


def day(rng: Random) -> date:
    """A working day of 2023–2027."""
    found = date(2023, 1, 9) + timedelta(days=rng.randrange(0, 1740))
    while found.weekday() > 4:
        found += timedelta(days=1)
    return found


def chinese(value: date) -> str:
    """2025年3月7日."""
    return f"{value.year}年{value.month}月{value.day}日"


def capital_day(value: date) -> tuple[str, str, str]:
    """Year, month and day in capital words, as on checks."""
    year = "".join(_DIGITS[int(digit)] for digit in str(value.year))

    def two(number: int) -> str:
        tens, ones = divmod(number, 10)
        if not tens:
            return "零" + _DIGITS[ones]
        text = _DIGITS[tens] + "拾" + (_DIGITS[ones] if ones else "")
        return "零" + text if number in (10, 20, 30) else text

    month = value.month
    return year, (two(month) if month in (1, 2, 10, 11, 12) else _DIGITS[month]), two(value.day)


def clock(rng: Random) -> str:
    """A time of day."""
    return f"{rng.randrange(8, 18):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"


def serial(rng: Random, count: int) -> str:
    """Digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


# -- bills -----------------------------------------------------------------------------------------


def slip(rng: Random, value: Decimal) -> tuple[Decimal, str]:
    """A sum written wrong the way people do, and how."""
    digits = str(int(value * 100))
    swaps = [k for k in range(len(digits) - 1) if digits[k] != digits[k + 1] and (k or digits[1] != "0")]
    if swaps and rng.random() < 0.7:
        k = rng.choice(swaps)
        changed = digits[:k] + digits[k + 1] + digits[k] + digits[k + 2 :]
        return Decimal(changed) / 100, "two digits changed places"
    if rng.random() < 0.5:
        return value * 10, "one zero too many"
    return (value / 10).quantize(Decimal("0.01")), "a digit lost"


def near(rng: Random, name: str) -> str:
    """Another name that looks like this one."""
    for old, new in (
        ("第二", "第一"), ("第三", "第六"), ("师范大学", "师范学院"), ("职业技术学院", "职业学院"), ("研究院", "研究所"),
        ("理工学院", "工学院"), ("附属医院", "第二附属医院"), ("血站", "医院"), ("图书馆", "少年儿童图书馆"),
        ("检验所", "检验研究院"), ("中心", "服务站"), ("总会", "协会"), ("教育发展基金会", "校友会"),
        ("基金会", "促进会"), ("技师学院", "高级技工学校"), ("红十字会", "慈善总会"),
        ("股份有限公司", "销售有限公司"), ("（集团）有限公司", "（集团）第二分公司"),
        ("有限责任公司", "工程有限公司"), ("科技有限公司", "贸易有限公司"), ("技术有限公司", "科技有限公司"),
    ):  # fmt: skip
        if old in name:
            return name.replace(old, new)
    if name.endswith("有限公司"):
        return name[: -len("有限公司")] + rng.choice(("销售有限公司", "实业有限公司"))
    if "·" in name:
        first, _ = name.split("·")
        return f"{first}·{rng.choice(('卡德尔', '那顺', '热西提'))}"
    if len(name) <= 4:
        other = rng.choice([each for each in _GIVEN if each != name[1:]])
        return name[0] + other
    return name.replace("市", "县") if "市" in name else name + "分校"


@dataclass(frozen=True)
class Case:
    """What an honest bill for a paper would say; the makers of bills start from here."""

    payer: str
    unit: str
    total: Decimal
    paid_on: date
    items: tuple[str, ...]
    account: str = ""
    other_item: str = ""
    other_amounts: tuple[tuple[Decimal, str], ...] = ()
    facts: tuple[str, ...] = ("payer", "payee", "amount", "date", "purpose", "usage", "account")


def honest(rng: Random, case: Case) -> Bill:
    """An honest bill, sometimes an odd one."""
    shape = rng.random()
    later = case.paid_on + timedelta(days=rng.randrange(0, 6))
    base = Bill(
        payer=case.payer,
        unit=case.unit,
        total=case.total,
        issued_on=later,
        items=case.items,
        unit_account=case.account if rng.random() < 0.6 else "",
        note="the whole sum",
    )
    if shape < 0.2:
        part = (case.total * rng.choice((2, 3, 4)) / 10).quantize(Decimal("0.01"))
        return _with(base, total=case.total - part, used=part, note="the rest after an earlier bill")
    if shape < 0.4:
        after = case.paid_on + timedelta(days=rng.randrange(12, 40))
        return _with(base, issued_on=after, note="issued weeks after the payment")
    if shape < 0.55 and "（" in case.payer:
        half = case.payer.replace("（", "(").replace("）", ")")
        return _with(base, payer=half, note="half-width brackets in the payer's name")
    return base


def _with(bill: Bill, **changes: object) -> Bill:
    import msgspec

    return msgspec.structs.replace(bill, **changes)


def noted(bill: Bill, note: str) -> Bill:
    """A bill with another note."""
    return _with(bill, note=note)


def paid_by(bill: Bill, payer: str) -> Bill:
    """A bill on another payer."""
    return _with(bill, payer=payer)


_NOTES = {
    "status": "the payment did not come about",
    "words": "words and digits of the paper differ",
    "hidden": "only what nobody sees supports it",
}


def wrong(rng: Random, case: Case, fact: str) -> Bill:
    """A bill that is wrong in one fact."""
    base = Bill(
        payer=case.payer,
        unit=case.unit,
        total=case.total,
        issued_on=case.paid_on + timedelta(days=rng.randrange(0, 5)),
        items=case.items,
        unit_account=case.account if rng.random() < 0.4 else "",
        wrong=fact,
    )
    if fact == "payer":
        alike = rng.random() < 0.7 or len(case.payer) < 5
        other = near(rng, case.payer) if alike else firm(rng)
        return _with(base, payer=other, note="a near name" if alike else "someone else")
    if fact == "payee":
        return _with(
            base, unit=near(rng, case.unit), unit_account="", note="a sister unit did not receive it"
        )
    if fact == "amount":
        picks = [*case.other_amounts, slip(rng, case.total)]
        total, note = rng.choice(picks)
        return _with(base, total=total, note=note)
    if fact == "date":
        before = case.paid_on - timedelta(days=rng.randrange(3, 60))
        return _with(base, issued_on=before, note="issued before it was paid")
    if fact == "purpose":
        return _with(base, items=(case.other_item,), note="the paper names something else")
    if fact == "usage":
        part = (case.total * rng.choice((3, 5, 6)) / 10).quantize(Decimal("0.01"))
        return _with(base, used=part, note="with the earlier bill more than was paid")
    if fact == "account":
        return _with(
            base, unit_account=account(rng), note="paid into another account than the registered one"
        )
    return _with(base, note=_NOTES[fact])


def bills(rng: Random, case: Case, facts: Sequence[str] = ()) -> tuple[Bill, ...]:
    """One honest bill and one or two wrong ones."""
    # A fact listed twice is likelier, yet comes once.
    chosen = dict.fromkeys(rng.sample(list(facts or case.facts), k=rng.choice((1, 2, 2))))
    made = [honest(rng, case), *(wrong(rng, case, fact) for fact in chosen)]
    rng.shuffle(made)
    return tuple(made)


def all_wrong(rng: Random, case: Case, fact: str) -> tuple[Bill, ...]:
    """Two bills on a paper on which no bill can rest."""
    first = wrong(rng, case, fact)
    part = (case.total * Decimal("0.4")).quantize(Decimal("0.01"))
    second = wrong(rng, case, fact)
    return first, _with(second, total=part, note=first.note + "; a part of the sum")
