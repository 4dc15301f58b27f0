"""Files of bills with a designed face are known again, by the site and on a machine without a database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.layout.studio import Studio, moved
from tests.verification.conftest import ADDRESS, Counter, new_documents
from tests.verification.tampering import covered

from mingpiao.cli import main as command_line
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import get_document
from mingpiao.layout.model import FaceVersion
from mingpiao.layout.service import face_file, get_version
from mingpiao.verification import file_check
from mingpiao.verification.model import VerificationVerdict
from mingpiao.verification.service import export_certificates


@pytest.fixture
async def designed(counter: Counter) -> Bill:
    """A bill that bears version 2 of its kind's face."""
    studio = Studio(counter.world)
    kind = counter.bill.kind
    await studio.published(kind, moved(await studio.shipped(kind)))
    hospital = counter.world.province.hospital
    async with counter.world.beside() as other:
        (bill,) = await other.issue(hospital, hospital.requests(2, kind=kind)[1])
    return bill


async def version_of(counter: Counter, bill: Bill) -> FaceVersion:
    async with counter.world.database.system() as connection:
        return await get_version(connection, bill.kind, 2)


def without_designs(looks: str) -> str:
    """The exported looks as they were before anything was designed."""
    told = json.loads(looks)
    for kind in told["kinds"].values():
        kind["designed"] = {}
    return json.dumps(told)


async def pdf_of(counter: Counter, bill: Bill) -> bytes:
    async with counter.world.database.system() as connection:
        document = await get_document(connection, bill.bill_id)
    return await new_documents(counter.world).pdf(document)


async def test_the_site_compares_with_the_version_of_the_bill(counter: Counter, designed: Bill) -> None:
    for bill in (counter.bill, designed):
        pdf = await pdf_of(counter, bill)
        genuine = await counter.verifier.by_file(pdf, address=ADDRESS)
        assert genuine.verdict is VerificationVerdict.GENUINE
        foreign = await counter.verifier.by_file(covered(pdf), address=ADDRESS)
        assert foreign.verdict is VerificationVerdict.FOREIGN_LOOK


async def test_a_machine_without_the_version_says_which_one_it_needs(
    counter: Counter, designed: Bill, tmp_path: Path
) -> None:
    trust, old = tmp_path / "trust", tmp_path / "old.pdf"
    async with counter.world.database.system() as connection:
        await export_certificates(connection, trust, "http://site.test")
    file = tmp_path / "bill.pdf"
    file.write_bytes(await pdf_of(counter, designed))
    old.write_bytes(await pdf_of(counter, counter.bill))
    run = CliRunner()
    options = ["verify", "--trust", str(trust)]
    assert run.invoke(command_line, [*options, str(file), str(old)]).exit_code == 0

    # An export of the time before the version was published.
    looks = (trust / "looks.json").read_text(encoding="utf-8")
    (trust / "looks.json").write_text(without_designs(looks), encoding="utf-8")
    outcome = run.invoke(command_line, [*options, "--json", str(file)])
    assert outcome.exit_code == 3
    assert f"票种{designed.kind}第2版" in outcome.output
    assert run.invoke(command_line, [*options, str(old)]).exit_code == 0

    name, content = face_file(await version_of(counter, designed))
    (tmp_path / name).write_bytes(content)
    given = [*options, "--template", str(tmp_path / name)]
    assert run.invoke(command_line, [*given, str(file)]).exit_code == 0
    file.write_bytes(covered(file.read_bytes()))
    assert run.invoke(command_line, [*given, str(file)]).exit_code == 3
    broken = run.invoke(command_line, [*options, "--template", str(old), str(file)])
    assert broken.exit_code == 2
    assert "票面样式文件" in broken.output


async def test_an_export_brings_its_versions(counter: Counter, designed: Bill, tmp_path: Path) -> None:
    async with counter.world.database.system() as connection:
        await export_certificates(connection, tmp_path / "trust", "http://site.test")
    file = tmp_path / "bill.pdf"
    file.write_bytes(await pdf_of(counter, designed))
    trust = file_check.read_trust(tmp_path / "trust")
    report = file_check.check_file(file, trust, looks_in=tmp_path / "trust")
    assert (report.result, report.verdict) == (0, "签名真实")
