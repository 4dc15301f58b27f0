"""The locks of changes that a second person decides: what happens with each, and what happens without it."""

import msgspec
from sqlalchemy.exc import IntegrityError
from tests.rules.people import HEAD, OFFICER, OTHER_HEAD, codes
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.proposals import propose_items
from tests.support.world import World

from mingpiao.approvals.model import Proposal, ProposalState
from mingpiao.approvals.service import approve, reject
from mingpiao.kernel.errors import Refusal


async def _proposed(world: World, *names: str) -> int:
    """A proposal that gives as many items new names."""
    items = list((await world.catalog.get()).items.values())
    changed = [msgspec.structs.replace(each, name=name) for each, name in zip(items, names, strict=False)]
    async with world.database.system() as connection:
        return await propose_items(connection, changed, reason="更名", acting=OFFICER)


@WITH_AND_WITHOUT
async def test_a_proposal_is_decided_once(world: World, other: World, locked: bool) -> None:
    proposal_id = await _proposed(world, "甲费")

    async def say_yes() -> Proposal:
        async with world.database.system() as connection:
            return await approve(connection, proposal_id, acting=HEAD)

    async def say_no() -> Proposal:
        async with other.database.system() as connection:
            return await reject(connection, proposal_id, opinion="依据不足", acting=OTHER_HEAD)

    with lock_taken_away("proposals", unless=locked):
        outcomes = await race(world.url, writing("proposals"), say_yes(), say_no())
    if locked:
        assert isinstance(outcomes[0], Proposal)
        assert isinstance(outcomes[1], Refusal)
        assert codes(outcomes[1]) == [("proposal.decided", "")]
    else:
        # Whoever comes second is stopped by the database alone, and is told nothing that helps.
        assert {type(outcome) for outcome in outcomes} == {Proposal, IntegrityError}


@WITH_AND_WITHOUT
async def test_two_changes_of_one_item_do_not_both_take_effect(
    world: World, other: World, locked: bool
) -> None:
    alone, together = await _proposed(world, "甲费"), await _proposed(world, "乙费", "丙费")

    async def say_yes(there: World, proposal_id: int) -> ProposalState:
        async with there.database.system() as connection:
            return (await approve(connection, proposal_id, acting=HEAD)).state

    with lock_taken_away("base data", unless=locked):
        outcomes = await race(
            world.url, writing("charge_items"), say_yes(world, alone), say_yes(other, together)
        )
    assert outcomes[0] is ProposalState.APPROVED
    if locked:
        assert isinstance(outcomes[1], Refusal)
        assert codes(outcomes[1]) == [("proposal.stale", "")]
    else:
        assert outcomes[1] is ProposalState.APPROVED, "the second was shown another state than it changed"
