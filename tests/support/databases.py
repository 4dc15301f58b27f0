"""Databases of a test's own: copied from a template, and dropped afterwards."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mingpiao.storage.embedded import OWNER, EmbeddedServer

_MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory is made below it
_ENOUGH = 2 * 2**30


def quick_directory() -> Path | None:
    """Where clusters lie in memory, if there is room: hundreds of databases are copied and dropped."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH
    return _MEMORY if roomy else None


@contextmanager
def fresh_database(cluster: EmbeddedServer, template: str = "template1") -> Iterator[str]:
    """Address of a database with what its template has."""
    name = f"test_{uuid.uuid4().hex}"
    # Copying files beats writing each block to the log by far where no disk is involved.
    strategy = "FILE_COPY" if cluster.data_dir.is_relative_to(_MEMORY) else "WAL_LOG"
    cluster.run_sql(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY {strategy}")
    try:
        yield cluster.url_of(name)
    finally:
        cluster.run_sql(f"DROP DATABASE {name} WITH (FORCE)")
