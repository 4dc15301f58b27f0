"""docs/rules.md tells of every field, function and operator what the catalogue says."""

from scripts.rules_language import DOCUMENT, written

from mingpiao.rules.language import FIELDS, FUNCTIONS
from mingpiao.rules.language.scanning import MAX_LENGTH, MAX_NESTING


def test_the_document_is_up_to_date() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")

    assert document == written(document), "run scripts/rules_language.py"


def test_the_document_names_everything_and_the_limits() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")

    for field in FIELDS:
        assert document.count(f"| `{field.path}` | {field.name} | {field.kind.label} |") == 1
    for function in FUNCTIONS:
        assert document.count(f"| `{function.signature}` | {function.title} |") == 1
    assert f"最多 {MAX_LENGTH} 个字符、200 个部分、{MAX_NESTING} 层" in document
