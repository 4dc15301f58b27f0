"""What text a bill may carry."""

import re

import unicodedata2 as unicodedata

#: What nearly all names and items are written with; checked at once, the rest character by character.
_COMMON = re.compile(r"[ -;=?-~·×—‘-”…、-】\u4e00-\u9fff！-｠]*")
_BANNED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "So", "Sk", "Me"})
#: Symbols of category So that do stand on real bills.
_ALLOWED_SYMBOLS = frozenset("㎡㎥℃№㎜㎝㎞㎏㎎㏄°")

#: Characters that show nothing though they count as letters, marks or signs (Default_Ignorable_Code_Point of
#: Unicode without those whose category is banned anyway), and the blank pattern of Braille.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
_MONGOLIAN = range(0x1820, 0x18AB)
#: What joins and shapes the letters of Mongolian words, and means nothing anywhere else.
_MONGOLIAN_JOINERS = frozenset("\u180b\u180c\u180d\u180e\u180f\u202f")
#: Tibetan stacks this many marks on a letter; everyone else gets by with fewer.
_MOST_MARKS = 4
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

#: CJK radicals that stand in text layers and copied names where the character itself is meant (Unicode's
#: equivalent ideographs; those of the Kangxi block are folded by NFKC).
_RADICAL_PAIRS = (
    "⺁厂 ⺅亻 ⺆冂 ⺇几 ⺉刂 ⺊卜 ⺋㔾 ⺎兀 ⺏尣 ⺒巳 ⺓幺 ⺔彑 ⺖忄 ⺗㣺 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺡氵 ⺢氺 "
    "⺣灬 ⺤爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 ⺬示 ⺭礻 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺶羊 ⺷羊 ⺸羋 ⺹耂 ⺺聿 ⺻聿 ⺼月 ⺽臼 "
    "⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑長 ⻒镸 ⻓长 ⻔门 "
    "⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻟飠 ⻠饣 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 "
    "⻮齿 ⻯竜 ⻰龙 ⻲亀 ⻳龟"
)
RADICALS: dict[int, str] = {ord(pair[0]): pair[1] for pair in _RADICAL_PAIRS.split()} | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)
}


def unprintable(text: str) -> str | None:
    """The first character that may not stand on a bill's face, or None when all may.

    Control, format, surrogate and private characters, code points that are no characters, pictographs
    (emoji), characters that show nothing and marks piled up on a letter may not; angle brackets may not
    either, as no name or item has them and every page must be safe to show. What joins Mongolian letters
    may stand between them. Characters younger than Python's own tables may: whether a face can show one is
    for its fonts to say, the same on every machine.
    """
    place = unprintable_place(text)
    return None if place is None else text[place]


def unprintable_place(text: str) -> int | None:
    """Where the character that `unprintable` names stands, from 0."""
    if _COMMON.fullmatch(text):
        return None
    marks = 0
    for place, character in enumerate(text):
        if character in _MONGOLIAN_JOINERS and _joins_mongolian(text, place):
            continue
        category = unicodedata.category(character)
        marks = marks + 1 if category == "Mn" else 0
        lonely = marks == 1 and (place == 0 or text[place - 1].isspace())
        if lonely or marks > _MOST_MARKS or _is_banned(character, category):
            return place
    return None


def character_message(label: str, text: str, place: int) -> str:
    """What is wrong with the character at `place`, in Chinese; `label` names the text, the place counts from 1."""
    character = text[place]
    where = f"{label}第{place + 1}个字是"
    meant = RADICALS.get(ord(character))
    if meant is not None:
        return f"{where}部首“{character}”（U+{ord(character):04X}），请改为“{meant}”。"
    if character.isspace():
        return f"{where}特殊的空格（U+{ord(character):04X}），请删除或改为普通空格。"
    if shows_nothing(character):
        return f"{where}看不见的字符（U+{ord(character):04X}），请删除。"
    return f"{where}不能使用的字符（U+{ord(character):04X}），请删除。"


def _is_banned(character: str, category: str) -> bool:
    if character in _ALLOWED_SYMBOLS:
        return False
    banned = character in "<>" or category in _BANNED_CATEGORIES or _is_no_character(ord(character))
    return banned or _INVISIBLE.fullmatch(character) is not None


def _is_no_character(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _joins_mongolian(text: str, place: int) -> bool:
    return place > 0 and _is_mongolian(text[place - 1])


def _is_mongolian(character: str) -> bool:
    return ord(character) in _MONGOLIAN or character in _MONGOLIAN_JOINERS


def shows_nothing(character: str) -> bool:
    """Whether a character takes no ink: spaces, controls, and what Unicode has to be ignored."""
    return (
        character.isspace()
        or unicodedata.category(character) in ("Cc", "Cf")
        or _INVISIBLE.fullmatch(character) is not None
    )


def odd_space_place(text: str) -> int | None:
    """Where the first space stands that is no U+0020 and joins no Mongolian word, from 0; None without one."""
    for found in _SPACES.finditer(text):
        place = found.start()
        if text[place] != "\u202f" or not _joins_mongolian(text, place):
            return place
    return None


def with_plain_spaces(text: str) -> str:
    """The text with every other space as U+0020; what joins Mongolian words stays."""
    if _SPACES.search(text) is None:
        return text
    place = odd_space_place(text)
    while place is not None:
        text = f"{text[:place]} {text[place + 1 :]}"
        place = odd_space_place(text)
    return text
