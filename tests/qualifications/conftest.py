"""The bench on a database of each test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.qualifications.desk import Bench, open_bench
from tests.support.province import Province


@pytest.fixture
async def bench(province_url: str, settled: Province, tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(province_url, settled, tmp_path) as opened:
        yield opened
