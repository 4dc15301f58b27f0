"""The table that the SQL of `to_sql` reads: its columns and their types, as in the Parquet lake."""

from functools import cache

from mingpiao.rules.language.catalogue import FIELDS, FUNCTIONS, MEASURE
from mingpiao.rules.language.tree import Shape, SourcePlace, ValueKind
from mingpiao.rules.model import Stage

_TYPES = {ValueKind.TEXT: "VARCHAR", ValueKind.DATE: "DATE", ValueKind.BOOLEAN: "BOOLEAN"}
#: Maps of 其他信息 by name.
_MAPS = {
    "extension": "MAP(VARCHAR, VARCHAR)",
    "extension_numbers": f"MAP(VARCHAR, DECIMAL({MEASURE.whole + MEASURE.places}, {MEASURE.places}))",
    "extension_dates": "MAP(VARCHAR, DATE)",
}


def duckdb_type(shape: Shape) -> str:
    """The DuckDB type of a value's column; Spark finds the same type in the Parquet file."""
    if shape.kind is not ValueKind.NUMBER:
        return _TYPES[shape.kind]
    return "BIGINT" if shape.integer else f"DECIMAL({shape.whole + shape.places}, {shape.places})"


def bill_columns() -> dict[str, str]:
    """Columns of a bill's facts with their DuckDB types, without items, history and what other stages judge."""
    own = {
        field.column: duckdb_type(field.shape)
        for field in FIELDS
        if field.place is SourcePlace.BILL
        and field.column not in writeoff_columns()
        and field.stages != (Stage.MONITORING,)
    }
    return own | _MAPS


@cache
def writeoff_columns() -> tuple[str, ...]:
    """Columns of what write-off finds of a bill; each is true or false, and stored with no bill."""
    return tuple(field.column for field in FIELDS if field.stages == (Stage.WRITEOFF,))


@cache
def watch_columns() -> tuple[str, ...]:
    """Columns of what is judged of a unit's hour; no bill has them."""
    return tuple(field.column for field in FIELDS if field.stages == (Stage.MONITORING,))


def item_columns() -> dict[str, str]:
    """Members of one item of `items` with their types, without history aggregates."""
    return {field.column: duckdb_type(field.shape) for field in FIELDS if field.place is SourcePlace.ITEM}


def history_types() -> dict[str, str]:
    """DuckDB types of the columns of history aggregates, by the aggregate's name."""
    return {function.name: duckdb_type(function.shape) for function in FUNCTIONS if function.history}
