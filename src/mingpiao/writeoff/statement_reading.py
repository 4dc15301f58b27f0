"""Reads the rows of a bank statement: which column is which, and which rows are money that arrived.

Statements differ by bank: titles above the heading, totals between lines, two columns for money that came and
went, dates and amounts in any spelling. Pure; rows are texts as a table reader gives them.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.kernel.grammar import half_width, read_date, read_typed_decimal, read_whole
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.writeoff.model import STATEMENT_FIELDS, OddRow, StatementColumns

#: Lines that a file may have.
MOST_STATEMENT_LINES = 200_000
#: Rows above which the heading is looked for, and rows that a page shows for choosing columns by hand.
HEAD_ROWS = 30
SHOWN_ROWS = 12
#: Odd rows that are told one by one.
MAX_TOLD = 100
_LONGEST = 120

#: Where several columns say something of the payment, each of them counts.
_TOGETHER = "memo"
_INCOMING = ("贷", "收", "入", "转入", "c", "cr", "+")
#: Words in a file's name or heading that tell its channel.
_CHANNEL_WORDS = (
    ("POS", ("pos", "终端号", "终端编号", "商户号", "商户编号", "刷卡")),
    ("微信", ("微信", "wechat")),
    ("支付宝", ("支付宝", "alipay")),
)
_TOTALS = re.compile(
    r"合计|总计|小计|共计|累计|本页|本日|本月|期初|期末|承前|过次|上页|上期|余额|total", re.IGNORECASE
)
_OWN_ACCOUNT = re.compile(r"(?:账号|帐号|账户|卡号)[:：]?\s*([0-9][0-9 -]{6,30}[0-9])")
_OWN_NAME = re.compile(r"(?:户名|账户名称|帐户名称|单位名称|公司名称)[:：]?\s*([^\s:：,，;；|]{2,60})")
_BANK = "银行转账"
_DAY_ZERO = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # the years 2000 to 2099


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """Money that arrived, as a line tells it; negative for what was paid back. `key` is always the same for it."""

    row: int
    key: str
    received_on: date
    amount: Decimal
    channel: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payment_code: str = ""
    business_no: str = ""
    memo: str = ""


class ReadStatement(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a file, and how many rows were totals, went out, or were odd (`told` has the first of these)."""

    lines: tuple[StatementLine, ...]
    totals: int
    outgoing: int
    odd: int
    told: tuple[OddRow, ...]


def heading_of(rows: Sequence[Sequence[str]], row: int) -> tuple[str, ...]:
    """The texts of the heading row without signs and blanks."""
    return tuple(_label(text) for text in rows[row - 1]) if 0 < row <= len(rows) else ()


def signature_of(heading: Sequence[str]) -> str:
    """What is the same for all files of a bank: a digest of their heading."""
    return sm3_hex("\n".join(heading).encode())[:32]


def recognise(rows: Sequence[Sequence[str]]) -> StatementColumns:
    """The heading and its columns, as far as they are recognised by name; the heading is 1 where none is."""
    best = StatementColumns(heading=1, columns={})
    for number in range(1, min(len(rows), HEAD_ROWS) + 1):
        found = StatementColumns(heading=number, columns=_columns(heading_of(rows, number)))
        if (found.is_enough, len(found.columns)) > (best.is_enough, len(best.columns)):
            best = found
    return best


def channel_of(file_name: str, heading: Sequence[str]) -> str:
    """The channel that a file's name tells, else its heading; empty where neither does."""
    said = (half_width(file_name).casefold(), "\n".join(heading).casefold())
    return next(
        (
            channel
            for text in said
            for channel, words in _CHANNEL_WORDS
            if any(word in text for word in words)
        ),
        "",
    )


def first_lines(shown: Sequence[Sequence[str]], columns: StatementColumns) -> tuple[StatementLine, ...]:
    """The lines among the first rows of a file (`shown_rows`), as they are read."""
    return read_lines(shown, columns).lines if columns.is_enough else ()


def _columns(heading: Sequence[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for name, (_, words) in STATEMENT_FIELDS.items():
        places = [
            heading.index(word) for word in words if word in heading and heading.index(word) not in taken
        ]
        chosen = places if name == _TOGETHER else places[:1]
        if chosen:
            found[name] = tuple(sorted(chosen))
            taken.update(chosen)
    # A pair of columns says more than one without a direction.
    if "credit" in found and "amount" in found:
        del found["amount"]
    return found


def _label(text: str) -> str:
    plain = half_width(text)
    return re.sub(r"[\s*:]+|\((?:元|人民币|rmb|cny)\)|\[.*?\]", "", plain, flags=re.IGNORECASE)


def own_account(rows: Sequence[Sequence[str]], columns: StatementColumns) -> tuple[str, str]:
    """The account and the holder that a file names above its heading, or in its lines; empty where it does not."""
    above = [" ".join(half_width(cell) for cell in row) for row in rows[: columns.heading - 1]]
    text = "\n".join(above)
    account, name = _OWN_ACCOUNT.search(text), _OWN_NAME.search(text)
    if account is None and "account" in columns.columns:
        (place,) = columns.columns["account"]
        told = {_cell(row, place) for row in rows[columns.heading :] if _cell(row, place)}
        return (_digits(told.pop()) if len(told) == 1 else "", name[1] if name else "")
    return (_digits(account[1]) if account else "", name[1] if name else "")


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)[:40]


def read_lines(rows: Sequence[Sequence[str]], columns: StatementColumns, account: str = "") -> ReadStatement:
    """All lines below the heading. Rows that are no lines are counted, and odd ones are told with their numbers."""
    lines: list[StatementLine] = []
    seen: dict[str, int] = {}
    counts = {"totals": 0, "outgoing": 0, "odd": 0}
    told: list[OddRow] = []
    for number, row in enumerate(rows[columns.heading :], start=columns.heading + 1):
        if not any(row):
            continue
        made = _line(number, row, columns, account)
        if isinstance(made, StatementLine):
            again = seen[made.key] = seen.get(made.key, 0) + 1
            # Two equal lines of one file are two payments.
            lines.append(made if again == 1 else msgspec.structs.replace(made, key=f"{made.key}:{again}"))
            continue
        kind, why = made
        counts[kind] += 1
        if kind == "odd" and len(told) < MAX_TOLD:
            told.append(OddRow(row=number, why=why))
    return ReadStatement(lines=tuple(lines), told=tuple(told), **counts)


def _line(
    number: int, row: Sequence[str], columns: StatementColumns, account: str
) -> StatementLine | tuple[str, str]:
    """A row as a line, or what it is instead: `totals`, `outgoing` or `odd`, with the reason."""
    told = {
        name: " ".join(filter(None, (_cell(row, place) for place in places)))
        for name, places in columns.columns.items()
    }
    day = read_statement_day(told["day"])
    if day is None:
        if _TOTALS.search("".join(row[:4])) or _is_heading(told):
            return "totals", ""
        blank = (
            "没有日期，可能与上一行合并了单元格" if not told["day"] else f"日期“{told['day'][:20]}”不能识别"
        )
        return "odd", f"{blank}，请修改文件后重新上传。"
    amount = _amount_of(told)
    if amount is None:
        return "odd", "金额不能识别，请修改文件后重新上传。"
    if amount < 0 and _went_out(told) and not columns.outgoing:
        return "outgoing", ""
    if amount == 0:
        return "odd", "金额为零，不导入。"
    texts = {
        name: told.get(name, "")[:_LONGEST]
        for name in ("payer_name", "payer_account", "payment_code", "business_no", "memo")
    }
    return StatementLine(
        row=number,
        key=_key(account, day, amount, told),
        received_on=day,
        amount=amount,
        channel=told.get("channel", "")[:_LONGEST] or columns.channel or _BANK,
        **texts,
    )


def _is_heading(told: Mapping[str, str]) -> bool:
    """Whether the heading comes again, as on each page of a long statement."""
    return _label(told["day"]) in STATEMENT_FIELDS["day"][1]


def _key(account: str, day: date, amount: Decimal, told: Mapping[str, str]) -> str:
    serial = told.get("serial", "")
    said = (account, day.isoformat(), f"{amount:.2f}")
    if serial:
        return sm3_hex("\n".join((*said, serial)).encode())[:40]
    rest = (told.get("payer_name", ""), told.get("payer_account", ""), told.get("memo", ""))
    return sm3_hex("\n".join((*said, "", *rest)).encode())[:40]


def _cell(row: Sequence[str], place: int) -> str:
    """A cell without what spreadsheet programs put around numbers to keep them texts."""
    text = row[place] if place < len(row) else ""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip("\t '`")


def _went_out(told: Mapping[str, str]) -> bool:
    """Whether a negative amount is money that was spent; else it was paid back to a payer."""
    return bool(read_statement_amount(told.get("debit", ""))) or bool(told.get("direction"))


def _amount_of(told: Mapping[str, str]) -> Decimal | None:
    """What a row's money is in 元, negative where it went out; None where nothing can be read."""
    if "credit" in told:
        came, went = read_statement_amount(told["credit"]), read_statement_amount(told.get("debit", ""))
        if came is None and went is None:
            return None
        return (came or Decimal(0)) - (went or Decimal(0))
    amount = read_statement_amount(told["amount"])
    if amount is None or not told.get("direction"):
        return amount
    word = half_width(told["direction"]).casefold()
    return amount if word.startswith(_INCOMING) else -amount


def read_statement_amount(text: str) -> Decimal | None:
    """An amount in 元 as banks write it: with thousands, a currency sign, a plus, or in brackets for negative."""
    plain = half_width(text).strip(" ¥￥+").removesuffix("元").removeprefix("CNY").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    number = read_typed_decimal(plain.strip("()") if negative else plain.replace("-¥", "-"))
    if number is None or not fits_places(number, 2) or abs(number) > MAX_AMOUNT:
        return None
    return -number if negative else number


def read_statement_day(text: str) -> date | None:
    """A day as banks write it: 2026-10-03, 2026/10/3, 2026年10月3日, 20261003, with a time, or a spreadsheet's number."""
    plain = half_width(text).strip().partition(" ")[0].partition("T")[0]
    serial = read_whole(plain, digits=5)
    if serial is not None:
        return _DAY_ZERO + timedelta(days=serial) if _FIRST_SERIAL <= serial <= _LAST_SERIAL else None
    if read_whole(plain, digits=14) is not None and len(plain) in (8, 14):
        return _sane(read_date(f"{plain[:4]}-{plain[4:6]}-{plain[6:8]}"))
    for mark in "年月/.":
        plain = plain.replace(mark, "-")
    parts = plain.partition("日")[0].split("-")
    return _sane(read_date("-".join([parts[0], *(f"{part:0>2}" for part in parts[1:])])))


def _sane(day: date | None) -> date | None:
    return day if day is not None and 2000 <= day.year < 2100 else None


def shown_rows(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The first rows as a page shows them for choosing columns by hand."""
    return [[cell[:24] for cell in row[:20]] for row in rows[:SHOWN_ROWS]]


def columns_to_json(columns: StatementColumns) -> dict[str, Any]:
    """The columns as they are stored."""
    return dict(msgspec.to_builtins(columns))
