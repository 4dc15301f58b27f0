"""What the analysis reads: four relations, and nothing else.

Each is a DuckDB relation: files of Parquet in production, a table or a file of a made province in a bench. Columns
beyond these are ignored; the order of columns and rows has no meaning. Months are calendar months in Asia/Shanghai.
"""

from collections.abc import Mapping

#: One line of a bill. `rate` is 收费标准 as billed, in 元 a measure unit; `amount` is in 元.
#: `rate_maximum` and `rate_minimum` are the approved bounds of that day; both are NULL for an item that is not listed,
#: and equal for `rate_kind` 'fixed'; 'bounded' lies between them; 'free' has no real bound.
_LINE = (
    'STRUCT("code" VARCHAR, "name" VARCHAR, "quantity" DECIMAL(18, 6), "rate" DECIMAL(18, 6), '
    '"amount" DECIMAL(14, 2), "rate_kind" VARCHAR, "rate_minimum" DECIMAL(18, 6), "rate_maximum" DECIMAL(18, 6), '
    '"remark" VARCHAR)[]'
)

#: Blue bills, one row each, reversed ones too.
BILLS: Mapping[str, str] = {
    "unit_id": "BIGINT",  # the issuing unit
    "bill_id": "BIGINT",  # unique; grows with the numbers of a unit and kind
    "kind": "VARCHAR",  # 票据种类, four digits: 0601
    "issued_at": "TIMESTAMP",  # moment of issue, in UTC
    "issued_date": "DATE",  # its day in Asia/Shanghai
    "issued_workday": "BOOLEAN",  # whether this day is a working day (chinesecalendar)
    "total": "DECIMAL(14, 2)",  # in 元, more than 0
    "payer_type": "VARCHAR",  # '1' a person, '2' an organisation
    "payer_name": "VARCHAR",
    "payer_code": "VARCHAR",  # identity number or 统一社会信用代码; '' if none was given
    "payer_account": "VARCHAR",  # bank account that paid; '' if none was given
    "payer_subject": "BIGINT",  # hash of name and code: equal means the same payer
    "content_subject": "BIGINT",  # hash of kind, items and total: equal means alike bills
    "handler": "VARCHAR",  # 经办人, the name of whoever issued it; '' for bills of a unit's program
    "remark": "VARCHAR",
    "items": _LINE,
    "evidence_count": "BIGINT",  # how many files the bill stands on
    "evidence_papers": "BIGINT[]",  # a number for the content of each: equal means the same file; NULL in old files
    "paid_on": "DATE",  # day of the payment where the bill tells it, else NULL
}

#: Red bills: each reverses one blue bill as a whole.
REVERSALS: Mapping[str, str] = {
    "unit_id": "BIGINT",
    "bill_id": "BIGINT",  # of the red bill
    "blue_bill_id": "BIGINT",  # of the blue bill that it reverses
    "blue_date": "DATE",  # day of issue of the blue bill
    "issued_at": "TIMESTAMP",  # moment of the reversal, in UTC
    "issued_date": "DATE",  # its day in Asia/Shanghai
    "total": "DECIMAL(14, 2)",  # in 元, positive
    "payer_subject": "BIGINT",  # of the blue bill
    "content_subject": "BIGINT",  # of the blue bill, as in BILLS: a blue bill issued again has the same
    "handler": "VARCHAR",  # who reversed it; '' for a unit's program, NULL in old files
}

#: How many rules a unit's bills ran into; a unit and month without a row had none.
ASKS: Mapping[str, str] = {
    "unit_id": "BIGINT",
    "month": "DATE",  # first day of the month
    "refused": "BIGINT",  # requests that a rule refused
    "overridden": "BIGINT",  # bills issued although a rule asked back: 核实后照开
}

#: Units as they are now: whoever moved to another region or changed its type is compared with the new peers.
UNITS: Mapping[str, str] = {
    "unit_id": "BIGINT",
    "unit_type": "VARCHAR",  # hospital, school, charity, association, court, office
    "region_code": "VARCHAR",  # of the unit's place, six digits; regions that ended are not here
}

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "bills": BILLS,
    "reversals": REVERSALS,
    "asks": ASKS,
    "units": UNITS,
}

#: The ten kinds of wrongdoing that the analysis names, as codes of findings and of a made province's truth.
PATTERNS: Mapping[str, str] = {
    "splitting": "拆分开票",  # one payment as several bills below a limit: same payer, same days
    "wash_reversal": "冲红洗票",  # bills are reversed soon and issued again, to carry sums or dates elsewhere
    "borrowed_bills": "替外单位开票",  # bills for income of others: payers and items unlike the unit's own
    "item_disguise": "串用项目",  # income under an item that it does not belong to
    "above_rate": "超标准收费",  # rates above what is approved, or at its top where peers stay below
    "ghost_payers": "虚构缴款人",  # payers that do not exist: no codes or accounts, once only, alike amounts
    "month_end": "月末突击开票",  # a month is filled in its last days, with round sums
    "evidence_reuse": "重复使用凭证",  # the same file under several bills
    "dormant_busy": "沉寂后突增",  # months of nothing, then much
    "collusion": "经办人互冲",  # two handlers reverse each other's bills
}
