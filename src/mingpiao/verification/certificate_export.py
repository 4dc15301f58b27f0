"""Public certificates as files, so that bills can be checked on a machine without the platform."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from asn1crypto import pem
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.sealing.service import certificates


async def export_certificates(connection: AsyncConnection, directory: Path) -> int:
    """Write `roots.pem` (trusted authorities) and `signers.pem` (units, departments, seal makers).

    Old certificates are among them, for what they signed stays valid. Returns how many were written.
    """
    roots = await certificates(connection, "authority")
    signers = [der for der in await certificates(connection) if der not in set(roots)]
    await asyncio.to_thread(_write_all, directory, {"roots.pem": roots, "signers.pem": signers})
    return len(roots) + len(signers)


def _write_all(directory: Path, bundles: Mapping[str, Iterable[bytes]]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, ders in bundles.items():
        _write(directory / name, ders)


def _write(file: Path, ders: Iterable[bytes]) -> None:
    # Written aside and moved, so that a reader never finds half of it.
    fresh = file.with_suffix(".new")
    fresh.write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in ders))
    fresh.replace(file)
