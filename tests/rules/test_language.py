"""The rule language: what it reads, how it types it, how it prints it, and what it refuses and where."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.rules.rule_maker import TABLE, RuleMaker

from mingpiao.catalog.model import BillKind, Catalog, ExtensionField, ExtensionType
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.rules.language import FIELDS, FUNCTIONS, compile_condition, field_table, parse
from mingpiao.rules.language.scanning import MAX_LENGTH, MAX_NESTING
from mingpiao.rules.model import History, Stage


def problem_of(text: str) -> Problem:
    with pytest.raises(Refusal) as refused:
        parse(text, TABLE)
    [problem] = refused.value.problems
    assert (problem.status, problem.field) == (422, "condition")
    assert problem.code.startswith("rule.condition_")
    return problem


def place_of(text: str) -> str:
    """The part of the text that a refusal marks."""
    problem = problem_of(text)
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: problem.facts["line"] - 1]) + problem.facts["column"] - 1
    return text[start : start + problem.facts["length"]]


def verdict(text: str, **facts: Any) -> bool | None:
    return compile_condition(parse(text, TABLE))(facts)


# -- reading and printing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("total>=10000", "total >= 10000"),
        ("( total != 1.50 )", "total <> 1.5"),
        ("kind in ('0601' ,'0602') and not(total=1)", "kind IN ('0601', '0602') AND NOT (total = 1)"),
        (
            "total > 1 and (total < 5 and kind = '1') and remark=''",
            "total > 1 AND total < 5 AND kind = '1' AND remark = ''",
        ),
        (
            "total > 1 or total < 5 and kind = '1'",
            "total > 1 OR (total < 5 AND kind = '1')",
        ),
        ("not total between 1 and 2", "total NOT BETWEEN 1 AND 2"),
        ("total is\nnot null", "total IS NOT NULL"),
        ("not total is not null", "total IS NULL"),
        ("not not issued.workday", "issued.workday"),
        ("issued.workday = false", "NOT issued.workday"),
        ("true <> issued.workday", "NOT issued.workday"),
        ("Contains(remark, 'O''Neil')", "contains(remark, 'O''Neil')"),
        ("issued.date = date '2026-02-28'", "issued.date = DATE '2026-02-28'"),
        ("total - (1 - 2) * 3 > -0", "total - (1 - 2) * 3 > 0"),
        ("(total - 1) - 2 > -5.0", "total - 1 - 2 > -5"),
        ("total * (items.sum + 1) > 1", "total * (items.sum + 1) > 1"),
        (
            "any_item(item.amount > 10*unit_median(item,90))",
            "any_item(item.amount > 10 * unit_median(item, 90))",
        ),
    ],
)
def test_canonical_text(written: str, canonical: str) -> None:
    condition = parse(written, TABLE)

    assert condition.text == canonical
    assert parse(canonical, TABLE) == condition


def test_canonical_text_of_random_conditions_reads_back_the_same() -> None:
    seed = random.SystemRandom().randrange(10**9)
    maker = RuleMaker(random.Random(seed))
    read = 0
    for _ in range(300):
        text = maker.condition(4)
        try:
            condition = parse(text, TABLE)
        except Refusal as refusal:
            if refusal.problems[0].code not in ("rule.condition_too_wide", "rule.condition_too_large"):
                raise
            continue
        read += 1
        assert parse(condition.text, TABLE) == condition, (seed, text)
    assert read > 150


def test_a_condition_tells_what_it_needs() -> None:
    condition = parse(
        "payer.name = '无' AND unit_sum(30) + total > 5 AND extension.Diagnosis = '' "
        "AND any_item(item.listed AND item.amount > peer_median(item, 7))",
        TABLE,
    )

    assert condition.columns == {"payer_name", "total", "extension", "items"}
    assert condition.item_columns == {"listed", "amount"}
    assert condition.history == {History("unit_sum", 30)}
    assert condition.item_history == {History("peer_median", 7)}
    assert [need.column for need in condition.history] == ["unit_sum_30"]


@pytest.mark.parametrize("field", list(FIELDS), ids=lambda field: field.path)
def test_the_example_of_each_field_is_right(field: Any) -> None:
    condition = parse(field.example, TABLE)

    assert field.path in condition.text


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_the_example_of_each_function_is_right(function: Any) -> None:
    assert f"{function.name}(" in parse(function.example, TABLE).text


# -- three-valued logic --------------------------------------------------------------------------

NULL = {"extension": {}, "extension_numbers": {}, "extension_dates": {}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extension.OwnPay > 5", False),
        ("NOT extension.OwnPay > 5", False),
        ("extension.OwnPay IS NULL", True),
        ("NOT (extension.OwnPay > 5 AND total > 100)", True),
        ("NOT (extension.OwnPay > 5 AND total > 1)", False),
        ("extension.OwnPay > 5 OR total > 1", True),
        ("extension.OwnPay NOT IN (1, 2)", False),
        ("extension.OwnPay BETWEEN 100 AND 5", False),
        ("total BETWEEN extension.OwnPay AND 5", False),
        ("total NOT BETWEEN extension.OwnPay AND 5", True),
        ("total NOT BETWEEN extension.OwnPay AND 50", False),
        ("coalesce(extension.OwnPay, 7) = 7", True),
        ("coalesce(extension.Diagnosis, '无') = '无'", True),
        ("contains(extension.Diagnosis, 'x')", False),
        ("NOT contains(extension.Diagnosis, 'x')", False),
        ("extension.OwnPay * 0 = 0", False),
        ("days_between(extension.StartDate, DATE '2026-01-02') IS NULL", True),
    ],
)
def test_null_is_neither_true_nor_false(text: str, expected: bool) -> None:
    assert verdict(text, total=Decimal(10), **NULL) is expected


@pytest.mark.parametrize(
    ("text", "amounts", "expected"),
    [
        ("any_item(item.rate_maximum > 5)", [], False),
        ("all_items(item.rate_maximum > 5)", [], True),
        ("any_item(item.rate_maximum > 5)", [None, Decimal(6)], True),
        ("all_items(item.rate_maximum > 5)", [None, Decimal(6)], False),
        ("NOT any_item(item.rate_maximum > 5)", [None], True),
        ("sum_items(item.rate_maximum) = 6", [None, Decimal(6)], True),
        ("sum_items(item.rate_maximum) = 0", [], True),
    ],
)
def test_items_are_asked_one_by_one(text: str, amounts: list[Decimal | None], expected: bool) -> None:
    assert verdict(text, items=[{"rate_maximum": amount} for amount in amounts]) is expected


def test_products_are_exact_beyond_28_digits() -> None:
    big = Decimal("999999999999.999999")

    text = "any_item(item.quantity * item.rate = 999999999999.999999 * 999999999999.999999)"
    assert verdict(text, items=[{"quantity": big, "rate": big}]) is True
    text = "any_item(item.quantity * item.rate - 0.000001 = item.quantity * item.rate)"
    assert verdict(text, items=[{"quantity": big, "rate": big}]) is False


def test_days_are_counted_from_the_first_to_the_second() -> None:
    facts = {"issued_date": date(2026, 3, 1)}

    assert verdict("days_between(DATE '2026-02-01', issued.date) = 28", **facts) is True
    assert verdict("days_between(issued.date, DATE '2026-02-01') = -28", **facts) is True


def test_a_missing_fact_raises() -> None:
    with pytest.raises(KeyError, match="unit_sum_30"):
        verdict("unit_sum(30) > 1")


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        # The issue's own.
        ("total IN (SELECT 1)", "word", "SELECT"),
        ("total > (SELECT max(total) FROM bills)", "word", "SELECT"),
        ("EXISTS (SELECT 1)", "word", "EXISTS"),
        ("upper(remark) = 'A'", "function_unknown", "upper"),
        ("pg_sleep(10) = 1", "function_unknown", "pg_sleep"),
        ("read_csv('/etc/passwd') = 'x'", "function_unknown", "read_csv"),
        ("total > 1 -- comment", "character", "--"),
        ("total > 1 /* comment */", "character", "/*"),
        ("total # 1", "character", "#"),
        ("total / 2 > 1", "character", "/"),
        ("total % 2 = 1", "character", "%"),
        ("mod(total, 2) = 1", "word", "mod"),
        ("remark ~ 'a.*'", "character", "~"),
        ("remark SIMILAR TO 'a'", "word", "SIMILAR"),
        ("remark RLIKE 'a'", "word", "RLIKE"),
        ("regexp_matches(remark, 'a')", "function_unknown", "regexp_matches"),
        ("remark LIKE '%a%'", "word", "LIKE"),
        ("CASE WHEN TRUE THEN TRUE END", "word", "CASE"),
        ("CAST(total AS text) = '1'", "word", "CAST"),
        ("total::text = '1'", "character", "::"),
        # Parameters, statements, other dialects' ways.
        ("total > $1", "character", "$"),
        ("total > :value", "character", ":"),
        ("total > ?", "character", "?"),
        ("total > @value", "character", "@"),
        ("TRUE; DROP TABLE bills", "character", ";"),
        ('"total" > 1', "character", '"'),
        ("`total` > 1", "character", "`"),
        ("remark = E'a'", "field_unknown", "E"),
        ("remark = N'a'", "field_unknown", "N"),
        ("remark = 'a' 'b'", "not_allowed", "'a'"),
        ("remark || 'a' = 'b'", "character", "||"),
        ("remark = 'a' COLLATE x", "field_unknown", "COLLATE"),
        ("total BETWEEN SYMMETRIC 2 AND 1", "field_unknown", "SYMMETRIC"),
        ("total IS DISTINCT FROM 1", "field_unknown", "DISTINCT"),
        ("remark IS TRUE", "not_allowed", "remark"),
        ("(total, kind) = (1, '2')", "not_allowed", "total, kind"),
        ("total > 1 AS x", "field_unknown", "AS"),
        ("total > 1 remark", "not_allowed", "total > 1 remark"),
        ("length(DISTINCT remark) > 1", "field_unknown", "DISTINCT"),
        ("current_date > issued.date", "field_unknown", "current_date"),
        ("date('2026-01-01') = issued.date", "function_unknown", "date('2026-01-01')"),
        ("total[1] = 1", "character", "["),
        # Numbers, texts, dates that every engine could read differently.
        ("total > 9e99999", "literal", "9e99999"),
        ("total > 1e3", "literal", "1e3"),
        ("total > 0x10", "literal", "0x10"),
        ("total > 1_000", "literal", "1_000"),
        ("total > 1,000", "syntax", ","),
        ("total > 1234567890123", "literal", "1234567890123"),
        ("total > 0.1234567", "literal", "0.1234567"),
        ("total > .5", "character", "."),
        ("remark = 'a\x00b'", "literal", "\x00"),
        ("remark = 'a\u200bb'", "literal", "\u200b"),
        ("remark = 'abc", "character", "'"),
        ("issued.date > DATE '2026-02-30'", "literal", "'2026-02-30'"),
        ("issued.date > DATE '20260101'", "literal", "'20260101'"),
        ("issued.date > DATE '0001-01-01'", "literal", "'0001-01-01'"),
        # Full-width signs and Chinese words, as people type them.
        ("total ＞ 5", "character", "＞"),
        ("remark = ‘a’", "character", "‘"),
        ("合计金额 > 5", "word", "合计金额"),
        ("pay_mode = 现金", "word", "现金"),
        # Types.
        ("total = '1'", "type", "total = '1'"),
        ("kind > '01'", "type", "kind > '01'"),
        ("kind BETWEEN '01' AND '02'", "type", "kind BETWEEN '01' AND '02'"),
        ("issued.date = '2026-01-01'", "type", "issued.date = '2026-01-01'"),
        ("kind IN ('01', 2)", "type", "kind IN ('01', 2)"),
        ("kind IN (remark)", "type", "kind IN (remark)"),
        ("total", "type", "total"),
        ("total AND kind = '1'", "type", "total"),
        ("NOT total", "type", "total"),
        ("kind + 1 > 2", "type", "kind"),
        ("issued.workday > TRUE", "type", "issued.workday"),
        ("issued.workday = all_items(item.listed)", "type", "issued.workday = all_items(item.listed)"),
        ("(total > 1) IS NULL", "type", "total > 1"),
        ("coalesce(issued.workday, TRUE)", "type", "coalesce(issued.workday"),
        ("-total > 1", "not_allowed", "total"),
        ("total * total * total > 1", "too_wide", "total * total * total"),
        ("sum_items(item.quantity * item.rate) > 1", "too_wide", "sum_items(item.quantity * item.rate)"),
        # Fields and functions in the wrong place or with the wrong arguments.
        ("payer.nmae = ''", "field_unknown", "payer.nmae"),
        ("bills.total = 1", "field_unknown", "bills.total"),
        ("public.bills.total = 1", "field_unknown", "public.bills.total"),
        ("item.amount > 1", "item_field", "item.amount"),
        ("item = 1", "field_unknown", "item"),
        ("unit_median(item, 90) > 1", "item_field", "unit_median(item, 90)"),
        ("any_item(unit_median(90) > 1)", "arguments", "unit_median(90)"),
        ("any_item(any_item(item.listed))", "item_field", "any_item(item.listed)"),
        ("any_item(item.amount)", "type", "item.amount"),
        ("sum_items(item.listed) = 1", "type", "item.listed"),
        ("any_item(item.listed, item.allowed)", "arguments", "any_item(item.listed, item.allowed)"),
        ("unit_sum(0) > 1", "arguments", "unit_sum(0)"),
        ("unit_sum(367) > 1", "arguments", "unit_sum(367)"),
        ("unit_sum(1.5) > 1", "arguments", "unit_sum(1.5)"),
        ("unit_sum(total) > 1", "arguments", "unit_sum(total)"),
        ("unit_sum(-1) > 1", "arguments", "unit_sum(-1)"),
        ("contains(remark, '')", "arguments", "contains(remark, '')"),
        ("contains(remark, payer.name)", "arguments", "contains(remark, payer.name)"),
        ("contains(remark)", "arguments", "contains(remark)"),
        ("contains(total, '1')", "arguments", "contains(total, '1')"),
        ("length(total) > 1", "arguments", "length(total)"),
        ("year(total) > 1", "arguments", "year(total)"),
        ("coalesce(total) > 1", "arguments", "coalesce(total)"),
        ("length = 1", "field_unknown", "length"),
        # Not finished.
        ("", "empty", ""),
        ("  \n ", "empty", " "),
        ("total >", "syntax", ">"),
        ("total > 1 AND", "syntax", "AND"),
        ("(total > 1", "syntax", "("),
        ("total > 1)", "syntax", ")"),
        ("kind IN ()", "type", "kind"),
        ("()", "not_allowed", "()"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(text: str, code: str, marked: str) -> None:
    problem = problem_of(text)

    assert problem.code == f"rule.condition_{code}"
    if marked:
        assert place_of(text).startswith(marked)
    assert problem.message.endswith(("。", "？"))
    assert problem.message.startswith("第")


def test_the_place_is_told_in_lines_and_columns() -> None:
    problem = problem_of("total > 1\n  AND payer.nmae = ''")

    assert problem.facts == {"line": 2, "column": 7, "length": 10}
    assert problem.message == "第2行第7字“payer.nmae”：没有这个字段，您是否想用 payer.name（缴款人名称）？"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "total > 1" + ")" * 10_000,
        "NOT " * 10_000 + "total > 1",
        "any_item(" * 10_000 + "item.listed" + ")" * 10_000,
        "total > " + "-" * 10_000 + "1",
        "total > " + "- " * 10_000 + "1",
        "(" * 1_999 + "a" + ")" * 1_999,
        "NOT " * 990 + "total > 1",
        "coalesce(" * 400 + "total",
        "total > 1 OR " * 80_000 + "TRUE",
        "'" + "x" * 1_000_000 + "'",
        "x" * 1_000_000,
        "total > 1 AND " * 280 + "TRUE",
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_what_could_exhaust_the_parser_is_refused_at_once(text: str) -> None:
    assert problem_of(text).code.split("_", 1)[1] in (
        "too_long",
        "too_nested",
        "too_large",
        "character",
        "field_unknown",
    )


def test_limits_are_reached_before_they_are_passed() -> None:
    inner = MAX_NESTING - 1

    assert parse("(" * (inner - 1) + "total > 1" + ")" * (inner - 1), TABLE).text == "total > 1"
    assert problem_of("(" * (MAX_NESTING + 1) + "total > 1" + ")" * (MAX_NESTING + 1)).code.endswith(
        "too_nested"
    )
    long = "total > 1" + " " * (MAX_LENGTH - 9)
    assert parse(long, TABLE).text == "total > 1"
    assert problem_of(long + " ").code.endswith("too_long")
    wide = " OR ".join(["total > 1"] * 66)
    assert parse(wide, TABLE).text == wide
    assert problem_of(wide + " OR total > 1").code.endswith("too_large")


def test_what_is_canonical_is_never_too_long_to_be_read_again() -> None:
    # Written without spaces it fits; as it would be kept it does not.
    text = " OR ".join(["kind='" + "x" * 189 + "'"] * 20)
    assert len(text) < MAX_LENGTH < len(text.replace("=", " = "))

    assert problem_of(text).code.endswith("too_long")


def test_the_parser_does_not_depend_on_how_deep_its_caller_is() -> None:
    text = "NOT (total > 1 AND " * 12 + "TRUE" + ")" * 12

    def deep(levels: int) -> str:
        return parse(text, TABLE).text if levels == 0 else deep(levels - 1)

    assert deep(400) == parse(text, TABLE).text


# -- 其他信息 ------------------------------------------------------------------------------------


def _kind(code: str, *fields: ExtensionField) -> BillKind:
    return BillKind(
        code=code,
        name=f"票种{code}",
        category_code=code[:2],
        template="",
        template_year=25,
        extension_fields=fields,
    )


def _catalog(*kinds: BillKind) -> Catalog:
    return Catalog(
        province="15",
        regions={},
        departments={},
        categories={},
        kinds={kind.code: kind for kind in kinds},
        items={},
    )


CATALOG = _catalog(
    _kind(
        "0601",
        ExtensionField(name="Gender", label="性别", type=ExtensionType.CHOICE, choices=("男", "女")),
        ExtensionField(name="OwnPay", label="自付", type=ExtensionType.MONEY),
    ),
    _kind(
        "0602",
        ExtensionField(name="Gender", label="性别"),
        ExtensionField(name="OwnPay", label="自付", type=ExtensionType.TEXT),
        ExtensionField(name="InDate", label="入院日期", type=ExtensionType.DATE),
    ),
    _kind("0201"),
)


def test_extension_fields_are_those_of_all_kinds_in_scope() -> None:
    assert "extension.OwnPay" in field_table(CATALOG, ["0601"], Stage.FACE).fields
    table = field_table(CATALOG, ["06"], Stage.FACE)
    assert "extension.Gender" in table.fields
    assert "类型不同" in table.unusable["extension.OwnPay"]
    assert "票种0602（0602）" in table.unusable["extension.InDate"]
    assert "extension.Gender" not in field_table(CATALOG, [], Stage.FACE).fields


def test_extension_fields_have_the_type_of_their_kinds() -> None:
    table = field_table(CATALOG, ["0602"], Stage.FACE)

    assert parse("extension.InDate > DATE '2026-01-01'", table).columns == {"extension_dates"}
    assert parse("extension.OwnPay = 'x'", table).columns == {"extension"}
    assert parse("extension.OwnPay > 1", field_table(CATALOG, ["0601"], Stage.FACE)).columns == {
        "extension_numbers"
    }
    assert table.fields["extension.Gender"].name == "性别"
    assert "男、女" in field_table(CATALOG, ["0601"], Stage.FACE).fields["extension.Gender"].note


def test_a_field_that_is_not_usable_here_is_told_apart_from_one_that_is_none() -> None:
    with pytest.raises(Refusal) as refused:
        parse("extension.InDate IS NULL", field_table(CATALOG, ["0601"], Stage.FACE))

    assert "请先把规则的票种限定在其中" in refused.value.problems[0].message


def test_evidence_fields_are_for_rules_of_that_stage() -> None:
    assert parse("evidence.amount = 'contradict'", field_table(CATALOG, [], Stage.EVIDENCE)).columns == {
        "evidence_amount"
    }
    with pytest.raises(Refusal) as refused:
        parse("evidence.count = 0", field_table(CATALOG, [], Stage.FACE))
    assert "佐证审核" in refused.value.problems[0].message
