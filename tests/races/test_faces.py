"""The lock of decisions about faces: what happens with it, and without it."""

from tests.layout.studio import Studio, moved
from tests.rules.people import COLLEAGUE, HEAD, OFFICER
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.world import World

from mingpiao.approvals.model import Proposal
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.model import FaceVersion

KIND = "0301"


@WITH_AND_WITHOUT
async def test_what_is_being_published_is_not_edited(world: World, other: World, locked: bool) -> None:
    studio = Studio(world)
    draft = await studio.start(KIND, moved(await studio.shipped(KIND)))
    proposal = await studio.submit(draft)
    with lock_taken_away("face versions", unless=locked):
        outcomes = await race(
            world.url,
            writing("template_days"),
            studio.approve(proposal, HEAD),
            Studio(other).discard(draft, COLLEAGUE),
        )
    assert isinstance(outcomes[0], Proposal)
    assert isinstance(outcomes[1], Refusal)
    # Without the lock the second does not know that it is too late; only the open proposal keeps it off.
    assert outcomes[1].problems[0].code == ("face.published" if locked else "face.waits")


async def test_of_two_who_begin_a_version_one_does(world: World, other: World) -> None:
    studio = Studio(world)
    shipped = await studio.shipped(KIND)
    outcomes = await race(
        world.url,
        writing("face_versions"),
        studio.start(KIND, shipped, OFFICER),
        Studio(other).start(KIND, shipped, COLLEAGUE),
    )
    (begun,) = [outcome for outcome in outcomes if isinstance(outcome, FaceVersion)]
    assert begun.version == 2
    (told,) = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert told.problems[0].code == "face.draft_exists"
