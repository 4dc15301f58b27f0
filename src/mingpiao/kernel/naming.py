"""What sort of name or code stands on a face: a real one, a stand-in, or one with a wrong check digit."""

import re
from datetime import date
from operator import mul

import unicodedata2 as unicodedata

from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.grammar import read_date

#: Words that stand where a payer's name belongs but name nobody.
_PLACEHOLDER_WORDS = (
    "无 没有 无名 无名氏 无此人 空 空白 暂无 待定 不详 未知 未填 未填写 未提供 不知 保密 同上 略 其他 其它 其他人 "
    "个人 单位 公司 企业 某人 某单位 某公司 甲方 乙方 本人 本单位 本公司 各单位 散客 散户 零散 零星 零星收入 现金 "
    "患者 病人 门诊患者 住院患者 门诊病人 住院病人 学生 家长 学员 考生 客户 顾客 用户 业主 住户 租户 商户 群众 "
    "市民 居民 村民 农户 职工 员工 会员 全体职工 全体员工 全体会员 全体学生 多人 等人 众人 先生 女士 同志 老师 "
    "缴款人 交款人 付款人 缴款单位 交款单位 付款单位 收款人 捐赠人 捐款人 捐赠者 捐款者 当事人 申请人 姓名 名称 "
    "匿名 匿名人士 匿名者 不具名 不留名 爱心人士 社会爱心人士 爱心市民 热心市民 热心人士 热心群众 好心人 社会人士 "
    "甲 乙 丙 null none nil nan na unknown undefined anonymous nobody name"
)
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())
_TEST_WORDS = (
    "test tests testing tester demo sample example foo bar abc abcd abcde abcdef asd asdf asdfg qwe qwer qwert qwerty "
    "样例 示例 范例 试开 试开票 试票 模拟 调试 联调"
)
_TESTS = frozenset(_TEST_WORDS.split())
#: What follows 测试 in made-up names; in 计量测试研究院 the word is part of a real one.
_TEST_TAIL_WORDS = (
    "人 员 人员 者 用户 账号 帐号 单位 公司 有限公司 企业 客户 患者 病人 学生 数据 票据 专用 缴款人 号 甲 乙"
)
_TEST_TAILS = frozenset({"", *_TEST_TAIL_WORDS.split()})
_TEST = "测试"
#: Characters without which a name of two Han characters or more can only be ordinary or a listed word.
_SUSPECT = frozenset(
    "某测*＊×✕XxＸｘ"
    + "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "()")
    + "【】〔〕《》“”‘’、，。；：？！—…　 "
)
#: A name may have brackets inside (集团), but not begin with one.
_OPENING = "（(【[“‘"
#: Family names that are also given by doubling (丁丁, 方方): two of one are a name, not a slip of the hand.
_DOUBLED_FAMILY_NAMES = frozenset("丁方文童闫安乐冬圆园毛白石林京娜莎甜婷媛静晶晨丹妮燕丽芳莉佳冰洋阳")
_MASKS = frozenset("*＊×✕")

#: How hospitals register whom nobody knows: a word for nobody, then day, sex, age, bed or the like.
_UNKNOWN = re.compile(
    "(?:无名氏?|佚名|未知(?:姓名)?|不详|(?:姓名|身份)(?:不详|不明|未知|待查)|三无|无主|流浪)(?:人员|病人|患者|伤者|氏)?"
    "[0-9a-z男女性童婴幼儿老人年月日时分岁约第号床位急诊抢救室院东南西北中甲乙丙丁一二三四五六七八九十〇零]*"
)
#: What is left of text that was read in the wrong encoding, never filled in, or escaped for another medium.
_GARBLED = re.compile(
    "锟|锘|斤拷|[\ufffd]|&(?:#x?[0-9a-fA-F]+|[a-zA-Z]+);|\\\\[ux][0-9a-fA-F]{2}|(?:%[0-9a-fA-F]{2}){2}"
)
_UNKNOWN_FIRST = frozenset("无佚未不姓身三流")
#: (what it was written in, what it was read as): the common ways in which Chinese names are garbled.
_MISREADINGS = (("utf-8", "gb18030"), ("utf-8", "cp1252"), ("utf-8", "latin-1"), ("gb18030", "cp1252"))
#: The Han characters of GB 2312, level 1, which nearly all names keep to: no garbled text is written with them alone.
_LEVEL_ONE = "".join(
    bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)
)
_USUAL_HAN = re.compile(f"[{_LEVEL_ONE}·（）]*")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff·（）]*")

ORDINARY, PLACEHOLDER, REPEATED = "ordinary", "placeholder", "repeated"
SINGLE, DIGITS, TEST, GARBLED = "single", "digits", "test", "garbled"
#: Every class of `classify_name`, with its Chinese name.
NAME_CLASSES = {
    ORDINARY: "正常",
    PLACEHOLDER: "占位词",
    REPEATED: "重复字符",
    SINGLE: "单个字符",
    DIGITS: "无文字",
    TEST: "测试数据",
    GARBLED: "乱码",
}


def classify_name(name: str) -> str:
    """Which of `NAME_CLASSES` a payer's name is.

    "digits" has no letter of any script; "repeated" is one character over and over; "placeholder" names
    nobody (无, 散客, 张某某, 无名氏20261128男); "test" is made-up (测试01, demo); "garbled" was read in the
    wrong encoding (寮犱笁). The empty name is a placeholder.
    """
    if len(name) < 2:
        return _short_class(name)
    if name in _PLACEHOLDERS:
        return PLACEHOLDER
    first = name[0]
    if name.count(first) == len(name):
        return _repeated_class(first, len(name))
    if name in _TESTS:
        return TEST
    if _is_garbled(name):
        return GARBLED
    if first in _UNKNOWN_FIRST and _names_unknown(name):
        return PLACEHOLDER
    if _SUSPECT.isdisjoint(name) and first not in _OPENING:
        return ORDINARY
    return _suspect_class(name)


def _short_class(name: str) -> str:
    if name in _PLACEHOLDERS or not name:
        return PLACEHOLDER
    return SINGLE if name.isalpha() else DIGITS


def _repeated_class(character: str, length: int) -> str:
    if not character.isalpha():
        return DIGITS
    if length == 2 and character in _DOUBLED_FAMILY_NAMES:
        return ORDINARY
    return PLACEHOLDER if character == "某" else REPEATED


def _is_garbled(name: str) -> bool:
    if _USUAL_HAN.fullmatch(name):
        return False
    return _GARBLED.search(name) is not None or any(
        _was_misread(name, written, read) for written, read in _MISREADINGS
    )


def _was_misread(name: str, written: str, read: str) -> bool:
    """Whether the name is Han text in one encoding that was read as another; a cut last character is forgiven."""
    try:
        data = name.rstrip("?？").encode(read)
    except UnicodeEncodeError:
        return False
    for cut in range(3):
        try:
            meant = data[: len(data) - cut].decode(written)
        except UnicodeDecodeError:
            continue
        return len(meant) > 1 and meant != name and _HAN.fullmatch(meant) is not None
    return False


def _names_unknown(name: str) -> bool:
    normal = unicodedata.normalize("NFKC", name).casefold()
    return _UNKNOWN.fullmatch("".join(each for each in normal if each.isalnum())) is not None


def _suspect_class(name: str) -> str:
    normal = unicodedata.normalize("NFKC", name).casefold()
    plain = "".join(character for character in normal if character.isalnum()).rstrip("0123456789")
    if not any(character.isalpha() for character in plain):
        return DIGITS
    if plain in _PLACEHOLDERS or _names_nobody(name, plain):
        return PLACEHOLDER
    if plain in _TESTS or _is_test(plain):
        return TEST
    if len(plain) > 2 and plain.count(plain[0]) == len(plain):
        return REPEATED
    return ORDINARY


def _names_nobody(name: str, plain: str) -> bool:
    """张某, 李某某, 张*, 王××, 某某公司, XX公司: a mask stands for a part of the name."""
    if plain.endswith("某") or plain.startswith(("某某", "xx")) or "某某" in plain:
        return True
    return not _MASKS.isdisjoint(name) or (len(plain) < 5 and plain.endswith("xx"))


def _is_test(plain: str) -> bool:
    head, found, tail = plain.partition(_TEST)
    if not found:
        return False
    return tail in _TEST_TAILS if not head else tail == "" and len(head) < 4


NO_CODE, USCC, USCC_WRONG = "none", "uscc", "uscc_wrong"
RESIDENT_ID, RESIDENT_ID_WRONG, OTHER_CODE = "resident_id", "resident_id_wrong", "other"
#: Every class of `classify_code`, with its Chinese name.
CODE_CLASSES = {
    NO_CODE: "未填写",
    USCC: "统一社会信用代码",
    USCC_WRONG: "统一社会信用代码（校验不通过）",
    RESIDENT_ID: "居民身份证号码",
    RESIDENT_ID_WRONG: "居民身份证号码（校验不通过）",
    OTHER_CODE: "其他代码",
}
_DIGITS = frozenset("0123456789")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
#: First two digits of 公民身份号码 (GB/T 2260). On the permanent residence card of a foreigner they follow a 9.
_RESIDENT_PLACE_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
_RESIDENT_PLACES = frozenset(_RESIDENT_PLACE_CODES.split())


def classify_code(code: str) -> str:
    """Which of `CODE_CLASSES` a payer's code is.

    Codes of 18 characters are read as 统一社会信用代码 (GB 32100) or 公民身份号码 (GB 11643: check digit, date
    of birth from 1900 on, place; a foreigner's begins with 9, then the place); when neither is right, a date
    in its place tells which one is wrong.
    """
    if not code:
        return NO_CODE
    if len(code) != 18 or not code.isascii():
        return OTHER_CODE
    numeric = _DIGITS.issuperset(code[:17]) and code[17] in "0123456789Xx"
    dated = numeric and _has_place(code) and _is_birth_date(code[6:14])
    if dated and resident_check_digit(code) == code[17].upper():
        return RESIDENT_ID
    if is_uscc(code):
        return USCC
    if dated or (numeric and code[6:8] in ("19", "20")):
        return RESIDENT_ID_WRONG
    return USCC_WRONG if code.isalnum() else OTHER_CODE


def resident_check_digit(code: str) -> str:
    """The last character of a 公民身份号码 whose first 17 are digits (ISO 7064, MOD 11-2)."""
    return _RESIDENT_CHECKS[sum(map(mul, map(int, code[:17]), _RESIDENT_WEIGHTS)) % 11]


def _has_place(code: str) -> bool:
    return code[:2] in _RESIDENT_PLACES or (code[0] == "9" and code[1:3] in _RESIDENT_PLACES)


def _is_birth_date(digits: str) -> bool:
    day = read_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    return day is not None and _OLDEST <= day <= _YOUNGEST


_OLDEST, _YOUNGEST = date(1900, 1, 1), date(2099, 12, 31)
