"""Columns of the lake's files: the facts that rules read, and those from which history is computed."""

from mingpiao.lake.model import Dataset
from mingpiao.rules.service import bill_columns, item_columns

#: The bill's moment of issue (UTC), and the hashes by which history finds similar bills.
_OWN = {
    "bill_id": "BIGINT",
    "issued_at": "TIMESTAMP",
    "payer_subject": "BIGINT",
    "twin_subject": "BIGINT",
    "content_subject": "BIGINT",
}
_REVERSAL = {
    "unit_id": "BIGINT",
    "unit_region": "VARCHAR",
    "blue_bill_id": "BIGINT",
    "blue_date": "DATE",
    "issued_date": "DATE",
    "total": "DECIMAL(14, 2)",
    "handler": "VARCHAR",
}


def columns(dataset: Dataset) -> dict[str, str]:
    """Names and DuckDB types of a dataset's columns."""
    if dataset is Dataset.REVERSALS:
        return _REVERSAL | _OWN
    members = ", ".join(f'"{name}" {kind}' for name, kind in item_columns().items())
    papers = {"evidence_papers": "BIGINT[]"}
    return bill_columns() | {"items": f"STRUCT({members})[]"} | papers | _OWN
