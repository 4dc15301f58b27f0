"""The demonstration's evidence agrees with its bills, claim by claim, as the platform itself reads it."""

from collections.abc import Iterator

import pytest

from mingpiao.demo.charge_items import demo_items
from mingpiao.demo.evidence import file_of
from mingpiao.demo.first_day import first_requests
from mingpiao.demo.kinds import KINDS
from mingpiao.demo.units import DemoUnit, demo_units
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import CLAIM_NAMES, BillFacts, ClaimVerdict
from mingpiao.evidence.service import compare
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.clock import today
from mingpiao.reading.lines import read_lines

NEEDING = frozenset(kind.code for kind in KINDS if kind.needs_evidence)
NAMES = {entry.item.code: entry.item.name for entry in demo_items()}


def needing(entry: DemoUnit, count: int) -> Iterator[IssueRequest]:
    for request in first_requests(entry, entry.bills, today()):
        if request.kind in NEEDING and count:
            count -= 1
            yield request


def facts_of(request: IssueRequest, entry: DemoUnit) -> BillFacts:
    return BillFacts(
        kind=request.kind,
        payer_name=request.payer.name,
        payer_code=request.payer.code,
        unit_name=entry.unit.name,
        unit_code=entry.unit.uscc,
        unit_account=entry.unit.receiving_account,
        total=request.total,
        issued_on=today(),
        item_names=tuple(NAMES[item.code] for item in request.items),
        remark=request.remark,
        extension=request.extension,
    )


@pytest.mark.parametrize("profile", ["hospital", "university", "middle_school", "charity", "association"])
def test_files_agree_with_their_bills(profile: str) -> None:
    entry = next(entry for entry in demo_units() if entry.profile == profile)
    requests = list(needing(entry, 8))
    assert len(requests) >= 3
    for request in requests:
        file = file_of(request, entry.unit, today())
        assert file.name.endswith(".pdf")
        assert file_of(request, entry.unit, today()) == file
        extraction = extract(read_lines(file.data, "application/pdf"))
        verdicts = {
            claim.name: claim.verdict
            for claim in compare(facts_of(request, entry), {"0" * 64: extraction}, {})
        }
        assert tuple(verdicts) == CLAIM_NAMES
        for name in ("payer", "payee", "amount", "words", "date", "purpose"):
            assert verdicts[name] is ClaimVerdict.AGREE, (file.name, name)
        assert ClaimVerdict.CONTRADICT not in verdicts.values()
