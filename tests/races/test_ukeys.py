"""A certificate that is issued while its application is taken back."""

from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.province import MASTER
from tests.support.world import World, a_world
from tests.ukeys.keys import ORGANIZATION, acting, applied

from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.ukeys.model import UKey, UKeyState
from mingpiao.ukeys.service import issue_ukey, withdraw_application

world = a_world("peopled")


async def _issue(world: World, key: UKey) -> UKey:
    async with world.database.system() as connection:
        return await issue_ukey(
            connection, key.ukey_id, MASTER, ORGANIZATION, acting=acting(world, "officer")
        )


async def _withdraw(world: World, key: UKey) -> UKey:
    async with world.database.system() as connection:
        return await withdraw_application(connection, key.ukey_id, acting=acting(world, "manager"))


@WITH_AND_WITHOUT
async def test_a_certificate_is_issued_or_its_application_is_over(world: World, locked: bool) -> None:
    """Without the lock a certificate is out whose application the unit took back."""
    made = await applied(world, PrivateKey.generate())
    with lock_taken_away("ukeys", unless=locked):
        first, second = await race(
            world.url, writing("ukey_steps"), _issue(world, made), _withdraw(world, made)
        )
    assert first.state is UKeyState.ISSUED
    if locked:
        assert [problem.code for problem in second.problems] == ["ukey.step_not_allowed"]
    else:
        assert (second.state, second.certificate) == (UKeyState.WITHDRAWN, first.certificate)
    steps = [row["step"] for row in await world.rows("SELECT step FROM ukey_steps ORDER BY revision")]
    assert steps == (["apply", "issue"] if locked else ["apply", "issue", "withdraw"])
