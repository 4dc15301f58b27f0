"""How Chinese specimens write amounts, dates, numbers and names: many ways for each, chosen at random."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from mingpiao.kernel.money import CENT, in_words, plain

_CHINESE_DIGITS = "〇一二三四五六七八九"

PLACES = (
    "呼和浩特市", "包头市", "乌海市", "赤峰市", "通辽市", "鄂尔多斯市", "呼伦贝尔市", "巴彦淖尔市",
    "乌兰察布市", "兴安盟", "锡林郭勒盟", "阿拉善盟", "满洲里市", "二连浩特市", "赛罕区", "昆都仑区",
    "东胜区", "集宁区", "红山区", "科尔沁区", "土默特左旗", "达拉特旗", "敖汉旗", "喀喇沁旗",
)  # fmt: skip
#: The short form that numbers of documents begin with.
_PLACE_LETTERS = ("内", "呼", "包", "赤", "通", "鄂", "呼伦", "巴", "乌", "兴", "锡", "阿")
_BRAND_FIRST = "云金北天青瑞鸿博恒泰嘉德华盛润和信达远安康龙祥福"
_BRAND_SECOND = "槿禾岭澜沐枫桦麓川塬骊犇垚淼森源成鑫旭晟骏腾卓越"
_BRAND_THIRD = "原野舟石泉林山海峰谷岸桥苑庭轩堂阁"
_TRADES = (
    "商贸", "建筑工程", "农牧业发展", "物流", "新能源科技", "餐饮管理", "矿业", "乳业", "文化传媒", "信息技术",
    "绒毛制品", "环保工程", "生物科技", "机械设备", "房地产开发", "教育咨询", "医疗器械", "勘测设计", "电力工程",
    "粮油食品", "汽车销售服务", "物业服务", "检测技术", "水利水电",
)  # fmt: skip
_COMPANY_FORMS = ("有限公司",) * 6 + (
    "有限责任公司", "有限责任公司", "股份有限公司", "集团有限公司", "（集团）有限责任公司", "商行", "经营部",
    "农牧民专业合作社", "工程有限公司呼市分公司",
)  # fmt: skip
_FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN_NAMES = "文志建国春秀晓海玉雪俊思嘉明永立振淑桂瑞华强军平红梅兰英芳燕龙涛斌磊静敏霞峰"
_UNITS = (
    "{place}{brand}医院", "{place}第{nth}人民医院", "{place}第{nth}中学", "{place}{brand}职业技术学院",
    "{place}{brand}科学研究院", "{place}农牧业技术推广中心", "{place}生态环境监测站", "{place}林业和草原科学研究所",
    "{place}图书馆", "{place}博物馆", "{place}蒙医中医医院", "{place}第{nth}幼儿园", "内蒙古{brand}大学",
    "内蒙古{brand}学院", "{place}职工培训中心", "{place}公共资源交易服务中心", "{place}考试服务中心",
    "{place}机关事务服务中心", "{place}社会福利院", "{place}疾病预防控制中心",
)  # fmt: skip
_CHARITIES = (
    "{place}慈善总会", "{place}{brand}慈善基金会", "内蒙古{brand}公益基金会", "{place}红十字会",
    "{place}{brand}教育发展基金会", "{place}残疾人福利基金会", "{place}见义勇为协会", "内蒙古{brand}大学教育基金会",
    "{place}青少年发展基金会", "{place}{brand}志愿服务协会",
)  # fmt: skip
_OFFICES = (
    "{place}财政局", "{place}教育局", "{place}科学技术局", "{place}民政局", "{place}卫生健康委员会", "内蒙古自治区财政厅",
    "内蒙古自治区教育厅", "内蒙古自治区科学技术厅", "{place}农牧局", "{place}林业和草原局", "{place}文化和旅游局",
    "{place}人力资源和社会保障局",
)  # fmt: skip
_NUMBER_WORDS = (
    "财综",
    "财预",
    "教财发",
    "科发",
    "民发",
    "财社",
    "政办发",
    "卫规财发",
    "农牧计发",
    "财教",
    "人社发",
)
_BANKS = (
    "中国工商银行", "中国农业银行", "中国银行", "中国建设银行", "交通银行", "内蒙古银行", "蒙商银行", "招商银行",
    "中国邮政储蓄银行", "中信银行",
)  # fmt: skip
_BRANCHES = (
    "新华大街支行",
    "呼伦南路支行",
    "开发区支行",
    "营业部",
    "新城支行",
    "鼓楼支行",
    "胜利路支行",
    "大学路支行",
)


def brand(rng: Random) -> str:
    """A trade name that nobody is likely to bear."""
    return rng.choice(_BRAND_FIRST) + rng.choice(_BRAND_SECOND) + rng.choice(_BRAND_THIRD)


def company(rng: Random) -> str:
    """A made-up company's name."""
    place = rng.choice(("内蒙古", *PLACES[:12]))
    return f"{place}{brand(rng)}{rng.choice(_TRADES)}{rng.choice(_COMPANY_FORMS)}"


def person(rng: Random) -> str:
    """A made-up person's name of two or three characters."""
    given = "".join(rng.sample(_GIVEN_NAMES, rng.choice((1, 2, 2, 2))))
    return rng.choice(_FAMILY_NAMES) + given


def unit(rng: Random) -> str:
    """A made-up public institution's name."""
    return _named(rng, _UNITS)


def charity(rng: Random) -> str:
    """A made-up charity's name."""
    return _named(rng, _CHARITIES)


def office(rng: Random) -> str:
    """A department of a government, as payer."""
    return _named(rng, _OFFICES)


def bank(rng: Random) -> str:
    """A branch of a bank."""
    place = rng.choice(PLACES[:12])
    return f"{rng.choice(_BANKS)}{place.removesuffix('市')}{rng.choice(_BRANCHES)}"


def _named(rng: Random, patterns: Sequence[str]) -> str:
    return rng.choice(patterns).format(
        place=rng.choice(PLACES), brand=brand(rng), nth="一二三四五六七八九十"[rng.randrange(10)]
    )


def account_number(rng: Random) -> str:
    """Digits of a bank account, 15 to 21 of them."""
    return str(rng.randrange(1, 10)) + "".join(
        str(rng.randrange(10)) for _ in range(rng.choice((14, 16, 17, 18, 18, 20)))
    )


def grouped_account(rng: Random, account: str) -> str:
    """The account as written: mostly in one piece, else in groups of four."""
    if rng.random() < 0.6:
        return account
    return " ".join(account[place : place + 4] for place in range(0, len(account), 4))


def document_number(rng: Random, year: int) -> str:
    """A 文号 such as 内财综〔2025〕12号."""
    letters = rng.choice(_PLACE_LETTERS) + rng.choice(_NUMBER_WORDS)
    left, right = rng.choice((*("〔〕",) * 6, "[]", "（）"))
    return f"{letters}{left}{year}{right}{rng.randrange(1, 400)}号"


def uscc_like(rng: Random) -> str:
    """Eighteen characters that look like a 统一社会信用代码."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return rng.choice(("91", "12", "53")) + "150" + "".join(rng.choice(letters) for _ in range(13))


def telephone(rng: Random) -> str:
    """A made-up telephone number."""
    if rng.random() < 0.5:
        return f"04{rng.randrange(70, 84)}-{rng.randrange(2_000_000, 9_000_000)}"
    return f"1{rng.choice('3578')}{rng.randrange(10**8, 10**9)}"


# Amounts.


def amount(rng: Random) -> Decimal:
    """An amount as specimens have them, most of them round, 元."""
    draw = rng.random()
    if draw < 0.35:
        return Decimal(rng.randrange(1, 400) * 10_000)
    if draw < 0.6:
        return Decimal(rng.randrange(10, 3_000) * 1_000)
    if draw < 0.8:
        return Decimal(rng.randrange(300, 90_000) * 10)
    return Decimal(rng.randrange(100_000, 300_000_000)).scaleb(-2)


def decoy(rng: Random) -> Decimal:
    """An amount that has nothing to do with the total, 元."""
    return (Decimal(rng.randrange(5, 600) * 100) + 50).quantize(CENT)


def commas(value: Decimal) -> str:
    """12,345.00."""
    return f"{value:,.2f}"


def short(value: Decimal) -> str:
    """Without decimals when there are none: 12345 or 12345.60."""
    return plain(value).removesuffix(".00")


def ten_thousands(value: Decimal) -> str:
    """In 万元 without the unit, e.g. 12.5."""
    text = f"{value / 10_000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def digits(rng: Random, value: Decimal) -> str:
    """An amount in figures with its unit, in one of the ways specimens write it."""
    forms: list[str] = [
        f"¥{commas(value)}", f"￥{commas(value)}", f"{commas(value)}元", f"人民币{short(value)}元", f"{plain(value)}元",
        f"￥{plain(value)}元", f"¥ {commas(value)} 元", f"RMB {commas(value)}",
    ]  # fmt: skip
    if value % 100 == 0 and value >= 10_000:
        forms += [f"{ten_thousands(value)}万元"] * 3
    return rng.choice(forms)


def words(rng: Random, value: Decimal) -> str:
    """An amount in 大写, with and without 人民币, 元 or 圆, 整 or 正."""
    text = in_words(value)
    if rng.random() < 0.25:
        text = text.replace("元", "圆")
    if rng.random() < 0.15:
        text = text.replace("整", "正")
    return rng.choice(("", "人民币", "人民币")) + text


def digits_and_words(rng: Random, in_figures: str, in_capitals: str) -> str:
    """Both ways beside each other."""
    bare = in_capitals.removeprefix("人民币")
    return rng.choice(
        (
            f"人民币{bare}（{in_figures}）",
            f"{in_figures}（大写：{in_capitals}）",
            f"人民币（大写）：{bare}（小写：{in_figures}）",
            f"{in_figures}，大写{in_capitals}",
            f"大写：{in_capitals}，小写：{in_figures}",
            f"{in_capitals}（小写：{in_figures}）",
        )
    )


# Dates.


def _chinese_number(value: int) -> str:
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _CHINESE_DIGITS[tens] + "十"
    return head + ("" if ones == 0 and tens else _CHINESE_DIGITS[ones])


def chinese_date(on: date, zero: str = "〇") -> str:
    """二〇二六年三月一日."""
    year = "".join(_CHINESE_DIGITS[int(figure)] for figure in str(on.year)).replace("〇", zero)
    return f"{year}年{_chinese_number(on.month)}月{_chinese_number(on.day)}日"


DATE_FORMS: tuple[Callable[[date], str], ...] = (
    lambda on: f"{on.year}年{on.month}月{on.day}日",
    lambda on: f"{on.year}年{on.month}月{on.day}日",
    lambda on: f"{on.year}年{on.month:02d}月{on.day:02d}日",
    lambda on: f"{on.year} 年 {on.month} 月 {on.day} 日",
    lambda on: on.isoformat(),
    lambda on: f"{on.year}/{on.month}/{on.day}",
    lambda on: f"{on.year}.{on.month:02d}.{on.day:02d}",
    chinese_date,
    lambda on: chinese_date(on, "零"),
)
#: Numbers on forms of banks.
MACHINE_DATE_FORMS: tuple[Callable[[date], str], ...] = (
    lambda on: on.isoformat(),
    lambda on: f"{on:%Y%m%d}",
    lambda on: f"{on:%Y年%m月%d日}",
    lambda on: f"{on:%Y/%m/%d}",
)
