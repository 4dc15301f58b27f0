"""Chinese texts use full-width punctuation: in strings, help of commands, templates, scripts and data."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent / "src/mingpiao"

CHINESE = "\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e"
#: `,` `;` `:` `!` `?` `(` or `)` beside a Chinese character or mark.
HALF_WIDTH = re.compile(rf"[{CHINESE}”] ?[,;:!?()]|[,;:!?()] ?[{CHINESE}“]")
#: What stands in a sentence and is no Chinese: addresses, calls and conditions of the rule language.
QUOTED = re.compile(r"[a-z0-9]+://[^\s。]*|[a-z_]+\([^)]*\)|IN \([^)]*\)")
#: Strings with one of these are regular expressions or code of a page.
CODE = re.compile(r"\(\?|\\|\[\^|\||=>|[*+]\)")

#: Texts that have such a mark on purpose, or are no sentences.
ALLOWED = {
    "（(【[“‘": "brackets that may stand in a name",
    "。.,;:、!?()[]<>《》【】“”\"'」』": "what may follow an address in a text",
    "?？": "question marks that may stand in a name",
    "民办非企业单位(法人)登记证书": "a printed title in the form in which it is compared",
    "(2026)内01民终7号": "a case number as a court's system writes it",
    "未知(急诊3号)": "a payer's name as a hospital's system writes it",
    "这一段不是规则，应写成“名称: 内容”的形式，请改正。": "shows YAML",
}
#: Folders and files whose strings are patterns for the text of files, with its punctuation made half-width.
PATTERNS = (
    "evidence/extraction/",
    "evidence/comparing/",
    "evidence/weighing/",
    "qualifications/dates.py",
    "qualifications/labels.py",
)


def _docstrings(tree: ast.Module) -> set[ast.expr]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    firsts = (node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body)
    return {first.value for first in firsts if isinstance(first, ast.Expr)}


def _python(source: str, *, docstrings: bool) -> Iterator[str]:
    """String literals. A value in an f-string counts as a letter."""
    tree = ast.parse(source)
    left_out = set[ast.AST]() if docstrings else set[ast.AST](_docstrings(tree))
    formatted = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    left_out |= {part for node in formatted for part in node.values}
    for node in formatted:
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node.value


def _template(source: str) -> Iterator[str]:
    """Lines without comments and code, and the string literals of the code."""
    source = re.sub(r"\{#.*?#\}|<script\b.*?</script>", "", source, flags=re.S)
    code = re.compile(r"\{[{%].*?[%}]\}", re.S)
    for each in code.findall(source):
        yield from (literal[1:-1] for literal in re.findall(r"\"[^\"]*\"|'[^']*'", each))
    yield from code.sub("0", source).splitlines()


def _script(source: str) -> Iterator[str]:
    source = re.sub(r"^\s*//.*$|/\*.*?\*/", "", source, flags=re.S | re.M)
    yield from (literal[1:-1] for literal in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", source))


def _values(data: Any) -> Iterator[str]:
    """Texts in data; conditions of rules are code."""
    match data:
        case str():
            yield data
        case list():
            for each in data:
                yield from _values(each)
        case dict():
            for name, each in data.items():
                if name != "condition":
                    yield from _values(each)


def texts_of(path: Path) -> Iterator[str]:
    source = path.read_text()
    match path.suffix:
        case ".py":
            yield from _python(source, docstrings=path.name == "cli.py")
        case ".html":
            yield from _template(source)
        case ".js":
            yield from _script(source)
        case ".yaml":
            yield from _values(yaml.safe_load(source))
        case ".toml":
            yield from _values(tomllib.loads(source))


def half_width(text: str) -> list[str]:
    """The places in a text where a half-width mark stands beside Chinese."""
    if text in ALLOWED or CODE.search(text):
        return []
    return [
        found.group() for line in text.splitlines() for found in HALF_WIDTH.finditer(QUOTED.sub("0", line))
    ]


def test_chinese_texts_have_full_width_punctuation() -> None:
    wrong = []
    for path in sorted(ROOT.rglob("*.*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in {".py", ".html", ".js", ".yaml", ".toml"} and not name.startswith(PATTERNS):
            wrong += [f"{name}: {text.strip()}" for text in texts_of(path) if half_width(text)]
    assert wrong == []


def test_allowed_texts_exist() -> None:
    paths = [path for path in ROOT.rglob("*.*") if path.suffix in {".py", ".yaml"}]
    assert ALLOWED.keys() <= {text for path in paths for text in texts_of(path)}


def test_half_width_marks_are_found() -> None:
    assert half_width("签章服务暂时不可用,请稍后重试。") == ["用,"]
    assert half_width("应为 32 位十六进制数(16 字节)。") == ["数(", "节)"]
    assert half_width("首次启动: 建立演示省份") == ["动:"]
    assert half_width("请用 any_item(…) 或 postgresql://用户:密码@主机:端口/数据库。") == []
