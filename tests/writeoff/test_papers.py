"""Certificates and notices: what they say, who sealed it, and that they are the same every time."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from tests.support.province import ACTING
from tests.support.world import World
from tests.writeoff.casework import REASON
from tests.writeoff.months import FIRST, SECOND, begin, check, on, receive, standing, write_off
from tests.writeoff.months import ask as submit
from tests.writeoff.test_cases import BREACH, do
from tests.writeoff.test_rectifications import breached, issued

from mingpiao.crypto import x509
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.service import retire_key, root_certificates, verify_seal_signature
from mingpiao.writeoff.room import PAPERS
from mingpiao.writeoff.service import extend


async def certificate(world: World, writeoff_id: int) -> bytes:
    async with world.database.system() as connection:
        return await (await world.house.get(PAPERS)).certificate(connection, writeoff_id)


async def test_a_certificate_is_sealed_by_both_and_says_what_was_written_off(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(FIRST))
    await begin(world)
    charity = world.province.charity
    (bill,) = await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    done = await write_off(world, charity)
    data = await certificate(world, done.writeoff_id)
    assert data == await certificate(world, done.writeoff_id)
    with pikepdf.open(BytesIO(data)) as pdf:
        files = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    xml = files["writeoff"].decode()
    assert f"<SerialNumber>{done.serial}</SerialNumber><UnitCode>{charity.unit.uscc}</UnitCode>" in xml
    assert f"<UnitName>{charity.unit.name}</UnitName>" in xml
    assert f"<IssuedNet>{bill.total:.2f}</IssuedNet><Received>{bill.total:.2f}</Received>" in xml
    assert f"<Cycle><Kind>{bill.kind}</Kind><IssuedCount>1</IssuedCount>" in xml
    roots = [x509.read(each) for each in await root_certificates(world.database.pool)]
    for party in ("unit", "supervisor"):
        report = verify_seal_signature(
            files[f"writeoff.{party}"], files["writeoff"], f"/writeoff/{done.serial}.xml", roots
        )
        assert (report.seal_problems, report.signature_problems, report.content_problems) == ((), (), ())
        forged = verify_seal_signature(
            files[f"writeoff.{party}"],
            files["writeoff"].replace(b"<Exceptions>0", b"<Exceptions>1"),
            f"/writeoff/{done.serial}.xml",
            roots,
        )
        assert forged.content_problems


async def test_a_certificate_keeps_the_name_of_its_day(world: World, clock: StoppedClock) -> None:
    clock.set(on(FIRST))
    await begin(world)
    charity = world.province.charity
    await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    done = await write_off(world, charity)
    before = await certificate(world, done.writeoff_id)
    await world.value("UPDATE units SET name = '另一个名称' WHERE unit_id = $1", charity.unit_id)
    assert await certificate(world, done.writeoff_id) == before


async def test_there_is_no_certificate_before_the_month_is_written_off(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(FIRST))
    await begin(world)
    charity = world.province.charity
    (bill,) = await world.issue(charity, charity.request())
    await receive(world, charity, FIRST, bill.total)
    clock.set(on(SECOND))
    asked = await submit(world, charity)
    with pytest.raises(Refusal) as refused:
        await certificate(world, asked.writeoff_id)
    assert refused.value.problems[0].code == "writeoff.not_done"
    await check(world, asked)
    assert (await standing(world, charity)).is_written_off
    assert (await certificate(world, asked.writeoff_id)).startswith(b"%PDF")


async def test_a_notice_is_sealed_by_the_department_that_issued_it(world: World, clock: StoppedClock) -> None:
    bills, found, boss = await breached(world, clock)
    made = await issued(world, found, boss)
    async with world.database.system() as connection:
        told, data = await (await world.house.get(PAPERS)).notice(connection, made.rectification_id)
        _, again = await (await world.house.get(PAPERS)).notice(connection, made.rectification_id)
    assert (told, again) == (made, data)
    with pikepdf.open(BytesIO(data)) as pdf:
        files = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    assert sorted(files) == ["rectification", "rectification.supervisor"]
    xml = files["rectification"].decode()
    assert f"<SerialNumber>{made.serial}</SerialNumber>" in xml
    assert f"<DueOn>{made.due_on}</DueOn><Amount>{2 * BREACH.amount:.2f}</Amount>" in xml
    for bill in bills:
        assert f"<Code>{bill.code}</Code><Number>{bill.number}</Number><Kind>{bill.kind}</Kind>" in xml
    roots = [x509.read(each) for each in await root_certificates(world.database.pool)]
    path = f"/rectification/150000-{made.year}-0001.xml"
    signature = files["rectification.supervisor"]
    report = verify_seal_signature(signature, files["rectification"], path, roots)
    assert (report.seal_problems, report.signature_problems, report.content_problems) == ((), (), ())
    changed = files["rectification"].replace(str(made.due_on).encode(), b"2099-12-31")
    assert verify_seal_signature(signature, changed, path, roots).content_problems


async def test_a_notice_names_what_it_was_issued_with_after_a_longer_time_was_given(
    world: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock)
    made = await issued(world, found, boss)
    async with world.database.system() as connection:
        _, before = await (await world.house.get(PAPERS)).notice(connection, made.rectification_id)
    later = made.due_on + timedelta(days=20)
    await do(world, extend, made.rectification_id, later, REASON, revision=made.revision, acting=boss)
    async with world.database.system() as connection:
        told, after = await (await world.house.get(PAPERS)).notice(connection, made.rectification_id)
    assert told.due_on == later
    assert after == before


async def test_a_notice_keeps_the_names_and_the_seal_of_its_day(world: World, clock: StoppedClock) -> None:
    _, found, boss = await breached(world, clock)
    made = await issued(world, found, boss)
    async with world.database.system() as connection:
        _, before = await (await world.house.get(PAPERS)).notice(connection, made.rectification_id)
    await world.value(
        "UPDATE units SET name = '另一个名称', uscc = '12150000MB0000001X' WHERE unit_id = $1", made.unit_id
    )
    await world.value("UPDATE departments SET name = '另一个部门' WHERE region_code = '150000'")
    async with world.database.system() as connection:
        assert await retire_key(connection, ("department", "150000"), acting=ACTING)
    async with world.database.system() as connection:
        _, after = await (await world.house.get(PAPERS)).notice(connection, made.rectification_id)
    assert after == before
