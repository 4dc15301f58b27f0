"""A real worker is killed while it issues a batch; another one goes on, and no bill is issued twice."""

import pytest
from tests.batches.sheets import batch_of, desk_of, handler_of, rows_of, take_in
from tests.evidence.test_worker_killed import worker
from tests.support.waiting import until
from tests.support.world import World

from mingpiao.batches.model import BatchState, RowState

pytestmark = pytest.mark.whole

_ROWS = 1_000


async def test_a_killed_worker_leaves_no_bill_twice(site: World) -> None:
    batch = await take_in(site, *(await rows_of(site, _ROWS)))
    async with worker(site.url, site.folder) as victim:
        await (await desk_of(site)).start(batch.batch_id, acting=handler_of(site))

        async def under_way() -> bool:
            # A train is committed, and the portion that it belongs to is not answered.
            return 0 < await site.value("SELECT count(*) FROM bills") < _ROWS

        await until(under_way, "nobody issues it")
        victim.kill()
        await victim.wait()
    cut = await batch_of(site, batch.batch_id)
    assert (cut.state, cut.count(RowState.SENDING)) == (BatchState.RUNNING, _ROWS)
    async with worker(site.url, site.folder):

        async def finished() -> bool:
            return (await batch_of(site, batch.batch_id)).state is BatchState.FINISHED

        await until(finished, "nobody goes on with it")
    done = await batch_of(site, batch.batch_id)
    assert (done.counts, await site.value("SELECT count(*) FROM bills")) == ({RowState.ISSUED: _ROWS}, _ROWS)
    linked = await site.value(
        "SELECT count(*) FROM batch_rows JOIN bills USING (unit_id, bill_id, check_code, business_no)"
    )
    assert linked == _ROWS
