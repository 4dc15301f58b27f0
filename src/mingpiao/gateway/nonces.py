"""Records used nonces, so that each can be used only once; all calls that wait at a moment share one INSERT."""

import asyncio
from collections.abc import Sequence

from mingpiao.storage.batching import Batcher
from mingpiao.storage.database import Database

#: An app and the nonce that it used.
Nonce = tuple[str, str]

# Rows are sorted: if two processes insert the same nonces, they wait for each other in one order.
_SPEND = """
INSERT INTO interface_nonces (app_id, nonce)
SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING RETURNING app_id, nonce
"""
_MAX_BATCH = 1_000
_SECONDS = 5.0


class NonceLedger:
    """Records in the database which nonces were used, so that all processes know them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # One batch at a time: two at once would only be two smaller ones.
        self._batcher = Batcher[Nonce, bool](self._run, max_size=_MAX_BATCH, workers=1)

    async def spend(self, app_id: str, nonce: str) -> bool:
        """Use a nonce. Returns True if it is fresh, False if it was used before.

        Raises asyncpg's errors without a database, TimeoutError after five seconds.
        """
        return await self._batcher.submit((app_id, nonce))

    async def _run(self, nonces: Sequence[Nonce]) -> list[bool]:
        keys = sorted(set(nonces))
        async with asyncio.timeout(_SECONDS):
            rows = await self._database.pool.fetch(
                _SPEND, [app_id for app_id, _ in keys], [nonce for _, nonce in keys]
            )
        fresh = {(row["app_id"], row["nonce"]) for row in rows}
        answers: list[bool] = []
        for nonce in nonces:
            # If two calls in a batch have the same nonce, the first one gets it.
            answers.append(nonce in fresh)
            fresh.discard(nonce)
        return answers
