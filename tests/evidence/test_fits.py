"""How a bill's names and total stand in a file together, and where exact sums silence a doubt."""

from decimal import Decimal

import msgspec
import pytest
from tests.evidence.test_comparison import BILL

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.model import Amount, BillFacts, Extraction, Party, ReadPage, Usage
from mingpiao.evidence.weighing.claims import amount_features, fit_of, party_features, total_of, writings
from mingpiao.evidence.weighing.model import SILENT
from mingpiao.reading.model import Found

PAYER, UNIT = "丹东北隆种业有限责任公司", "丹东市第一职业技术学校"


def found(text: str) -> Found:
    return Found(value=text, text=text)


def party(name: str, pays: float, receives: float, *told: str) -> Party:
    return Party(role="", name=found(name), pays=pays, receives=receives, told=told)


def amount(value: str, text: str, *, words: bool = False, likely: float = 0.1, owner: str = "") -> Amount:
    return Amount(value=Decimal(value), role="", words=words, found=found(text), likely=likely, owner=owner)


def bill(total: str) -> BillFacts:
    return msgspec.structs.replace(BILL, payer_name=PAYER, unit_name=UNIT, total=Decimal(total))


def file(laid: str, *facts: Party | Amount, used: str = "0") -> File:
    says = Extraction(
        kind="transfer",
        pages=(ReadPage(number=1, width=1, height=1, rotation=0, method="text", text=laid),),
        laid=laid,
        parties=tuple(each for each in facts if isinstance(each, Party)),
        amounts=tuple(each for each in facts if isinstance(each, Amount)),
    )
    return File("paper", says, Usage(amount=Decimal(used), bills=1) if Decimal(used) else None)


@pytest.mark.parametrize(
    ("pays", "receives", "fit"), [(0.9, 0.1, "right"), (0.1, 0.9, "opposite"), (0.3, 0.3, "weak")]
)
def test_a_name_stands_in_its_role_or_in_the_other(pays: float, receives: float, fit: str) -> None:
    assert fit_of(bill("1"), "payer", file(PAYER, party(PAYER, pays, receives))) == fit


def test_a_name_that_was_not_made_out_is_mentioned_or_absent() -> None:
    assert [fit_of(bill("1"), "payer", file(text)) for text in (PAYER, "别的单位")] == ["mentioned", "absent"]


def test_the_total_is_likely_stated_or_absent() -> None:
    says = file("", amount("800.00", "800.00", likely=0.9), amount("500.00", "500.00"))
    assert [total_of(bill(each), says) for each in ("800.00", "500.00", "300.00")] == [
        "likely",
        "stated",
        "absent",
    ]


def test_names_are_seen_with_what_stands_around_them_and_their_rival() -> None:
    told = party_features(
        bill("1"),
        "payer",
        file(
            PAYER,
            party(PAYER, 0.2, 0.1, "label:side_b", "how:label"),
            party("另一公司", 0.8, 0.1, "label:payer_word", "how:label"),
            party(UNIT, 0.1, 0.9),
        ),
    )
    assert {"known|rival|other:right", "own|label:side_b", "rather|label:payer_word"} <= set(told)
    assert "rather|how:label" not in told


RECEIPTS = f"收款人\t{UNIT}\n金额\t壹万陆仟元整\n收款人\t某某广告公司\n金额\t陆万元整\n收款人\t{UNIT}\n金额\t肆万元整"
WORDED = (
    amount("16000.00", "壹万陆仟元整", words=True),
    amount("60000.00", "陆万元整", words=True),
    amount("40000.00", "肆万元整", words=True),
)


@pytest.mark.parametrize(("total", "silent"), [("56000.00", 1.0), ("76000.00", 0.0), ("116000.00", 0.0)])
def test_the_sum_of_the_units_own_receipts_is_no_other_sum(total: str, silent: float) -> None:
    assert amount_features(bill(total), file(RECEIPTS, *WORDED)).get(SILENT, 0.0) == silent


def test_the_rest_of_the_units_own_row_is_no_other_sum() -> None:
    rows = file("", amount("130000.00", "13.00", owner=UNIT), used="52000.00")
    assert [amount_features(bill(each), rows).get(SILENT, 0.0) for each in ("78000.00", "77000.00")] == [
        1.0,
        0.0,
    ]


def test_an_account_of_the_treasury_is_not_who_receives_instead_of_the_unit() -> None:
    treasury = party("松阳县财政局非税收入专户", 0.0, 0.9)
    other = party("松阳县水利局", 0.0, 0.9)
    own = party(UNIT, 0.4, 0.1)
    silent = [party_features(bill("1"), "payee", file(UNIT, own, each))[SILENT] for each in (treasury, other)]
    assert silent == [1.0, 0.0]


def test_an_amount_stands_in_a_column_of_ten_thousands_with_two_places() -> None:
    assert "13.00" in list(writings(Decimal("130000.00"), "单位:万元"))


def test_a_name_breaks_before_its_last_character_only_where_that_fills_its_line() -> None:
    name = "汉中建筑职业技术学院"
    broken = ["汉中建筑职业技术学\n256\n院", "汉中建筑职业技术学\n256\n院内"]
    assert [file(text).mentions(name) for text in broken] == [True, False]
