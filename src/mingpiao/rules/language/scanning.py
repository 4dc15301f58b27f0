"""The first check of a condition's text, before it is parsed: length, words, signs and depth of nesting.

A text that passes is short, flat and made of known words only, so it cannot exhaust the parser.
"""

import re
from difflib import get_close_matches

import msgspec
import unicodedata2 as unicodedata

from mingpiao.rules.language.catalogue import FUNCTION_BY_NAME
from mingpiao.rules.language.complaints import TextSpan, complain
from mingpiao.rules.language.fields import FieldTable

MAX_LENGTH = 4_000
MAX_NESTING = 32
MAX_TOKENS = 1_500
_LONGEST_TEXT = 200

KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE", "DATE"})
#: Words that a programmer may expect to work, with what to write instead.
_OTHER_WORDS = {
    "like": "不支持 LIKE，请改用 contains、starts 或 ends。",
    "ilike": "不支持 ILIKE，请改用 contains、starts 或 ends。",
    "similar": "不支持正则表达式，请改用 contains、starts 或 ends。",
    "regexp": "不支持正则表达式，请改用 contains、starts 或 ends。",
    "rlike": "不支持正则表达式，请改用 contains、starts 或 ends。",
    "case": "不支持 CASE，请用 AND、OR 组合条件。",
    "cast": "不支持类型转换，请使用类型相同的字段和值。",
    "select": "不支持子查询，请改用字段和历史统计函数。",
    "exists": "不支持子查询，请改用 any_item。",
    "mod": "不支持除法和取余，请改用乘法比较。",
    "div": "不支持除法和取余，请改用乘法比较。",
}
_OTHER_SIGNS = {
    "--": "不支持注释，请删除。",
    "/*": "不支持注释，请删除。",
    "#": "不支持注释，请删除。",
    "/": "不支持除法，请改用乘法，例如 a > 2 * b。",
    "%": "不支持取余，请改用乘法比较。",
    "||": "不支持拼接文本，请分别比较。",
    "::": "不支持类型转换，请使用类型相同的字段和值。",
    "~": "不支持正则表达式，请改用 contains、starts 或 ends。",
    '"': "字段名不用引号；文本请用半角单引号，例如 '现金'。",
    ";": "只能写一个条件，请删除分号。",
    "$": "不支持参数，请直接写值。",
    "?": "不支持参数，请直接写值。",
    ":": "不支持参数，请直接写值。",
    "@": "不支持参数，请直接写值。",
    "==": "相等请写一个等号 =。",
    "&": "“并且”请写 AND。",
    "|": "“或者”请写 OR。",
    "!": "“不是”请写 NOT，不等于请写 <>。",
}
_WIDE_SIGNS = {
    "，": ",",
    "（": "(",
    "）": ")",
    "＝": "=",
    "＞": ">",
    "＜": "<",
    "‘": "'",
    "’": "'",
    "。": ".",
}
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<text>'(?:[^']|'')*')
    | (?P<number>[0-9][0-9.]*[A-Za-z_0-9.]*)
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_0-9]+)*)
    | (?P<foreign>--|/\*|::|==|\|\|)
    | (?P<sign><>|!=|<=|>=|[=<>+\-*(),])
    | (?P<wide>[^\x00-\x7f，（）＝＞＜‘’。]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Token(msgspec.Struct, frozen=True):
    group: str
    text: str
    span: TextSpan


def scan(text: str, table: FieldTable) -> list[Token]:
    """The tokens of a condition without white space. Raises `Refusal` for mistakes that single tokens show."""
    if not text.strip():
        raise complain("empty", text, TextSpan(0, 0), "条件不能为空，请填写，例如 total >= 10000。")
    if len(text) > MAX_LENGTH:
        message = f"条件最多{MAX_LENGTH}个字符，现有{len(text)}个，请拆成几条规则。"
        raise complain("too_long", text, TextSpan(MAX_LENGTH, MAX_LENGTH), message)
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        token = Token(found.lastgroup or "other", found.group(), TextSpan(*found.span()))
        if token.group != "space":
            _check_token(text, token, table)
            tokens.append(token)
    if len(tokens) > MAX_TOKENS:
        message = "条件太长，请拆成几条规则。"
        raise complain("too_large", text, tokens[MAX_TOKENS].span, message)
    _check_words(text, tokens, table)
    _check_nesting(text, tokens)
    return tokens


def _check_token(text: str, token: Token, table: FieldTable) -> None:
    match token.group:
        case "text":
            _check_text(text, token)
        case "number" if not _NUMBER.fullmatch(token.text):
            message = "数字最多12位整数、6位小数，不用科学记数法和千分位，请修改。"
            raise complain("literal", text, token.span, message)
        case "foreign" | "other":
            raise complain("character", text, token.span, _sign_advice(token.text))
        case "wide":
            raise complain("word", text, token.span, _wide_advice(token.text, table))


def _check_text(text: str, token: Token) -> None:
    value = token.text[1:-1].replace("''", "'")
    if len(value) > _LONGEST_TEXT:
        raise complain("literal", text, token.span, f"一个文本最多{_LONGEST_TEXT}个字，请缩短。")
    for offset, character in enumerate(token.text):
        if unicodedata.category(character) in _HIDDEN:
            place = TextSpan(token.span.start + offset, token.span.start + offset + 1)
            message = f"文本中有看不见的字符（U+{ord(character):04X}），请删除。"
            raise complain("literal", text, place, message)


def _sign_advice(sign: str) -> str:
    if sign == "'":
        return "文本没有结束的单引号，请补上。"
    if sign in _WIDE_SIGNS:
        return f"请改用半角符号 {_WIDE_SIGNS[sign]} 。"
    return _OTHER_SIGNS.get(sign, "规则中不能使用这个符号，请删除。")


def _wide_advice(word: str, table: FieldTable) -> str:
    labels = {field.name: field.path for field in table.fields.values()}
    near = get_close_matches(word, labels, n=1, cutoff=0.4)
    if near:
        return f"字段请写英文名称，{near[0]}是 {labels[near[0]]}；文本请加半角单引号。"
    return "文本请加半角单引号，例如 '现金'；字段请写英文名称。"


# -- words ---------------------------------------------------------------------------------------


def _check_words(text: str, tokens: list[Token], table: FieldTable) -> None:
    for index, token in enumerate(tokens):
        if token.group != "name" or token.text.upper() in KEYWORDS:
            continue
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.text.lower() in _OTHER_WORDS:
            raise complain("word", text, token.span, _OTHER_WORDS[token.text.lower()])
        if following == "(":
            _check_function(text, token)
        elif token.text not in table.fields and token.text != "item":
            raise complain("field_unknown", text, token.span, _field_advice(token.text, table))


def _check_function(text: str, token: Token) -> None:
    if token.text.lower() in FUNCTION_BY_NAME:
        return
    near = get_close_matches(token.text.lower(), FUNCTION_BY_NAME, n=1)
    advice = f"您是否想用 {near[0]}？" if near else "请从函数列表中选用。"
    raise complain("function_unknown", text, token.span, f"没有这个函数，{advice}")


def _field_advice(path: str, table: FieldTable) -> str:
    if path in table.unusable:
        return f"这里不能使用这个字段：{table.unusable[path]}。"
    if path.lower() in FUNCTION_BY_NAME:
        return f"函数后面要有括号，应写成 {FUNCTION_BY_NAME[path.lower()].signature}。"
    near = get_close_matches(path, table.fields, n=1) or get_close_matches(path.lower(), table.fields, n=1)
    if near:
        return f"没有这个字段，您是否想用 {near[0]}（{table.fields[near[0]].name}）？"
    return "没有这个字段，请从字段列表中选用；文本请加半角单引号。"


# -- nesting -------------------------------------------------------------------------------------


def _check_nesting(text: str, tokens: list[Token]) -> None:
    """Check the nesting of parentheses and of prefixes (NOT, a sign): at most MAX_NESTING deep."""
    levels: list[int] = []
    depth = before = 0
    previous = "("
    for token in tokens:
        if token.text == "(":
            levels.append(before + 1)
            depth += before + 1
            before = 0
        elif token.text == ")":
            if not levels:
                raise complain("syntax", text, token.span, "多了右括号，请删除或补上左括号。")
            depth -= levels.pop()
            before = 0
        elif token.text.upper() == "NOT" or (token.text in "+-" and previous in "(,=<>=+-*"):
            before += 1
        else:
            before = 0
        if depth + before > MAX_NESTING:
            message = f"嵌套超过{MAX_NESTING}层，请简化，或拆成几条规则。"
            raise complain("too_nested", text, token.span, message)
        previous = token.text
    if levels:
        opened = _last_open(tokens)
        raise complain("syntax", text, opened.span, "括号没有结束，请补上右括号。")


def _last_open(tokens: list[Token]) -> Token:
    waiting: list[Token] = []
    for token in tokens:
        if token.text == "(":
            waiting.append(token)
        elif token.text == ")":
            waiting.pop()
    return waiting[-1]
