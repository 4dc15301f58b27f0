"""`mingpiao verify FILE...`: check files without a database, with public certificates from a directory.

What is checked is what was sealed. Whether a bill was reversed since then only the register knows.
"""

import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path

import msgspec
from asn1crypto import pem
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mingpiao.crypto import x509
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.money import plain
from mingpiao.sealing.model import KeyInfo
from mingpiao.sealing.service import TrustStore
from mingpiao.verification.certificate_export import DEPARTMENTS
from mingpiao.verification.examination import MAX_FILE_BYTES, Examination, examine, open_file
from mingpiao.verification.model import Check, SealSummary

_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})
_ONLINE_NOTE = "离线查验核对签名、印章和内容是否被改动；票据是否已冲红，请到公共查验页面联网查询。"


class Exit(IntEnum):
    """Exit codes; of several files the worst counts."""

    GENUINE = 0
    ALTERED = 1
    UNREADABLE = 2


_VERDICTS = {Exit.GENUINE: "签名真实", Exit.ALTERED: "被篡改或无法信任", Exit.UNREADABLE: "无法读取"}


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file; `problem` tells why one could not be read."""

    file: str
    result: Exit
    verdict: str
    kind: str = ""
    bill: dict[str, str] = {}
    seals: tuple[SealSummary, ...] = ()
    checks: tuple[Check, ...] = ()
    sm3: str = ""
    problem: str = ""


def main(
    files: Sequence[Path], trust_dir: Path, *, as_json: bool = False, console: Console | None = None
) -> int:
    """Check files, print a report for people or JSON for programs, and return the exit code."""
    try:
        trust = read_trust(trust_dir)
    except Refusal as refusal:
        sys.stderr.write(refusal.problems[0].message + "\n")
        return Exit.UNREADABLE
    departments = read_departments(trust_dir)
    reports = [check_file(file, trust, departments) for file in files]
    if as_json:
        sys.stdout.write(msgspec.json.encode(reports).decode() + "\n")
    else:
        _show(reports, console or Console())
    return max(report.result for report in reports)


def read_trust(directory: Path) -> TrustStore:
    """All certificates (PEM or DER) in a directory; the authorities among them are trusted.

    Raises `Refusal` (`verification.trust_missing`) without an authority, or `…trust_malformed`.
    """
    found: list[bytes] = []
    for file in sorted(directory.iterdir()) if directory.is_dir() else ():
        if file.suffix.lower() in _ENDINGS:
            found += _certificates(file)
    authorities = [der for der in found if x509.read(der).is_authority]
    if not authorities:
        raise refuse(
            "verification.trust_missing",
            f"目录 {directory} 中没有受信任的根证书。请用 --trust 指定存放公开证书（PEM 或 DER）的目录。",
        )
    return TrustStore(authorities, [der for der in found if der not in authorities])


def read_departments(directory: Path) -> frozenset[KeyInfo] | None:
    """Which certificates are finance departments': those in `departments.pem`; None without that file."""
    file = directory / DEPARTMENTS
    if not file.is_file():
        return None
    found = [x509.read(der) for der in _certificates(file)]
    return frozenset(KeyInfo(serial=one.serial, issuer=one.issuer) for one in found)


def _certificates(file: Path) -> list[bytes]:
    data = file.read_bytes()
    try:
        ders = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
        for der in ders:
            x509.read(der)
    except (ValueError, MalformedCertificate) as error:
        raise refuse(
            "verification.trust_malformed", f"{file} 不是 PEM 或 DER 格式的 SM2 证书，请重新导出或移走。"
        ) from error
    return ders


def check_file(file: Path, trust: TrustStore, departments: frozenset[KeyInfo] | None = None) -> FileReport:
    """Check one file. What cannot be read is a report too, never an error."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
        examination = examine(open_file(data, trust.roots), trust, departments)
    except Refusal as refusal:
        return _unreadable(file, refusal.problems[0].message)
    except OSError as error:
        return _unreadable(file, f"无法打开文件：{error.strerror}。")
    result = Exit.GENUINE if examination.sound else Exit.ALTERED
    return FileReport(
        file=str(file),
        result=result,
        verdict=_VERDICTS[result],
        kind=examination.kind.value,
        bill=_bill(examination),
        seals=examination.seals,
        checks=examination.checks,
        sm3=examination.sm3,
    )


def _unreadable(file: Path, problem: str) -> FileReport:
    return FileReport(
        file=str(file), result=Exit.UNREADABLE, verdict=_VERDICTS[Exit.UNREADABLE], problem=problem
    )


def _bill(examination: Examination) -> dict[str, str]:
    face = examination.face
    if face is None:
        return {}
    return {
        "票据名称": face.name,
        "票据代码": face.code,
        "票据号码": face.number,
        "校验码": face.check_code,
        "开票时间": to_shanghai(face.issued_at).strftime("%Y-%m-%d %H:%M:%S"),
        "开票单位": face.invoicing.name,
        "缴款人": face.payer.name,
        "金额合计（元）": plain(face.total),
    }


def _show(reports: Iterable[FileReport], console: Console) -> None:
    styles = {Exit.GENUINE: "bold green", Exit.ALTERED: "bold red", Exit.UNREADABLE: "bold yellow"}
    for report in reports:
        console.print(Text.assemble((report.verdict, styles[report.result]), f"  {report.file}"))
        if report.problem:
            console.print(Text(f"  {report.problem}"))
            continue
        for label, value in report.bill.items():
            console.print(Text(f"  {label}：{_printable(value)}"))
        console.print(_seal_table(report.seals))
        console.print(_check_table(report.checks))
    console.print(Text(_ONLINE_NOTE))


def _seal_table(seals: Iterable[SealSummary]) -> Table:
    table = Table("签章", "证书", "时间", "结果")
    for seal in seals:
        signed_at = to_shanghai(seal.signed_at).strftime("%Y-%m-%d %H:%M:%S") if seal.signed_at else ""
        outcome = "有效" if seal.valid else f"无效：{seal.problem}"
        table.add_row(
            *(Text(_printable(cell)) for cell in (seal.label, seal.certificate_name, signed_at, outcome))
        )
    return table


def _check_table(checks: Iterable[Check]) -> Table:
    table = Table("检查", "结果", "说明")
    for check in checks:
        table.add_row(*(Text(_printable(cell)) for cell in (check.title, check.state.label, check.detail)))
    return table


def _printable(text: str) -> str:
    """Text of a stranger's file without what a terminal could take for a command."""
    return "".join(character if character.isprintable() else "�" for character in text)
