"""Changes that one person proposes and another one decides, with charge items as their subject."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.rules.people import CITY_HEAD, HEAD, OFFICER, OTHER_HEAD, codes
from tests.support.proposals import propose_items
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.approvals.model import Proposal, ProposalFilter, ProposalState
from mingpiao.approvals.service import (
    approve,
    get_proposal,
    list_proposals,
    open_proposal,
    preview,
    reject,
    withdraw,
)
from mingpiao.catalog.model import ChargeItem, DatedRate, Rate, RateKind
from mingpiao.catalog.service import ITEMS, load, save_items, submit
from mingpiao.house.model import ChangedRow
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal

world = a_world()


async def item(world: World, **changes: Any) -> ChargeItem:
    """An item that some unit may use, with changes."""
    code = sorted((await world.units.profile(world.unit.unit_id)).item_codes)[0]
    async with world.database.system() as connection:
        catalog = await load(connection)
    return msgspec.structs.replace(catalog.items[code], **changes)


async def put_down(world: World, *items: ChargeItem, acting: Acting = OFFICER, reason: str = "调价") -> int:
    async with world.database.system() as connection:
        return await propose_items(connection, items, reason=reason, acting=acting)


async def decide(world: World, verb: Any, proposal_id: int, acting: Acting, **given: Any) -> Proposal:
    async with world.database.system() as connection:
        decided: Proposal = await verb(connection, proposal_id, acting=acting, **given)
        return decided


async def refused(world: World, verb: Any, proposal_id: int, acting: Acting, **given: Any) -> Any:
    with pytest.raises(Refusal) as refusal:
        await decide(world, verb, proposal_id, acting, **given)
    return codes(refusal.value)


async def actions(world: World) -> list[str]:
    rows = await world.rows("SELECT action FROM audit_log WHERE action LIKE 'proposal:%' ORDER BY audit_id")
    return [row["action"] for row in rows]


async def test_a_change_takes_effect_when_another_person_approves_it(world: World) -> None:
    before = await item(world)
    rate = Rate(kind=RateKind.FIXED, minimum=Decimal("12.5"), maximum=Decimal("12.5"))
    since = today() + timedelta(days=30)
    later = (DatedRate(since=since, rate=rate),)
    wanted = msgspec.structs.replace(before, later_rates=later, name="新名称费")
    proposal_id = await put_down(world, wanted)
    assert await item(world) == before, "nothing changes before the approval"
    async with world.database.system() as connection:
        present = await get_proposal(connection, proposal_id)
        assert (await open_proposal(connection, "charge_item", before.code)) == present
    assert present.state is ProposalState.OPEN
    assert present.title == f"{before.code} 新名称费"
    assert present.consequence == "涉及1家用票单位"
    assert [row.label for row in present.changes] == ["名称", "收费标准（元）"]
    assert present.changes[0] == ChangedRow(
        label="名称", before=before.name, after="新名称费", subject=f"{before.code} 新名称费"
    )
    assert present.changes[1].after.endswith(f"；{since} 起 12.50（固定）")
    done = await decide(world, approve, proposal_id, HEAD, opinion="同意")
    assert (done.state, done.opinion, done.decided_by) == (ProposalState.APPROVED, "同意", HEAD.actor)
    assert await item(world) == wanted
    assert await actions(world) == ["proposal:open", "proposal:approve"]
    titles = await world.rows("SELECT title FROM messages WHERE region_code = '150000' ORDER BY message_id")
    assert [row["title"] for row in titles] == [
        f"收款项目变更待审：{before.code} 新名称费",
        f"收款项目变更已通过：{before.code} 新名称费",
    ]


async def test_the_author_and_other_departments_do_not_decide(world: World) -> None:
    proposal_id = await put_down(world, await item(world, name="新名称费"), acting=HEAD)
    assert await refused(world, approve, proposal_id, HEAD) == [("proposal.own", "")]
    assert await refused(world, reject, proposal_id, HEAD, opinion="不") == [("proposal.own", "")]
    for nobody in (OFFICER, CITY_HEAD, ACTING):
        assert await refused(world, approve, proposal_id, nobody) == [("proposal.not_decider", "")]
    assert await refused(world, withdraw, proposal_id, OTHER_HEAD) == [("proposal.not_own", "")]
    assert await actions(world) == ["proposal:open"]
    with pytest.raises(IntegrityError, match="proposals_check"):
        await world_update(
            world,
            "UPDATE proposals SET state = 'approved', decided_by = author, decided_by_name = author_name, "
            "decided_at = now()",
        )


async def world_update(world: World, statement: str) -> None:
    async with world.database.system() as connection:
        await connection.execute(text(statement))


async def test_only_the_province_proposes_base_data_and_says_why(world: World) -> None:
    changed = await item(world, name="新名称费")
    for acting, reason, code in (
        (CITY_HEAD, "调价", ("catalog.not_province", "")),
        (ACTING, "调价", ("catalog.not_province", "")),
        (OFFICER, " ", ("catalog.reason_missing", "reason")),
    ):
        with pytest.raises(Refusal) as refusal:
            await put_down(world, changed, acting=acting, reason=reason)
        assert codes(refusal.value) == [code]
    async with world.database.system() as connection:
        same = await submit(connection, ITEMS, [await item(world)], reason="调价", acting=OFFICER)
    assert (same.codes, same.proposal_id) == ((), None)
    assert await world.value("SELECT count(*) FROM proposals") == 0


async def test_one_proposal_is_open_for_a_subject(world: World) -> None:
    first = await put_down(world, await item(world, name="甲费"))
    with pytest.raises(Refusal) as refusal:
        await put_down(world, await item(world, name="乙费"), acting=HEAD)
    assert codes(refusal.value) == [("proposal.open_already", "")]
    assert (await decide(world, withdraw, first, OFFICER)).state is ProposalState.WITHDRAWN
    second = await put_down(world, await item(world, name="乙费"), acting=HEAD)
    returned = await decide(world, reject, second, OTHER_HEAD, opinion="依据不足")
    assert (returned.state, returned.opinion) == (ProposalState.RETURNED, "依据不足")
    assert await refused(world, approve, second, OTHER_HEAD) == [("proposal.decided", "")]
    assert await refused(world, withdraw, first, OFFICER) == [("proposal.decided", "")]
    assert (await item(world)).name not in ("甲费", "乙费")
    with pytest.raises(IntegrityError, match="is decided"):
        await world_update(world, "UPDATE proposals SET opinion = 'x'")


async def test_returning_needs_an_opinion(world: World) -> None:
    proposal_id = await put_down(world, await item(world, name="甲费"))
    assert await refused(world, reject, proposal_id, HEAD, opinion=" ") == [
        ("proposal.opinion_missing", "opinion")
    ]


async def test_a_change_of_something_that_changed_meanwhile_is_not_approved(world: World) -> None:
    proposal_id = await put_down(world, await item(world, name="甲费"))
    other = await item(world, measure_unit="人次")
    async with world.database.system() as connection:
        await save_items(connection, [other], acting=ACTING)
    assert await refused(world, approve, proposal_id, HEAD) == [("proposal.stale", "")]
    assert await item(world) == other
    async with world.database.system() as connection:
        shown = await preview(connection, await get_proposal(connection, proposal_id))
    assert shown.problem.startswith(f"收款项目{other.code}在提交之后已被修改")
    assert [row.after for row in shown.changes] == ["甲费"]
    assert (await decide(world, reject, proposal_id, HEAD, opinion="请重新提交")).opinion == "请重新提交"


async def test_several_items_change_together_or_not_at_all(world: World) -> None:
    old = await item(world, name="甲费")
    new = msgspec.structs.replace(old, code="999999", name="乙费", pinyin="")
    proposal_id = await put_down(world, old, new)
    async with world.database.system() as connection:
        await save_items(connection, [msgspec.structs.replace(new, name="丙费")], acting=ACTING)
    assert await refused(world, approve, proposal_id, HEAD) == [("proposal.stale", "")]
    assert (await item(world)).name != "甲费"


async def test_a_department_sees_proposals_of_its_region(world: World) -> None:
    await put_down(world, await item(world, name="甲费"))
    waiting = ProposalFilter(state=ProposalState.OPEN)
    for acting, count in ((HEAD, 1), (CITY_HEAD, 0)):
        assert acting.account is not None
        async with world.database.scoped(acting.account.scope) as connection:
            found = await list_proposals(connection, waiting)
        assert (len(found.items), found.total) == (count, count)
