"""Text from outside becomes a number or a date in `kernel/grammar.py` alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "mingpiao"
READERS = frozenset({"Decimal", "int", "fromisoformat", "strptime"})
#: Calls whose results are numbers already.
NUMERIC = frozenset({"len", "max", "min", "sum", "round", "total_seconds", "timestamp", "randrange"})
PATTERN = "a pattern of ASCII digits let the text through"
OURS = "the platform wrote the text itself, or holds a number"
#: Where else they may be called, by file, with the reason.
ALLOWED = {
    "kernel/grammar.py": "this is the grammar",
    "kernel/codes.py": PATTERN,
    "processes/guard.py": OURS,
    "kernel/money.py": OURS,
    "crypto/sm2.py": OURS,
    "demo/cases.py": OURS,
    "demo/charge_items.py": OURS,
    "demo/medical.py": OURS,
    "demo/people.py": OURS,
    "demo/samples.py": OURS,
    "writeoff/matching.py": OURS,
    "evidence/comparing/subject.py": "found by evidence/extraction, which writes dates this way",
    "evidence/comparing/pointed.py": "found by evidence/pointing, which writes amounts this way",
    "evidence/extraction/amounts.py": "people's writing in files, by patterns of its own",
    "evidence/extraction/boxes.py": "people's writing in files, read digit by digit",
    "evidence/extraction/dates.py": "people's writing in files, by patterns of its own",
    "evidence/extraction/numerals.py": "people's writing in files, by tables of its own",
    "evidence/extraction/particulars.py": "people's writing in files, by patterns of its own",
    "evidence/weighing/candidates.py": "people's writing in files, by patterns of its own",
    "evidence/weighing/claims.py": "people's writing in files, by patterns of its own",
    "evidence/weighing/rows.py": "people's writing in files, by patterns of its own",
    "evidence/weighing/shares.py": "people's writing in files, by patterns of its own",
    "evidence/extraction/sentences.py": "people's writing in files, by patterns of its own",
    "reading/process.py": OURS,
    "reading/seals.py": OURS,
    "gateway/authentication.py": PATTERN,
    "gateway/decoding.py": "numbers of JSON, whose grammar the decoder holds",
    "inspections/extrapolating.py": OURS,
    "inspections/numerals.py": "people's writing in requests, by patterns and tables of its own",
    "issuing/facts.py": OURS,
    "issuing/history.py": OURS,
    "issuing/queries.py": PATTERN,
    "issuing/stored.py": OURS,
    "issuing/totals.py": OURS,
    "lake/backtest.py": OURS,
    "lake/model.py": OURS,
    "lake/running.py": OURS,
    "layout/qr.py": OURS,
    "layout/validator.py": PATTERN,
    "issuing/integrity.py": PATTERN,
    "issuing/originals.py": "from a sealed XML, which its reader has read",
    "numbering/service.py": OURS,
    "analysis/judging.py": OURS,
    "cube/asking.py": OURS,
    "portals/cube/shown.py": OURS,
    "analysis/ties.py": OURS,
    "applications/figures.py": OURS,
    "portals/analysis/lists.py": OURS,
    "portals/audit/lists.py": PATTERN,
    "portals/evidence/files.py": PATTERN,
    "portals/issuing/form.py": OURS,
    "portals/overview/figures.py": OURS,
    "letters/typeface.py": "a number of the font library",
    "portals/qualifications/lists.py": "one of the choices of a list",
    "portals/rendering.py": OURS,
    "portals/room.py": OURS,
    "portals/sheets.py": OURS,
    "portals/system/admin.py": OURS,
    "qualifications/checks.py": OURS,
    "qualifications/dates.py": "people's writing on certificates, by patterns of its own",
    "qualifications/desk.py": OURS,
    "rules/approval.py": OURS,
    "rules/language/builder.py": "the scanner of the language let the text through",
    "rules/language/checking.py": "the scanner of the language let the text through",
    "rules/language/placeholders.py": PATTERN,
    "sealing/reading.py": PATTERN,
    "storage/embedded.py": "file names and files of PostgreSQL",
    "storage/embedded_tuning.py": "files of the kernel",
    "units/directory.py": OURS,
    "supply/looking.py": OURS,
    "verification/inputs.py": PATTERN,
    "verification/register.py": PATTERN,
}


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _is_number(argument: ast.expr) -> bool:
    """Arithmetic, a literal, what a query answered, or a count: nothing that somebody wrote."""
    match argument:
        case ast.Constant() | ast.Await() | ast.UnaryOp() | ast.BoolOp(values=[ast.Await(), *_]):
            return True
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Sub()):
            return True
        case ast.BinOp(left=left):
            return _is_number(left)
        case ast.Call(func=function):
            return _name(function) in NUMERIC
    return False


def _readings() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and _name(node.func) in READERS
                and node.args
                and not _is_number(node.args[0])
            ):
                yield path.relative_to(SOURCE).as_posix(), f"{node.lineno}: {ast.unparse(node)}"


def test_text_from_outside_is_read_by_the_grammar() -> None:
    stray = [(file, call) for file, call in _readings() if file not in ALLOWED]
    assert stray == []


def test_every_exception_is_needed() -> None:
    assert set(ALLOWED) - {file for file, _ in _readings()} == set()
