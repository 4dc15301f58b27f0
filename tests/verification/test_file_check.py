"""`mingpiao verify`: the same examination on a machine with nothing but certificates."""

import asyncio
from datetime import timedelta
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console
from tests.support.province import MASTER
from tests.ukeys.keys import OutsideCA
from tests.verification.conftest import Counter, Files
from tests.verification.tampering import covered, packed, parts_of

from mingpiao.cli import main as command_line
from mingpiao.crypto import x509
from mingpiao.crypto.crl import RevokedEntry, make_list
from mingpiao.identity.model import platform
from mingpiao.kernel.clock import now
from mingpiao.sealing.keys import KeyRing, key_info_of
from mingpiao.sealing.service import import_list, read_sealed
from mingpiao.verification import file_check
from mingpiao.verification.examination import open_file
from mingpiao.verification.service import export_certificates


@pytest.fixture
async def trust_dir(counter: Counter, tmp_path: Path) -> Path:
    directory = tmp_path / "certificates"
    async with counter.world.database.system() as connection:
        assert await export_certificates(connection, directory, "http://site.test") == 7
    return directory


async def test_a_report_for_people(counter: Counter, files: Files, trust_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "bill.ofd"
    file.write_bytes(files.ofd)
    said = StringIO()
    assert file_check.main([file], trust_dir, console=Console(file=said, width=200)) == 0
    text = said.getvalue()
    assert "签名真实" in text
    assert counter.bill.number in text
    assert "财政票据监制章" in text
    assert "不通过" not in text
    assert "离线查验" in text


async def test_exit_codes_and_json(files: Files, trust_dir: Path, tmp_path: Path) -> None:
    contents = {
        "genuine.xml": files.xml,
        "genuine.pdf": files.pdf,
        "altered.xml": files.xml.replace(b"<TotalAmount>", b"<TotalAmount>9"),
        "broken.ofd": b"PK\x03\x04",
        "covered.pdf": covered(files.pdf),
        "littered.ofd": packed(parts_of(files.ofd) | {".DS_Store": b"x"}),
        "longer.ofd": files.ofd + b"more",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    run = CliRunner()
    options = ["verify", "--json", "--trust", str(trust_dir)]
    for names, code in (
        (["genuine.xml", "genuine.pdf"], 0),
        (["genuine.xml", "altered.xml"], 1),
        (["altered.xml", "broken.ofd"], 2),
        (["genuine.xml", "covered.pdf"], 3),
        (["littered.ofd"], 3),
        (["longer.ofd"], 3),
    ):
        outcome = run.invoke(command_line, [*options, *(str(tmp_path / name) for name in names)])
        assert outcome.exit_code == code, outcome.output
        reports = msgspec.json.decode(outcome.output)
        assert [Path(report["file"]).name for report in reports] == names
        assert max(report["result"] for report in reports) == code


async def test_a_look_is_compared_with_what_was_exported(
    counter: Counter, files: Files, trust_dir: Path, tmp_path: Path
) -> None:
    trust = file_check.read_trust(trust_dir)
    file = tmp_path / "bill.pdf"
    file.write_bytes(covered(files.pdf))
    report = file_check.check_file(file, trust, looks_in=trust_dir)
    assert (report.result, report.verdict) == (3, "版面不是平台生成的")
    # What stands in the original is told, whatever the page shows.
    assert report.bill["票据号码"] == counter.bill.number
    file.write_bytes(files.pdf)
    assert file_check.check_file(file, trust, looks_in=trust_dir).result == 0
    # Certificates alone do not tell how bills look, and a look that was not compared is not called genuine.
    for look in ("looks.json", "seals"):
        (trust_dir / look).rename(tmp_path / look)
        report = file_check.check_file(file, trust, looks_in=trust_dir)
        assert (report.result, report.verdict) == (3, "票据原文真实，版面没有核对")
        (tmp_path / look).rename(trust_dir / look)


async def test_files_of_a_former_address_are_known_after_another_export(
    counter: Counter, files: Files, trust_dir: Path, tmp_path: Path
) -> None:
    async with counter.world.database.system() as connection:
        await export_certificates(connection, trust_dir, "http://moved.test")
    file = tmp_path / "bill.pdf"
    file.write_bytes(files.pdf)
    assert file_check.check_file(file, file_check.read_trust(trust_dir), looks_in=trust_dir).result == 0


async def test_certificates_are_exported_by_command(counter: Counter, tmp_path: Path) -> None:
    directory = tmp_path / "exported"
    options = ["export-certificates", str(directory), "--database-url", counter.world.database.url]
    outcome = await asyncio.to_thread(CliRunner().invoke, command_line, options)
    assert outcome.exit_code == 0, outcome.output
    assert "已导出 7 张证书" in outcome.output
    assert sorted(file.name for file in directory.iterdir()) == [
        "departments.pem",
        "looks.json",
        "makers.pem",
        "roots.pem",
        "seals",
        "units.pem",
    ]


async def test_der_certificates_serve_too(files: Files, tmp_path: Path) -> None:
    directory = tmp_path / "der"
    directory.mkdir()
    for place, certificate in enumerate(files.certificates):
        (directory / f"{place}.cer").write_bytes(certificate)
    (tmp_path / "bill.xml").write_bytes(files.xml)
    assert file_check.check_file(tmp_path / "bill.xml", file_check.read_trust(directory)).result == 0


async def test_without_trusted_certificates_nothing_is_claimed(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bill.xml").write_bytes(files.xml)
    assert file_check.main([tmp_path / "bill.xml"], tmp_path / "nowhere") == 2
    assert "没有受信任的根证书" in capsys.readouterr().err
    (tmp_path / "junk.pem").write_text("junk")
    assert file_check.main([tmp_path / "bill.xml"], tmp_path) == 2
    assert "不是 PEM 或 DER" in capsys.readouterr().err


async def test_what_a_terminal_could_obey_is_not_printed(
    trust_dir: Path, tmp_path: Path, files: Files
) -> None:
    file = tmp_path / "bill.xml"
    start, end = files.xml.split(b"<PayerPartyName>")
    rest = end.split(b"</PayerPartyName>", 1)[1]
    file.write_bytes(start + "<PayerPartyName>\x9b31m\u202e</PayerPartyName>".encode() + rest)
    said = StringIO()
    assert file_check.main([file], trust_dir, console=Console(file=said, width=200)) == 1
    assert "\x9b" not in said.getvalue()
    assert "\u202e" not in said.getvalue()


def list_of(counter: Counter, number: int, *entries: RevokedEntry, ahead: int = 1) -> bytes:
    """A revocation list of the platform's root, made so many seconds from now."""
    root = counter.world.province.authority.root
    issuer = x509.read(root.certificate)
    key = KeyRing(MASTER).open(root.encrypted_key, root.certificate, key_info_of(issuer))
    at = now() + timedelta(seconds=ahead)
    return make_list(
        entries, issuer=issuer, issuer_key=key, number=number, at=at, until=at + timedelta(days=1)
    )


def judged(tmp_path: Path, trust_dir: Path, *lists: bytes) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code of `mingpiao verify`, and state and words of each check, with these revocation lists."""
    options = ["verify", "--json", "--trust", str(trust_dir), str(tmp_path / "bill.ofd")]
    for place, data in enumerate(lists):
        (tmp_path / f"{place}.crl").write_bytes(data)
        options += ["--crl", str(tmp_path / f"{place}.crl")]
    outcome = CliRunner().invoke(command_line, options)
    (report,) = msgspec.json.decode(outcome.stdout)
    return outcome.exit_code, {each["code"]: (each["state"], each["detail"]) for each in report["checks"]}


async def test_certificates_are_judged_by_lists_as_of_the_signature(
    counter: Counter, files: Files, trust_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "bill.ofd").write_bytes(files.ofd)
    code, checks = judged(tmp_path, trust_dir)
    assert (code, checks["certificates.revoked"][0]) == (0, "notice")
    assert (
        "没有吊销列表（证书目录中没有，也没有用 --crl 提供），没有核对" in checks["certificates.revoked"][1]
    )
    presented = open_file(files.ofd, files.trust.roots)
    assert presented.ofd is not None
    unit = read_sealed(files.xml).unit.key_info
    later, before = now() + timedelta(seconds=30), now() - timedelta(days=2)
    code, checks = judged(
        tmp_path, trust_dir, list_of(counter, 1, RevokedEntry(serial=unit.serial, revoked_at=later))
    )
    assert (code, checks["certificates.revoked"][0], checks["unit.certificate"][0]) == (0, "passed", "passed")
    for reason, word in (("key_compromise", "吊销"), ("certificate_hold", "冻结")):
        entry = RevokedEntry(serial=unit.serial, revoked_at=before, reason=reason)
        code, checks = judged(tmp_path, trust_dir, list_of(counter, 2, entry))
        assert (code, checks["unit.certificate"][0]) == (1, "failed")
        assert f"前已被{word}" in checks["unit.certificate"][1]
        # Of two lists of one issuer the newer one counts, in whatever order they are named.
        newer = list_of(counter, 3, ahead=2)
        for lists in ((newer, list_of(counter, 2, entry)), (list_of(counter, 2, entry), newer)):
            assert judged(tmp_path, trust_dir, *lists)[0] == 0
    async with counter.world.database.system() as connection:
        await import_list(connection, list_of(counter, 4, entry), acting=platform("test"))
        await export_certificates(connection, trust_dir, "http://site.test")
    assert judged(tmp_path, trust_dir)[0] == 1
    (trust_dir / "list-1.crl").unlink()
    code, checks = judged(tmp_path, trust_dir, list_of(counter, 1, ahead=-86_400))
    assert (code, checks["certificates.revoked"][0]) == (0, "notice")
    assert "早于签名时间" in checks["certificates.revoked"][1]


async def test_what_is_no_list_of_a_trusted_issuer_stops_the_check(
    counter: Counter, files: Files, trust_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "bill.ofd").write_bytes(files.ofd)
    stranger = OutsideCA.named("别的机构")
    at = now()
    foreign = make_list(
        [],
        issuer=stranger.certificate,
        issuer_key=stranger.key,
        number=1,
        at=at,
        until=at + timedelta(days=1),
    )
    good = list_of(counter, 1)
    for data, words in (
        (b"", "不是证书吊销列表"),
        (b"\x30\x82", "不是证书吊销列表"),
        (files.xml, "不是证书吊销列表"),
        (good[:-20] + bytes(20), "不是"),
        (foreign, "不是由受信任的机构签发的"),
    ):
        (tmp_path / "0.crl").write_bytes(data)
        options = ["verify", "--trust", str(trust_dir), "--crl", str(tmp_path / "0.crl")]
        outcome = await asyncio.to_thread(
            CliRunner().invoke, command_line, [*options, str(tmp_path / "bill.ofd")]
        )
        assert (outcome.exit_code, words in outcome.output) == (2, True), outcome.output
