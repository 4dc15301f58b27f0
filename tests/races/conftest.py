"""Two processes on one database."""

from collections.abc import AsyncIterator

import pytest
from tests.support.world import World, a_world

# Without a lock the books need not balance: the tests that have it look at them.
world = a_world(checked=False)
#: The same with people.
peopled = a_world("peopled", checked=False)


@pytest.fixture
async def other(world: World) -> AsyncIterator[World]:
    """The world as a second process has it."""
    async with world.beside() as beside:
        yield beside
