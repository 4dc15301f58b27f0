"""The bench on the test's world."""

import pytest
from tests.qualifications.desk import Bench, bench_of
from tests.support.world import World


@pytest.fixture
def bench(world: World) -> Bench:
    """The desk of qualifications, and what a test does at it."""
    return bench_of(world)
