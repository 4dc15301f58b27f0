"""Measure how well supporting specimens are read and compared.

    python -m bench.evidence [--seed N] [--count N] [--only text|scan] [--jobs N] [--font FILE]
        [--keep FOLDER] [--worst N]

Makes specimens with their truth (each layout as text and as a scan, half of them contradicting their bill in
one fact), reads them, prints the figures and writes `build/evidence.json`. The same seed makes the same specimens.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.evidence.generator import Order, orders
from bench.evidence.layouts import LAYOUTS
from bench.evidence.measure import Result, Summary, measure, summarise
from bench.evidence.truth import SCAN, TEXT

#: What issue figures ask for, by form.
_F1_AIMS = {TEXT: 0.97, SCAN: 0.95}
_FOUND_AIM, _FALSE_ALARM_AIM = 0.98, 0.02


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run measured."""

    seed: int
    layouts: int
    forms: dict[str, Summary]
    together: Summary
    results: tuple[Result, ...]


def run(asked: Sequence[Order], seed: int, jobs: int, keep: Path | None, console: Console) -> Report:
    """Measure these specimens, telling how far it is."""
    results: list[Result] = []
    with console.status("") as status:
        for place, result in enumerate(measure(asked, jobs=jobs, keep=keep), 1):
            results.append(result)
            status.update(f"{place}/{len(asked)} {result.name}")
    present = [form for form in (TEXT, SCAN) if any(result.form == form for result in results)]
    return Report(
        seed=seed,
        layouts=len({result.layout for result in results}),
        forms={form: summarise(each for each in results if each.form == form) for form in present},
        together=summarise(results),
        results=tuple(results),
    )


def show(report: Report, console: Console, worst: int = 8) -> None:
    """Print the figures and the worst specimens."""
    console.print(
        f"seed {report.seed}: {report.together.specimens} specimens in {report.layouts} of {len(LAYOUTS)} layouts"
    )
    console.print(_field_table(report.forms))
    console.print(_figure_table(report.forms | {"together": report.together}))
    for result in _worst(report.results)[:worst]:
        console.print(f"{result.name}: {_complaints(result)}", highlight=False, markup=False, soft_wrap=True)


def _field_table(forms: dict[str, Summary]) -> Table:
    table = Table("field")
    for form in forms:
        for head in ("precision", "recall", f"F1 (≥ {_F1_AIMS[form]})"):
            table.add_column(f"{form}: {head}", justify="right")
    rows = {name: [summary.fields[name] for summary in forms.values()] for name in _fields(forms)}
    rows["all fields"] = [summary.all_fields for summary in forms.values()]
    rows |= {f"({name})": [summary.hints[name] for summary in forms.values()] for name in _hints(forms)}
    for name, rates in rows.items():
        table.add_row(name, *(f"{figure:.3f}" for rate in rates for figure in msgspec.structs.astuple(rate)))
    return table


def _fields(forms: dict[str, Summary]) -> list[str]:
    return list(next(iter(forms.values())).fields)


def _hints(forms: dict[str, Summary]) -> list[str]:
    return list(next(iter(forms.values())).hints)


def _figure_table(summaries: dict[str, Summary]) -> Table:
    table = Table("figure", *summaries, "aim")
    rows = {
        "contradictions found": ([f"{each.found:.3f}" for each in summaries.values()], f"≥ {_FOUND_AIM}"),
        "false alarms": (
            [f"{each.false_alarms:.3f}" for each in summaries.values()],
            f"≤ {_FALSE_ALARM_AIM}",
        ),
        "found by fact": (
            ["\n".join(f"{k} {v}" for k, v in each.found_by_fact.items()) for each in summaries.values()],
            "",
        ),
        "other claims on contradicting specimens": ([str(each.strays) for each in summaries.values()], ""),
        "specimens not read": ([str(each.unread) for each in summaries.values()], ""),
        "specimens / pages": ([f"{each.specimens} / {each.pages}" for each in summaries.values()], ""),
        "seconds a specimen, median": ([f"{each.seconds_median:.2f}" for each in summaries.values()], ""),
        "seconds a specimen, longest": ([f"{each.seconds_longest:.2f}" for each in summaries.values()], ""),
        "seconds a page": ([f"{each.seconds_a_page:.2f}" for each in summaries.values()], ""),
    }
    for name, (figures, aim) in rows.items():
        table.add_row(name, *figures, aim)
    return table


def _worst(results: tuple[Result, ...]) -> list[Result]:
    bad = [result for result in results if _complaints(result)]
    return sorted(
        bad, key=lambda result: (result.caught, not result.failure, not result.alarms, -len(result.slips))
    )


def _complaints(result: Result) -> str:
    said = [f"not read: {result.failure}"] if result.failure else []
    if not result.caught:
        said.append(f"missed the wrong {result.contradiction}")
    if result.alarms and not result.contradiction:
        said.append(f"false alarm: {', '.join(result.alarms)}")
    said += [f"{slip.field}: {slip.wanted} ≠ {slip.got}" for slip in result.slips]
    return "; ".join(said)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--count", type=int, default=2 * len(LAYOUTS), help="specimens (default: every layout twice)"
    )
    parser.add_argument("--only", choices=(TEXT, SCAN), default="")
    parser.add_argument("--font", default="", help="a TrueType font to draw every specimen in")
    parser.add_argument("--jobs", type=int, default=1, help="processes that read")
    parser.add_argument(
        "--keep", type=Path, help="folder for the specimens that were misread, with their truth"
    )
    parser.add_argument("--worst", type=int, default=8, help="how many of the worst specimens are told")
    parser.add_argument("--output", type=Path, default=Path("build/evidence.json"))
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    console = Console(width=140)
    asked = list(orders(arguments.seed, arguments.count, arguments.only, arguments.font))
    report = run(asked, arguments.seed, arguments.jobs, arguments.keep, console)
    show(report, console, arguments.worst)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))


if __name__ == "__main__":
    main()
