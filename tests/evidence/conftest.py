"""An evidence store on the small province, with its files in a folder of the test's own."""

from pathlib import Path

import pytest
from tests.support.province import MASTER

from mingpiao.evidence.service import EvidenceStore, NoScanner
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store's files lie."""
    return tmp_path / "files"


@pytest.fixture
def store(database: Database, folder: Path) -> EvidenceStore:
    return EvidenceStore(database, FileStore.open(folder.as_uri()), MASTER, NoScanner())


def files_in(folder: Path) -> list[Path]:
    """All files that the store holds."""
    return [path for path in folder.rglob("*") if path.is_file()]
