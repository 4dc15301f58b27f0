"""docs/operations.md says what the program does: its settings and what the worker does."""

from pathlib import Path

import msgspec

from mingpiao.settings import PREFIX, Settings
from mingpiao.upkeep import DUTIES

TEXT = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")


def _rows(first_heading: str) -> list[list[str]]:
    """The cells of the table whose first heading it is."""
    lines = TEXT.split(f"| {first_heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = {name.strip("` "): cells[1] for cells in _rows("variable") for name in cells[0].split(",")}
    fields = {PREFIX + field.name.upper(): field for field in msgspec.structs.fields(Settings)}
    assert set(table) - set(fields) == {"PORT", "MINGPIAO_MASTER_KEY"}
    assert set(fields) <= set(table)
    plain = {name: field.default for name, field in fields.items() if isinstance(field.default, bool | int)}
    assert {name: table[name] for name in plain} == {
        name: f"`{str(default).lower()}`" for name, default in plain.items()
    }


def test_every_duty_of_the_worker_is_told() -> None:
    assert [cells[0].strip("`") for cells in _rows("round")] == [duty.name for duty in DUTIES]
