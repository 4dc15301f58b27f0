"""Payers are numbers: from each one follow its type, name, code and account, so that none has to be kept."""

import numpy as np

from bench.detection.ground import PLACES, Array, mixed, share

#: How a payer appears: as it is, with a misspelt name, under a plain invented name, as one who gives no name,
#: with an invented code of a narrow range.
PLAIN, MISSPELT, INVENTED, NAMELESS, SERIES = range(5)

#: From this number on, serials are those of companies; a place has this many.
_COMPANIES = 1 << 33
COMPANIES_OF_PLACE = 1_200
#: A unit's own payers have the serials from its index shifted by this on.
UNIT_BITS = 22

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国文玉秀红梅志海燕波辉宇浩然子轩梓涵雨欣怡诗琪嘉俊豪"
    "思远晨曦佳慧雪莹婷倩颖琳瑞峰鹏飞翔龙凯旋正义德福春生永康乐天一鸣若彤可馨沐泽睿博雅萱语桐"
)
BRANDS = "恒信瑞丰泰华宏远盛达嘉和利民东方新安天成永兴鼎立博联众智汇金海川云峰中正佳业通达明德昌"
TRADES = (
    "商贸", "建筑工程", "农牧业", "物流", "新能源科技", "餐饮管理", "矿业", "乳业", "文化传媒", "信息技术", "绒毛制品",
    "环保工程", "物业管理", "人力资源服务", "医疗器械", "教育咨询", "房地产开发", "机械制造", "汽车销售服务", "劳务",
)  # fmt: skip

_PLACE_CODES = np.array([int(code) for code, _ in PLACES])
_PERSON_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_PERSON_CHECKS = "10X98765432"
_COMPANY_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_COMPANY_CHECKS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CHECKS = _PERSON_CHECKS + _COMPANY_CHECKS


def payer(serial: Array, place: Array | int, look: Array | int, code: Array, account: Array) -> Array:
    """The numbers of persons; `code` and `account` say whether they give one."""
    return np.asarray(
        (serial.astype(np.int64) << 12)
        | (np.asarray(place, np.int64) << 6)
        | (np.asarray(look, np.int64) << 3)
        | (account.astype(np.int64) << 2)
        | (code.astype(np.int64) << 1)
    )


def company(place: Array | int, number: Array, accounts: float = 0.5) -> Array:
    """The numbers of companies: the `number`-th of a place. A share of them gives an account; nearly all a code."""
    serial = _COMPANIES + np.asarray(place, np.int64) * 4_096 + number.astype(np.int64)
    return payer(serial, place, PLAIN, share(serial + 1) > 0.03, share(serial + 2) < accounts) | 1


def is_company(payers: Array) -> Array:
    """Which of the payers are organisations."""
    return np.asarray((payers & 1) == 1)


def with_look(payers: Array, look: int) -> Array:
    """The same payers, who appear otherwise."""
    return np.asarray((payers & ~np.int64(0b111000)) | (look << 3))


def without_papers(payers: Array) -> Array:
    """The same payers, without code and account."""
    return np.asarray(payers & ~np.int64(0b110))


def particulars(payers: Array) -> dict[str, Array]:
    """The parts of names, codes and accounts, as numbers, for distinct payers."""
    serial, place, look = payers >> 12, (payers >> 6) & 63, (payers >> 3) & 7
    one, two = mixed(serial), mixed(serial + 77)
    plain = look == INVENTED
    second = np.where((one >> 40) % 10 < 8, (one >> 24) % len(GIVEN) + 1, 0)
    second = np.where(look == MISSPELT, (second + 3) % len(GIVEN) + 1, second)
    first_digits = _digits(payers, one, two)
    return {
        "payer": payers,
        "surname": (len(SURNAMES) * share(serial + 5) ** np.where(plain, 3.0, 1.8)).astype(np.int64) + 1,
        "given": np.where(plain, one % 30, one % len(GIVEN)) + 1,
        "second": np.where(plain, second % 20, second),
        "brand": one % len(BRANDS) + 1,
        "brand_two": (one >> 20) % len(BRANDS) + 1,
        "trade": two % len(TRADES) + 1,
        "trade_shift": (two >> 30) % 3,
        "place": place + 1,
        "digits": first_digits,
        "mark": _checks(payers, first_digits) + 1,
        "account": two % 10**13,
    }


def _digits(payers: Array, one: Array, two: Array) -> Array:
    """The first seventeen digits of each code."""
    serial, look = payers >> 12, (payers >> 3) & 7
    region = _PLACE_CODES[np.minimum((payers >> 6) & 63, len(PLACES) - 1)]
    series = look == SERIES
    year = np.where(series, 1978 + serial % 3, 1942 + (73 * share(serial + 9)).astype(np.int64))
    born = year * 10_000 + (one % 12 + 1) * 100 + (two % 28 + 1)
    person = region * 10**11 + born * 1_000 + np.where(series, serial % 40 + 11, (one >> 16) % 999 + 1)
    return np.asarray(np.where(is_company(payers), 91 * 10**15 + region * 10**9 + one % 10**9, person))


def _checks(payers: Array, digits: Array) -> Array:
    """Which of CHECKS ends each code."""
    person = np.zeros(len(digits), np.int64)
    organisation = np.zeros(len(digits), np.int64)
    for place in range(17):
        digit = digits // 10 ** (16 - place) % 10
        person += digit * _PERSON_WEIGHTS[place]
        organisation += digit * _COMPANY_WEIGHTS[place]
    return np.asarray(np.where(is_company(payers), 11 + (31 - organisation % 31) % 31, person % 11))
