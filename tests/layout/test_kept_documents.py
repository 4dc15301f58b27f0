"""Documents as they lie in the file store: encrypted, bound to their place, and made again where they do not fit."""

from pathlib import Path

from tests.support.province import ACTING, MASTER
from tests.support.world import World, a_world, bill_of

from mingpiao.crypto.keystore import MasterKey
from mingpiao.issuing.model import BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.layout.documents import Documents
from mingpiao.layout.service import FaceShelf
from mingpiao.sealing.service import InlineSigner, PartyStore
from mingpiao.storage.files import FileStore

world = a_world()


def documents_of(world: World, folder: Path, master_key: MasterKey = MASTER) -> Documents:
    return Documents(
        world.catalog,
        FaceShelf(world.database),
        PartyStore(world.database, world.notices),
        InlineSigner(MASTER),
        FileStore.open(folder.as_uri()),
        "http://site.test",
        master_key=master_key,
    )


async def issued(world: World, count: int) -> list[BillDocument]:
    hospital = world.province.hospital
    outcomes = await world.desk.issue(hospital.unit_id, hospital.requests(count), acting=ACTING)
    async with world.database.system() as connection:
        return [await get_document(connection, bill_of(outcome).bill_id) for outcome in outcomes]


def kept(folder: Path, document: BillDocument, ending: str) -> Path:
    (path,) = folder.rglob(f"*-{document.bill.sm3}.{ending}")
    return path


async def test_what_is_kept_tells_nothing_and_is_given_out_again(world: World, tmp_path: Path) -> None:
    documents = documents_of(world, tmp_path)
    (document,) = await issued(world, 1)
    for ending, made, start in (
        ("pdf", await documents.pdf(document), b"%PDF-"),
        ("ofd", await documents.ofd(document), b"PK"),
    ):
        path = kept(tmp_path, document, ending)
        stored = path.read_bytes()
        assert made.startswith(start)
        assert len(stored) == len(made) + 28
        assert made[:64] not in stored
        assert path.stat().st_mode & 0o777 == 0o600
        again = await (documents.pdf(document) if ending == "pdf" else documents.ofd(document))
        assert (again, path.read_bytes()) == (made, stored), "it was taken from the store"
    assert await documents.kept_pdfs(document) == [await documents.pdf(document)]


async def test_what_was_changed_swapped_or_is_anothers_is_made_again(world: World, tmp_path: Path) -> None:
    documents = documents_of(world, tmp_path)
    first, second = await issued(world, 2)
    right, foreign = await documents.pdf(first), await documents.pdf(second)
    assert right != foreign
    path, other = kept(tmp_path, first, "pdf"), kept(tmp_path, second, "pdf")
    stored = path.read_bytes()
    for wrong in (
        foreign,  # as a file that somebody put there, not encrypted
        other.read_bytes(),
        stored[:-1],
        b"",
        stored[:100] + bytes([stored[100] ^ 1]) + stored[101:],
    ):
        path.write_bytes(wrong)
        assert await documents.kept_pdfs(first) == []
        assert await documents.pdf(first) == right
        assert len(path.read_bytes()) == len(right) + 28
    elsewhere = documents_of(world, tmp_path, MasterKey.generate())
    assert await elsewhere.kept_pdfs(first) == []
    assert await elsewhere.pdf(first) == right
