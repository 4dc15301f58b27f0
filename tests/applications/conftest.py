"""A window on the small province: applications over a desk that asks what a test wants."""

import pytest
from tests.applications.window import Window, open_window
from tests.support.world import World


@pytest.fixture
async def window(world: World) -> Window:
    """Unit and department verbs on the small province."""
    return await open_window(world)
