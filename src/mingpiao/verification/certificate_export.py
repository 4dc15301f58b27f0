"""Public certificates and looks as files, so that bills can be checked on a machine without the platform."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from asn1crypto import pem
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import load
from mingpiao.layout.service import all_published
from mingpiao.sealing.service import certificates, list_contents, seals
from mingpiao.verification.looks import looks_of, read_looks, write_looks

#: File of the finance departments' certificates: only they may supervise a bill.
DEPARTMENTS = "departments.pem"
#: How names of revocation lists end.
LIST_ENDING = ".crl"
_BUNDLES = {"roots.pem": "authority", DEPARTMENTS: "department", "units.pem": "unit", "makers.pem": "maker"}


async def export_certificates(connection: AsyncConnection, directory: Path, address: str) -> int:
    """Write `roots.pem` (trusted authorities), `departments.pem`, `units.pem` and `makers.pem`, the imported revocation
    lists (`list-1.crl` and so on), and what it takes to draw PDFs anew: `looks.json` and `seals/`. `address` is the
    site's, to which QR symbols lead.

    Old certificates are among them, for what they signed stays valid. Returns how many were written.
    """
    catalog, drawn = await load(connection), await seals(connection)
    faces = await all_published(connection)
    bundles = {name: await certificates(connection, kind) for name, kind in _BUNDLES.items()}
    await asyncio.to_thread(_write_all, directory, bundles, await list_contents(connection))
    looks = looks_of(catalog, faces, address, read_looks(directory))
    await asyncio.to_thread(write_looks, directory, looks, drawn)
    return sum(map(len, bundles.values()))


def _write_all(directory: Path, bundles: Mapping[str, Iterable[bytes]], lists: Sequence[bytes]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, ders in bundles.items():
        _write(directory / name, b"".join(pem.armor("CERTIFICATE", der) for der in ders))
    for number, der in enumerate(lists, start=1):
        _write(directory / f"list-{number}{LIST_ENDING}", der)


def _write(file: Path, data: bytes) -> None:
    # Written aside and moved, so that a reader never finds half of it.
    fresh = file.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(file)
