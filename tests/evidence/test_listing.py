"""Lists of files: order, filters, pages, scopes, and what is stated, used and left."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.support.province import Province, Resident
from tests.support.world import a_world

from mingpiao.evidence.model import EvidenceFilter, EvidenceState, ListedEvidence
from mingpiao.evidence.service import get_listed, list_evidence
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database
from mingpiao.storage.paging import every_item
from mingpiao.storage.scope import SYSTEM, DepartmentScope, Scope, UnitScope

_PAGE = {"number": 1, "width": 1.0, "height": 1.0, "rotation": 0, "method": "text", "text": "长" * 1000}

# Files are written as used, without the bills that used them.
world = a_world(checked=False)


def says(total: str | None, *shares: tuple[str, str], kind: str = "contract") -> dict[str, Any]:
    """What was read of a file that states a total and gives shares of it to recipients."""
    amounts = [{"value": total, "role": "total", "words": False, "found": {"value": total, "text": total}}]
    parties = [
        {"role": "payee", "name": {"value": name, "text": name}, "amount": amount} for name, amount in shares
    ]
    return {"kind": kind, "pages": [_PAGE], "amounts": amounts if total else [], "parties": parties}


async def put(
    database: Database,
    resident: Resident,
    number: int,
    *,
    name: str = "合同.pdf",
    at: datetime | None = None,
    extraction: dict[str, Any] | None = None,
    used: tuple[str, int] = ("0", 0),
) -> str:
    """A file as a row, unreadable unless something was read of it; its digest."""
    digest = f"{number:064x}"
    await database.pool.execute(
        "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, state, extraction, "
        "uploaded_by, uploaded_by_name, uploaded_at, used_amount, used_bills) SELECT unit_id, $2, region_code, $3, "
        "'application/pdf', 1, $4, $5, 'account:1', '甲', $6, $7, $8 FROM units WHERE unit_id = $1",
        resident.unit_id,
        bytes.fromhex(digest),
        name,
        "read" if extraction else "unreadable",
        extraction,
        at or datetime(2026, 11, 1, 10, 0, number % 60, number // 60, tzinfo=SHANGHAI),
        Decimal(used[0]),
        used[1],
    )
    return digest


async def listed(database: Database, wanted: EvidenceFilter, scope: Scope = SYSTEM) -> list[ListedEvidence]:
    """All files of a list, which its pages of two and one long page give alike."""
    async with database.scoped(scope) as connection:
        found = await every_item(lambda key: list_evidence(connection, wanted, after=key, limit=2))
        assert list((await list_evidence(connection, wanted, limit=500)).items) == found
    return found


def numbers(files: Sequence[ListedEvidence]) -> list[int]:
    return [int(file.digest, 16) for file in files]


async def test_pages_follow_one_another_even_within_one_moment(database: Database, settled: Province) -> None:
    moment = datetime(2026, 11, 2, tzinfo=SHANGHAI)
    for number in range(1, 6):
        await put(database, settled.charity, number, at=moment)
    await put(database, settled.charity, 6, at=datetime(2026, 11, 3, tzinfo=SHANGHAI))
    await put(database, settled.office, 7, at=moment)
    own = EvidenceFilter(unit_id=settled.charity.unit_id)
    assert numbers(await listed(database, own)) == [6, 5, 4, 3, 2, 1]
    regions = tuple({resident.unit.region_code for resident in (settled.charity, settled.office)})
    assert numbers(await listed(database, EvidenceFilter(region_codes=regions))) in (
        [6, 7, 5, 4, 3, 2, 1],
        [6, 5, 4, 3, 2, 1, 7],
    )
    with pytest.raises(Refusal) as refused:
        async with database.system() as connection:
            await list_evidence(connection, own, after="1_2")
    assert refused.value.problems[0].code == "list.key_malformed"


async def test_filters_restrict_by_name_state_and_day(database: Database, settled: Province) -> None:
    unit = settled.charity
    await put(database, unit, 1, name="采购合同A.PDF", at=datetime(2026, 11, 1, 23, 59, 59, tzinfo=SHANGHAI))
    await put(database, unit, 2, name="100%_捐赠.pdf", at=datetime(2026, 11, 2, tzinfo=SHANGHAI))
    await put(database, unit, 3, extraction=says("1"), at=datetime(2026, 11, 3, tzinfo=SHANGHAI))

    async def found(**members: Any) -> list[int]:
        return numbers(await listed(database, EvidenceFilter(unit_id=unit.unit_id, **members)))

    assert await found() == [3, 2, 1]
    assert await found(name="合同a.pdf") == [1]
    assert await found(name="%_") == [2]
    assert await found(state="read") == [3]
    assert await found(state="unreadable") == [2, 1]
    assert await found(uploaded_from=date(2026, 11, 2)) == [3, 2]
    assert await found(uploaded_to=date(2026, 11, 2)) == [2, 1]
    assert await found(uploaded_from=date(2026, 11, 2), uploaded_to=date(2026, 11, 2)) == [2]
    assert await found(region_codes=(unit.unit.region_code,)) == [3, 2, 1]
    assert await found(region_codes=("150999",)) == []


async def test_what_is_stated_used_and_left(database: Database, settled: Province) -> None:
    unit = settled.charity
    await put(database, unit, 1, extraction=says("1000.00"), used=("300.00", 2))
    await put(database, unit, 2, extraction=says("1000.00"), used=("1200.00", 1))
    await put(database, unit, 3, extraction=says(None, kind="other"), used=("5.00", 1))
    share = says("9000.00", ("别的单位", "8000.00"), (unit.unit.name, "1000.00"), kind="policy")
    await put(database, unit, 4, extraction=share, used=("400.00", 1))
    await put(database, unit, 5)
    files = await listed(database, EvidenceFilter(unit_id=unit.unit_id))
    assert [(file.kind_label, file.stated, file.used_amount, file.left) for file in files] == [
        ("", None, Decimal(0), None),
        ("政策文件", Decimal(1000), Decimal(400), Decimal(600)),
        ("其他", None, Decimal(5), None),
        ("合同", Decimal(1000), Decimal(1200), Decimal(-200)),
        ("合同", Decimal(1000), Decimal(300), Decimal(700)),
    ]
    assert files[4] == ListedEvidence(
        unit_id=unit.unit_id,
        unit_name=unit.unit.name,
        unit_code=unit.unit.uscc,
        region_code=unit.unit.region_code,
        digest=f"{1:064x}",
        name="合同.pdf",
        pages=0,
        state=EvidenceState.READ,
        failure="",
        uploaded_by_name="甲",
        uploaded_at=datetime(2026, 11, 1, 10, 0, 1, tzinfo=SHANGHAI),
        kind="contract",
        stated=Decimal(1000),
        used_amount=Decimal(300),
        used_bills=2,
    )


@pytest.mark.parametrize(("method", "stated"), [("ocr", "1000.00"), ("text", "9000.00")])
async def test_a_scan_gives_to_a_unit_whose_name_was_nearly_read(
    database: Database, settled: Province, method: str, stated: str
) -> None:
    unit = settled.hospital
    share = says("9000.00", (unit.unit.name.replace("大", "太"), "1000.00"), kind="policy")
    await put(database, unit, 1, extraction=share | {"pages": [_PAGE, _PAGE | {"method": method}]})
    (file,) = await listed(database, EvidenceFilter(unit_id=unit.unit_id))
    assert file.stated == Decimal(stated)


async def test_a_scope_sees_its_own_files_whatever_is_asked(database: Database, settled: Province) -> None:
    await put(database, settled.charity, 1)
    digest = await put(database, settled.office, 2)
    everything = EvidenceFilter(region_codes=tuple({each.unit.region_code for each in settled.residents}))
    own = UnitScope(settled.charity.unit_id)
    assert numbers(await listed(database, everything, own)) == [1]
    assert numbers(await listed(database, EvidenceFilter(), own)) == [1]
    assert await listed(database, EvidenceFilter(unit_id=settled.office.unit_id), own) == []
    assert numbers(await listed(database, everything, DepartmentScope("150000"))) == [2, 1]
    assert await listed(database, everything, DepartmentScope("150900")) == []
    async with database.scoped(own) as connection:
        with pytest.raises(Refusal) as refused:
            await get_listed(connection, settled.office.unit_id, digest)
    assert refused.value.problems[0].code == "evidence.not_found"
