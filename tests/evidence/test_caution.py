"""How sure a contradiction must be: a department's choice, what it changes, and where it holds."""

import asyncio
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from tests.evidence.lines import read

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.weighed import features_of
from mingpiao.evidence.comparison import by_rules, with_caution
from mingpiao.evidence.model import BillFacts, ClaimVerdict
from mingpiao.evidence.service import (
    Caution,
    caution_in_force,
    cautions_of,
    compare,
    set_caution,
    weights_for,
)
from mingpiao.evidence.weighing.model import Bounds, learnt
from mingpiao.identity.model import Account, Acting, Role
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database

PROVINCE, CITY, COUNTY = "150000", "150100", "150102"
SAYS = read(
    "检测技术服务合同",
    "合同编号：内大检字2026第0317号",
    "甲方（付款方）：乌海市远航商贸有限公司",
    "乙方（收款方）：内蒙古大学",
    "合同总金额：人民币20,000.00元（大写：贰万元整）。",
)
BILL = BillFacts(
    kind="0201",
    payer_name="乌海市远航商贸有限公司",
    payer_code="",
    unit_name="内蒙古大学",
    unit_code="",
    unit_account="",
    total=Decimal("20000.00"),
    issued_on=date(2026, 3, 20),
    item_names=("学费",),
    remark="",
    extension={},
)
FILE = File("a", SAYS, None)


def head(region: str, role: Role = Role.DEPARTMENT_HEAD) -> Acting:
    account = Account(account_id=9, username="zhangmin", display_name="张敏", role=role, region_code=region)
    return Acting(actor=account.actor, name=account.display_name, account=account)


async def in_force(database: Database, *upwards: str) -> tuple[str, str]:
    async with database.system() as connection:
        found = await caution_in_force(connection, upwards)
    return found.caution.value, found.region_code


async def choose(database: Database, region: str, caution: Caution, revision: int) -> str:
    """The code of the refusal, or "" """
    try:
        async with database.system() as connection:
            await set_caution(connection, caution, revision=revision, acting=head(region))
    except Refusal as refusal:
        return refusal.problems[0].code
    return ""


@pytest.mark.parametrize(
    ("caution", "verdict"),
    [
        (Caution.LENIENT, ClaimVerdict.HINT),
        (Caution.USUAL, ClaimVerdict.HINT),
        (Caution.STRICT, ClaimVerdict.CONTRADICT),
    ],
)
def test_a_doubt_that_is_not_sure_contradicts_where_the_department_is_strict(
    caution: Caution, verdict: ClaimVerdict
) -> None:
    usual = learnt()
    doubt = usual.doubt("purpose", features_of("purpose", BILL, FILE, by_rules("purpose", BILL, FILE)))
    assert 0.1 < doubt < 0.99
    near = Bounds(contradicts=doubt + 0.005, hints=doubt / 2)
    weights = msgspec.structs.replace(usual, bounds=usual.bounds | {"purpose": near})
    made = {claim.name: claim for claim in compare(BILL, {"a": SAYS}, {}, with_caution(weights, caution))}
    assert made["purpose"].verdict is verdict
    assert made["payer"].verdict is made["amount"].verdict is ClaimVerdict.AGREE


def test_choices_move_the_bounds_and_the_usual_ones_are_those_of_the_weights() -> None:
    lenient, usual, strict = (weights_for(each).bounds["amount"] for each in Caution)
    assert weights_for(Caution.USUAL).bounds == weights_for(Caution.USUAL).bounds
    assert strict.contradicts < usual.contradicts < lenient.contradicts < 1
    assert strict.hints == usual.hints == lenient.hints <= strict.contradicts


async def test_a_choice_holds_below_until_a_nearer_one(database: Database) -> None:
    upwards = (COUNTY, CITY, PROVINCE)
    assert await in_force(database, *upwards) == ("usual", "")
    assert await choose(database, PROVINCE, Caution.STRICT, 0) == ""
    assert await in_force(database, *upwards) == ("strict", PROVINCE)
    assert await choose(database, CITY, Caution.LENIENT, 0) == ""
    assert await in_force(database, *upwards) == ("lenient", CITY)
    assert await in_force(database, "150200", PROVINCE) == ("strict", PROVINCE)


async def test_every_choice_is_kept_and_one_of_two_at_once_is_told(database: Database) -> None:
    assert await choose(database, CITY, Caution.STRICT, 0) == ""
    assert await choose(database, CITY, Caution.LENIENT, 0) == "evidence.caution_changed"
    assert await choose(database, CITY, Caution.LENIENT, 5) == "evidence.caution_changed"
    both = await asyncio.gather(
        choose(database, CITY, Caution.LENIENT, 1), choose(database, CITY, Caution.USUAL, 1)
    )
    assert sorted(both) == ["", "evidence.caution_changed"]
    async with database.system() as connection:
        history = await cautions_of(connection, CITY)
        assert await cautions_of(connection, PROVINCE) == []
    assert [each.revision for each in history] == [2, 1]
    assert (history[1].caution, history[1].changed_by_name) == (Caution.STRICT, "张敏")


async def test_only_a_head_chooses(database: Database) -> None:
    for role in (Role.DEPARTMENT_OFFICER, Role.ADMINISTRATOR, Role.UNIT_MANAGER):
        with pytest.raises(Refusal) as refused:
            async with database.system() as connection:
                await set_caution(connection, Caution.STRICT, revision=0, acting=head(CITY, role))
        assert refused.value.problems[0].code == "access.denied"
    assert await in_force(database, CITY) == ("usual", "")
