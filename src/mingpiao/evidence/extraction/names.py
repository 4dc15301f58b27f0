"""Names of organisations and persons: where a name ends, what is a name, and when two are the same."""

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.labels import ROLES

#: Endings of organisations' names.
ENDINGS = (
    "有限责任公司|股份有限公司|有限公司|分公司|公司|集团|大学|学院|学校|中学|小学|幼儿园|医院|卫生院|中心|研究院|研究所|基金会"
    "|协会|学会|商会|联合会|总会|促进会|慈善会|红十字会|工会|委员会|合作社|事务所|出版社|博物馆|图书馆|体育馆|科技馆|美术馆"
    "|文化馆|档案馆|厅|局|委|办公室|政府|财政部|教育部|银行|支行|分行|厂|商行|经营部|门市部|服务部|站|队|院|所|社|处|馆"
    "|校友会|校友总会|家长会|联谊会|总工会|妇联|团委|村委会|居委会|街道办|管理处|福利院|养老院|敬老院|俱乐部|联盟|剧院|电视台|报社|书院|党校|总队|支队|党委|部"
)
_LETTER = r"[\u4e00-\u9fffA-Za-z0-9·&\-]"
#: The name of an organisation within a sentence.
ORGANISATION = re.compile(rf"(?:{_LETTER}|\([\u4e00-\u9fff]{{2,8}}\)){{2,40}}?(?:{ENDINGS})(?!{_LETTER})")
_ENDS_AS_ORGANISATION = re.compile(rf"(?:{ENDINGS})(?:\([\u4e00-\u9fff]{{2,12}}\))?$")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}){1,3}")
#: Characters with which names of Mongolian, Uygur, Tibetan and other languages are written; a name of five and
#: more characters without a dot consists of them alone.
_OF_OTHER_LANGUAGES = (
    "阿拉坦其木格乌云呼吉勒图巴特尔日苏布和那仁达额德尼斯琴高娃萨娜哈宝音朝鲁敖登孟根花青白玉海山金兰托娅雅茹汗赛罕毕力贡嘎道旺楚"
    "克丹满都代钦牧伊敏塔古楞包如甘查干察莫珠腊孙固陶胡木尔斯钦夫郎腾凯恩沙套杰奥敦索优诺敏席扎仓次多卓玛央桑措热依江买提丽米艾孜合"
    "亚麦姆再努吐逊素甫不肉孜汗卡迪木力帕热哈夏提别克塞地西平加才让洛顿白荣罗布昂旺益增土登巴桑普琼萨如努恩"
)
_FOREIGN_PERSON = re.compile(rf"[{_OF_OTHER_LANGUAGES}]{{5,10}}|其[其木][格尔]")
#: Words for a party's part in the file, such as 承诺人, 采购方, 对方户名; they are not names.
_NO_PERSON = re.compile(
    r"[人方名位者户款额期日号表书]$|^(?:本|该|贵|各|其|以|在|不|由|应|须|将|可|并|或)|日期|项目|金额"
)
#: What ends a name after a label.
_AFTER = re.compile(
    r"[\t\n,。;:!?、“”\"'<>《》【】\[\]|/]|\((?=以下|下称|简称|统称|盖|公|章|签|加盖|甲|乙|丙|丁|付款|收款|捐|受|委|出租|承租|单位|[\u4e00-\u9fff]{1,3}[主方人商户]\))"
    r"| ?(?:以下简称|地址|住所|住址|法定代表|法人代表|负责人|联系|电话|统一社会|社会信用|信用代码|证件|身份证|开户|账号|帐号"
    r"|户名|签字|签章|盖章|公章|代表人|委托代理|授权代表|日期"
    r"|(?:19|20)\d\d ?[年./\-]|二[〇零]|邮编|传真|[甲乙丙丁] ?方|[收付]款|于\d{4}年|与|经办)"
)
_NO_NAMES = """
名称 全称 户名 账号 单位 盖章 公章 签字 签章 姓名 名字 地址 电话 日期 以下 甲方 乙方 丙方 丁方 双方 各方
本人 我方 对方
信息 账户 个人
帐号 开户行 开户银行 法定代表人 如下 无 金额 用途 款项 应当 应该 负责 保证 承诺 有权 义务 权利 责任 同意 支付 单位名称
本单位 本校 本院 本会 本中心
你单位 你校 你院 你局 我校 我单位 我院 我会 各单位 有关单位 各有关单位 相关单位 该单位 该公司 贵单位
"""
_NOT_NAMES = frozenset(_NO_NAMES.split())
_FOLDED_AWAY = re.compile(r"[\s()\[\]〔〕【】<>《》“”\"'·.,、:;\-_]")


def name_after(text: str, start: int, limit: int = 60) -> tuple[int, int] | None:
    """Start and end of the name that begins at `start` of a plain text, or None when there is none."""
    while start < len(text) and text[start] in " :":
        start += 1
    end_match = _AFTER.search(text, start, min(len(text), start + limit))
    end = end_match.start() if end_match else min(len(text), start + limit)
    while end > start and text[end - 1] in " -(":
        end -= 1
    end = _inside_brackets(text, start, end)
    return (start, end) if is_name(text[start:end]) else None


def _inside_brackets(text: str, start: int, end: int) -> int:
    """The end of a name, before a closing bracket that was not opened within it."""
    while end > start and text[end - 1] == ")" and text.count("(", start, end) < text.count(")", start, end):
        end -= 1
    return end


def is_name(text: str) -> bool:
    """Whether a plain text may be the name of an organisation or a person."""
    text = text.replace(" ", "")
    if len(text) < 2 or text in _NOT_NAMES or text in ROLES or text.isdigit():
        return False
    if is_organisation(text) or _FOREIGN_PERSON.fullmatch(text):
        return True
    return bool(_PERSON.fullmatch(text) and not _NO_PERSON.search(text))


def of_another_language(text: str) -> bool:
    """Whether a plain text may be a person's name of Mongolian, Uygur, Tibetan or another language."""
    return _FOREIGN_PERSON.fullmatch(text) is not None


def is_organisation(text: str) -> bool:
    """Whether a plain text ends like the name of an organisation."""
    return len(text) >= 4 and bool(_ENDS_AS_ORGANISATION.search(text)) and text not in _NOT_NAMES


def plain_name(name: str) -> str:
    """A name for comparison: lower case, plain characters, without brackets, spaces and punctuation."""
    return _FOLDED_AWAY.sub("", fold(name)).casefold()


#: A bill is held against hundreds of names, several times each.
_plain = lru_cache(maxsize=8_192)(plain_name)


def same_name(one: str, other: str, *, read_by_ocr: bool = False) -> bool:
    """Whether two names are the same in plain form.

    One may lack the region that the other begins with, as offices of one county name one another, and in what was
    read by OCR one character may be another that OCR confuses.
    """
    first, second = _plain(one), _plain(other)
    if not first or not second:
        return False
    if first == second or _lacks_region(*sorted((first, second), key=len)):
        return True
    return read_by_ocr and _is_slip(first, second)


def _lacks_region(short: str, whole: str) -> bool:
    return (
        len(short) >= _LONG_NAME
        and whole.endswith(short)
        and _REGION.fullmatch(whole[: -len(short)]) is not None
    )


_REGION = re.compile(r"(?:[\u4e00-\u9fff]{2,6}?(?:省|自治区|市|自治州|地区|盟|自治县|县|自治旗|旗|区)){1,3}")


def part_of_name(one: str, other: str) -> bool:
    """Whether a name stands within another, such as a school's in its parents' committee."""
    return _plain(one) in _plain(other)


def nearly_same_name(one: str, other: str) -> bool:
    """Whether two long names differ in one character. This may be an OCR error or another name."""
    first, second = _plain(one), _plain(other)
    return (
        min(len(first), len(second)) >= _LONG_NAME
        and Levenshtein.distance(first, second, score_cutoff=1) <= 1
    )


def may_be_misread(one: str, other: str) -> bool:
    """Whether two names differ only in characters that OCR confuses, or in one that it dropped."""
    first, second = _plain(one), _plain(other)
    return len(first) != len(second) or first == second or _is_slip(first, second)


def _is_slip(first: str, second: str) -> bool:
    if len(first) != len(second) or len(first) < 4:
        return False
    differing = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    return len(differing) == 1 and differing[0] in _LOOKALIKES


def _pairs(groups: str) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for group in groups.split() for a in group for b in group if a != b)


_LONG_NAME = 6
#: Characters that OCR confuses. A difference in other characters (东/西, 一/二) means another name.
_LOOKALIKES = _pairs(
    "己已巳 未末 土士 人入八 日曰目 干千于 大太犬 甲申由田 天夫 刀力 王玉主 木本术 今令 免兔 治冶 侯候 拨拔 晴睛 历厉 末未"
    " 戊戌戍 祖租 贝见 鸟乌 拆折 哀衰衷 竞竟 辨辩 籍藉 微徵 洁沽 怡恰 沮泪 栗粟 赢羸嬴 汨汩 市布 厂广 白自百 住佳往"
    " 亨享 崇祟 卬印 泰秦奏 陕峡 涌桶 密蜜 苑菀 蓝篮 兰三 口囗 O0〇 I1l 氏民 科料 材村 杭抗 扬杨 场汤 伟纬 峰锋蜂 浩洁 清情请"
    " 博搏 锦绵棉 泽译 宏宠 凯剀 瑞端 荣荥 盈益 淇其 嘉喜 昌吕 启后 复夏 特持 待侍 院阮 晨震 兴共 华毕 丰主 宁守 安宴"
)
