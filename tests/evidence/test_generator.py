"""The made set of specimens: the same for the same seed, sixty layouts, half of them contradicting."""

from collections import Counter

import msgspec
import pypdfium2 as pdfium
import pytest
from bench.evidence.generator import make_sample, orders, samples
from bench.evidence.layouts import LAYOUTS
from bench.evidence.matching import FIELDS, Tally, fold, party
from bench.evidence.truth import CONTRADICTIONS, SCAN, TEXT, Sample

from mingpiao.evidence.model import Extraction, Party
from mingpiao.reading.model import Found

SEED = 71


@pytest.fixture(scope="module")
def specimens() -> list[Sample]:
    return list(samples(SEED, 12, TEXT))


def _text(sample: Sample) -> str:
    with pdfium.PdfDocument(sample.data) as file:
        return fold("".join(file[place].get_textpage().get_text_range() for place in range(len(file))))


def test_a_seed_makes_the_same_specimens_each_time(specimens: list[Sample]) -> None:
    assert list(samples(SEED, 3, TEXT)) == specimens[:3]


def test_another_seed_makes_others(specimens: list[Sample]) -> None:
    other = next(samples(SEED + 1, 1, TEXT))
    assert other.data not in [specimen.data for specimen in specimens]
    assert other.bill not in [specimen.bill for specimen in specimens]


def test_there_are_sixty_layouts_of_four_kinds() -> None:
    assert len(LAYOUTS) == 60
    assert Counter(layout.kind for layout in LAYOUTS.values()) == {
        "contract": 24,
        "donation": 13,
        "policy": 11,
        "transfer": 12,
    }


def test_every_layout_comes_as_text_and_as_scan_and_one_of_them_contradicts() -> None:
    asked = list(orders(SEED, 120))
    assert Counter((order.layout, order.form) for order in asked) == dict.fromkeys(
        [(name, form) for name in LAYOUTS for form in (TEXT, SCAN)], 1
    )
    contradicting = [order.layout for order in asked if order.wanted]
    assert sorted(contradicting) == sorted(LAYOUTS)
    assert set(Counter(order.wanted for order in asked if order.wanted)) == set(CONTRADICTIONS)


def test_names_of_the_truth_stand_on_the_specimen(specimens: list[Sample]) -> None:
    for specimen in specimens:
        text = _text(specimen)
        for _, name in specimen.truth.parties:
            assert fold(name) in text, specimen.name
        for number in (*specimen.truth.document_numbers, *specimen.truth.accounts):
            assert fold(number) in text, specimen.name
        assert fold(specimen.truth.purpose) in text, specimen.name


def test_an_honest_bill_agrees_with_the_truth(specimens: list[Sample]) -> None:
    honest = [specimen for specimen in specimens if not specimen.contradiction]
    assert len(honest) == 6
    for specimen in honest:
        names = {fold(name) for _, name in specimen.truth.parties}
        assert {fold(specimen.bill.payer_name), fold(specimen.bill.unit_name)} == names
        allowed = (specimen.truth.total, *specimen.truth.instalments, *specimen.truth.tolerated_amounts)
        assert specimen.bill.total in allowed
        assert specimen.truth.total is not None
        assert specimen.usage.amount + specimen.bill.total <= specimen.truth.total
        assert specimen.truth.words in (None, specimen.truth.total)


def test_stages_of_a_total_are_among_the_honest_bills() -> None:
    staged = [
        sample
        for order in orders(SEED, 120, TEXT)
        if not order.wanted and "staged" in order.layout
        for sample in [make_sample(order)]
    ]
    assert any(sample.bill.total in sample.truth.instalments and sample.usage.bills > 0 for sample in staged)


@pytest.mark.parametrize("fact", CONTRADICTIONS)
def test_a_contradicting_bill_differs_in_that_fact(fact: str) -> None:
    order = next(order for order in orders(SEED, 120, TEXT) if order.layout == "contract-commission")
    sample = make_sample(msgspec.structs.replace(order, wanted=fact))
    truth, bill = sample.truth, sample.bill
    names = dict(truth.parties)
    differs = {
        "payer": bill.payer_name != names["payer"],
        "payee": bill.unit_name != names["payee"],
        "amount": bill.total != truth.total,
        "words": truth.words != truth.total,
        "date": not truth.starts_on <= bill.issued_on <= truth.ends_on,
        "usage": bill.total + sample.usage.amount > truth.total,
    }
    # More than the total is beyond its use, too; whether purposes differ only a reader can tell.
    besides = {"amount": {"usage"}}.get(fact, set())
    assert sample.contradiction == fact
    assert {name for name, holds in differs.items() if holds} == {fact} - {"purpose"} | besides


def test_a_scan_is_a_picture_without_text() -> None:
    sample = make_sample(next(order for order in orders(SEED, 200, SCAN) if order.layout == "transfer-lines"))
    assert sample.truth.rotations in ((0,), (90,), (180,), (270,))
    if sample.media_type == "application/pdf":
        assert _text(sample) == ""


def test_a_field_is_right_only_with_its_role() -> None:
    truth = next(samples(SEED, 1, TEXT)).truth
    role, name = truth.parties[0]
    other = "payee" if role == "payer" else "payer"
    read = Extraction(
        kind="contract", pages=(), parties=(Party(role=other, name=Found(value=name, text=name)),)
    )
    assert party(role)(read, truth) == Tally(missed=1)
    assert party(other)(read, truth).wrong == 1


def test_an_empty_reading_finds_nothing(specimens: list[Sample]) -> None:
    empty = Extraction(kind="", pages=())
    for name, count in FIELDS.items():
        assert count(empty, specimens[0].truth).right == 0, name
