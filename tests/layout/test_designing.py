"""制样: a face is drafted, checked, and published by another person; a bill keeps the face of its day."""

from datetime import timedelta

import asyncpg
import pytest
from msgspec.structs import replace
from tests.layout.studio import Studio, moved
from tests.rules.people import CITY_HEAD, COLLEAGUE, HEAD, OFFICER, OTHER_HEAD
from tests.support.waiting import until
from tests.support.world import World

from mingpiao.catalog.model import ExtensionField, TemplateDay
from mingpiao.catalog.service import save_kinds
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import Bill, BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.model import FaceState
from mingpiao.layout.service import extract_xml_from_pdf
from mingpiao.sealing.service import parse_sealed

KIND = "0301"


@pytest.fixture
def studio(world: World) -> Studio:
    return Studio(world)


async def document_of(world: World, bill: Bill) -> BillDocument:
    async with world.database.system() as connection:
        return await get_document(connection, bill.bill_id)


async def specimen_of(world: World, bill: Bill) -> str:
    return parse_sealed((await document_of(world, bill)).xml).specimen_code


async def refused(doing: object) -> str:
    with pytest.raises(Refusal) as caught:
        await doing  # type: ignore[misc]
    return caught.value.problems[0].code


async def issue(world: World, place: int = 0) -> Bill:
    (bill,) = await world.issue(world.unit, world.unit.requests(place + 1, kind=KIND)[place])
    return bill


async def test_a_bill_keeps_the_face_of_its_day(world: World, studio: Studio) -> None:
    documents = world.services.documents
    before = await issue(world, 0)
    old = await document_of(world, before)
    old_files = (await documents.pdf(old), await documents.ofd(old), await documents.faces(old))
    assert (await specimen_of(world, before))[-2:] == "01"

    await studio.published(KIND, moved(await studio.shipped(KIND)))
    after = await issue(world, 1)
    assert await specimen_of(world, after) == f"{after.code}02"
    async with world.beside() as other:
        # Another process, with an empty store of files, draws both as they were made.
        drawn = other.services.documents
        assert (await drawn.pdf_of_release(old, 2), await drawn.faces(old)) == (old_files[0], old_files[2])
        new = await document_of(world, after)
        assert await drawn.faces(new) == await documents.faces(new)
        assert '<path transform="translate(13 5)' in await drawn.faces(new)
        assert '<path transform="translate(12 5)' in await drawn.faces(old)
        assert extract_xml_from_pdf(await drawn.pdf(new)) == new.xml


async def test_a_version_begins_on_its_day(world: World, studio: Studio, clock: StoppedClock) -> None:
    begins = today() + timedelta(days=2)
    await studio.published(KIND, moved(await studio.shipped(KIND)), begins)
    kind = await studio.kind(KIND)
    assert kind.template_days == (TemplateDay(version=2, valid_from=begins),)
    versions = [kind.version_on(begins + timedelta(days=days)) for days in (-2, -1, 0, 400)]
    assert versions == ["01", "01", "02", "02"]
    # A further one may begin later or on the same day, but not before.
    earlier = await studio.start(KIND, await studio.shipped(KIND))
    proposal = await studio.submit(earlier)
    assert await refused(studio.approve(proposal)) == "kind.template_day"
    await studio.reject(proposal, "启用日期不对")
    await studio.approve(await studio.submit(await studio.save(earlier, valid_from=begins)))
    assert (await studio.kind(KIND)).version_on(begins) == "03"


async def test_a_red_bill_bears_the_face_of_its_own_day(world: World, studio: Studio) -> None:
    blue = await issue(world)
    await studio.published(KIND, moved(await studio.shipped(KIND)))
    red = await world.reverse(world.unit, blue)
    assert (await specimen_of(world, blue))[-2:] == "01"
    assert (await specimen_of(world, red))[-2:] == "02"


async def test_another_process_issues_with_the_new_face_at_once(world: World, studio: Studio) -> None:
    async with world.beside() as other:
        assert (await other.catalog.get()).kinds[KIND].template_days == ()
        await studio.published(KIND, moved(await studio.shipped(KIND)))

        # The notice drops what the other process has in memory.
        async def knows() -> bool:
            return bool((await other.catalog.get()).kinds[KIND].template_days)

        await until(knows)
        (bill,) = await other.issue(world.unit, world.unit.request(kind=KIND))
        assert (await specimen_of(world, bill))[-2:] == "02"


async def test_what_the_designer_did_not_know_is_shown_nevertheless(world: World, studio: Studio) -> None:
    await studio.published(KIND, await studio.shipped(KIND))
    first = await issue(world, 0)
    drawn = await world.services.documents.faces(await document_of(world, first))
    kind = await studio.kind(KIND)
    more = ExtensionField(name="Custom9", label="后来的信息")
    async with world.database.system() as connection:
        changed = replace(kind, extension_fields=(*kind.extension_fields, more))
        await save_kinds(connection, [changed], acting=OFFICER)
    request = world.unit.requests(2, kind=KIND)[1]
    request = replace(request, extension=request.extension | {"Custom9": "新内容"})
    async with world.beside() as other:
        (second,) = await other.issue(world.unit, request)
        face = await other.services.documents.faces(await document_of(world, second))
        assert "后来的信息：" in face
        assert "新内容" in face
        # The bill before it looks as it did, also after the kind has changed.
        assert await other.services.documents.faces(await document_of(world, first)) == drawn
        assert (await other.catalog.get()).kinds[KIND].template_days == kind.template_days


async def test_another_number_of_the_platforms_own_version_changes_no_designed_face(
    world: World, studio: Studio
) -> None:
    await studio.published(KIND, moved(await studio.shipped(KIND)))
    bill = await issue(world)
    drawn = await world.services.documents.faces(await document_of(world, bill))
    kind = await studio.kind(KIND)
    async with world.database.system() as connection:
        await save_kinds(connection, [replace(kind, template_version="05")], acting=OFFICER)
    async with world.beside() as other:
        assert await other.services.documents.faces(await document_of(world, bill)) == drawn
    assert (await studio.start(KIND, await studio.shipped(KIND))).version == 6


async def test_the_way_of_a_version(world: World, studio: Studio) -> None:
    shipped = await studio.shipped(KIND)
    draft = await studio.start(KIND, shipped)
    told = (draft.version, draft.state, draft.revision, draft.makers)
    assert told == (2, FaceState.DRAFT, 1, (OFFICER.actor,))
    assert await refused(studio.start(KIND, shipped)) == "face.draft_exists"
    assert await refused(studio.start("0101", shipped, CITY_HEAD)) == "face.not_designer"
    assert await studio.save(draft) == draft
    saved = await studio.save(draft, acting=HEAD, template=moved(shipped), note="二维码右移")
    assert (saved.revision, saved.makers) == (2, (OFFICER.actor, HEAD.actor))
    assert await refused(studio.save(draft, note="另一人")) == "face.edited_meanwhile"
    proposal = await studio.submit(saved)
    assert await refused(studio.save(saved, note="改")) == "face.waits"
    assert await refused(studio.discard(saved)) == "face.waits"
    # Who wrote it does not decide, nor does an officer, nor a city's head.
    assert await refused(studio.approve(proposal, HEAD)) == "face.approver_is_maker"
    assert await refused(studio.approve(proposal, COLLEAGUE)) == "proposal.not_decider"
    assert await refused(studio.approve(proposal, CITY_HEAD)) == "proposal.not_decider"
    await studio.reject(proposal, "请居中", OTHER_HEAD)
    approved = await studio.approve(await studio.submit(saved), OTHER_HEAD)
    assert [(row.label, row.before, row.after) for row in approved.changes] == [
        ("版本", "第1版", "第2版"),
        ("启用日期", "", f"{today():%Y-%m-%d}起开具的票据"),
        ("二维码位置", "左12，上5，宽20，高20", "左13，上5，宽20，高20"),
    ]
    published = await studio.get(saved)
    assert (published.state, published.published_by) == (FaceState.PUBLISHED, OTHER_HEAD.actor)
    assert published.template == moved(shipped)
    assert await refused(studio.save(published, note="改")) == "face.published"
    assert (await studio.start(KIND, shipped)).version == 3


async def test_a_draft_that_somebody_changed_in_spite_of_all_is_not_published(
    world: World, studio: Studio
) -> None:
    draft = await studio.start(KIND, await studio.shipped(KIND))
    proposal = await studio.submit(draft)
    async with world.database.system() as connection:
        await connection.exec_driver_sql("UPDATE face_versions SET revision = revision + 1")
    assert await refused(studio.approve(proposal)) == "proposal.stale"
    assert (await studio.get(draft)).state is FaceState.DRAFT


async def test_a_discarded_number_is_given_again(studio: Studio) -> None:
    draft = await studio.start(KIND, await studio.shipped(KIND))
    await studio.discard(draft)
    assert await refused(studio.get(draft)) == "face.unknown"
    assert (await studio.start(KIND, await studio.shipped(KIND))).version == draft.version


async def test_what_blocks_is_not_submitted(world: World, studio: Studio) -> None:
    shipped = await studio.shipped(KIND)
    without = replace(shipped, fields=tuple(f for f in shipped.fields if f.value != "check_code"))
    draft = await studio.start(KIND, without)
    with pytest.raises(Refusal) as caught:
        await studio.submit(draft)
    assert [(each.code, each.field) for each in caught.value.problems] == [("face.unfit", "fields")]
    assert "校验码" in caught.value.problems[0].message


async def test_a_day_that_has_passed_is_not_published(studio: Studio, clock: StoppedClock) -> None:
    proposal = await studio.submit(await studio.start(KIND, await studio.shipped(KIND)))
    clock.move(days=1)
    assert await refused(studio.approve(proposal)) == "face.begins_in_the_past"
    assert (await studio.kind(KIND)).template_days == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE face_versions SET content = jsonb_set(content, '{name}', '\"x\"')",
        "UPDATE face_versions SET state = 'draft'",
        "DELETE FROM face_versions",
        "TRUNCATE face_versions",
        "UPDATE template_days SET valid_from = valid_from + 1",
        "DELETE FROM template_days",
        "INSERT INTO face_versions (kind_code, version, state, revision, content, valid_from, note, author, "
        "author_name, makers, published_by, published_by_name, published_at) SELECT '0101', 2, 'published', 1, "
        "content, valid_from, '', 'a', 'a', '{a,b}', 'b', 'b', now() FROM face_versions",
    ],
)
async def test_the_database_keeps_what_was_published(world: World, studio: Studio, statement: str) -> None:
    await studio.published(KIND, await studio.shipped(KIND))
    owner = await asyncpg.connect(world.url)
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(statement)
    finally:
        await owner.close()


async def test_every_step_is_in_the_audit_trail(world: World, studio: Studio) -> None:
    await studio.published(KIND, await studio.shipped(KIND))
    async with world.database.system() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT actor, action, subject FROM audit_log WHERE action LIKE 'face:%' ORDER BY audit_id"
        )
        found = [tuple(row) for row in rows]

    def row(acting: Acting, action: str) -> tuple[str, str, str]:
        return (acting.actor, action, f"kind:{KIND}")

    assert found == [row(OFFICER, "face:start"), row(HEAD, "face:publish")]
