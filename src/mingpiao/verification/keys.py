"""Whose certificates a check may use: trusted roots, and the leaf certificates that bills name."""

from collections import OrderedDict
from collections.abc import Iterable

import asyncpg

from mingpiao.crypto import x509
from mingpiao.sealing.model import KeyInfo
from mingpiao.sealing.service import (
    KEY_CHANNEL,
    TrustStore,
    certificates_by_id,
    certificates_by_name,
    revocations_of,
    root_certificates,
)
from mingpiao.storage.notices import Notices
from mingpiao.storage.remembered import Remembered

#: Certificates remembered by key id; some kilobytes each.
MAX_REMEMBERED = 4096


class KeyDirectory:
    """Public certificates of signing keys. A certificate never changes under its id."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", notices: Notices) -> None:
        self._pool = pool
        self._roots = Remembered[None, tuple[x509.Certificate, ...]](self._read_roots)
        self._by_id: OrderedDict[int, x509.Certificate] = OrderedDict()
        notices.subscribe(KEY_CHANNEL, lambda _payload: self._roots.forget())

    async def roots(self) -> tuple[x509.Certificate, ...]:
        """The trusted authorities, old ones too."""
        return await self._roots.get(None)

    async def _read_roots(self, _key: None) -> tuple[x509.Certificate, ...]:
        return tuple(x509.read(der) for der in await root_certificates(self._pool))

    async def by_id(self, key_ids: Iterable[int]) -> dict[int, x509.Certificate]:
        """The certificates of keys, by key id; an id without a key is left out."""
        wanted = set(key_ids)
        missing = [key_id for key_id in wanted if key_id not in self._by_id]
        if missing:
            for key_id, der in (await certificates_by_id(self._pool, missing)).items():
                self._by_id[key_id] = x509.read(der)
        found = {key_id: self._by_id[key_id] for key_id in wanted if key_id in self._by_id}
        while len(self._by_id) > MAX_REMEMBERED:
            self._by_id.popitem(last=False)
        return found

    async def trust_for(self, names: Iterable[KeyInfo]) -> tuple[TrustStore, frozenset[KeyInfo]]:
        """A store with the roots and those of the named certificates that are ours; which are departments'."""
        named = list(names)
        found = await certificates_by_name(self._pool, named)
        revoked = await revocations_of(self._pool, named)
        roots = await self.roots()
        departments = frozenset(each.key_info for each in found if each.owner_kind == "department")
        store = TrustStore([root.der for root in roots], [each.certificate for each in found], revoked)
        return store, departments
