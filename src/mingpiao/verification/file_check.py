"""`mingpiao verify FILE...`: check files without a database, with public certificates from a directory.

What is checked is what was sealed. Whether a bill was reversed since then only the register knows.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from pathlib import Path

import msgspec
from asn1crypto import pem
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mingpiao.crypto import x509
from mingpiao.crypto.crl import RevocationList
from mingpiao.crypto.errors import MalformedCertificate, MalformedList
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.money import plain
from mingpiao.layout.model import FaceFile
from mingpiao.sealing.model import KeyInfo
from mingpiao.sealing.service import MAX_LIST, TrustStore
from mingpiao.verification.certificate_export import DEPARTMENTS, LIST_ENDING
from mingpiao.verification.examination import (
    MAX_FILE_BYTES,
    PDF_FACE,
    Examination,
    Presented,
    examine,
    named_keys,
    open_file,
    with_pdf_compared,
    with_pdf_not_compared,
)
from mingpiao.verification.look_match import match_look
from mingpiao.verification.looks import missing_version, own_pdfs, read_looks, with_face_files
from mingpiao.verification.model import Check, CheckState, SealSummary, VerificationVerdict

_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})
_ONLINE_NOTE = "离线查验核对签名、印章和内容是否被改动；票据是否已冲红，请到公共查验页面联网查询。"


class Exit(IntEnum):
    """Exit codes; of several files the highest counts.

    NOT_AS_MADE: the original is genuine, the file around it is not as the platform made it, or could not
    be compared.
    """

    GENUINE = 0
    ALTERED = 1
    UNREADABLE = 2
    NOT_AS_MADE = 3


#: Code of the check that tells what revocation lists could say.
REVOCATIONS = "certificates.revoked"

_UNREADABLE = "无法读取"
_NOT_COMPARED = "票据原文真实，版面没有核对"
_VERDICTS = {
    VerificationVerdict.GENUINE: (Exit.GENUINE, "签名真实"),
    VerificationVerdict.ALTERED: (Exit.ALTERED, "被篡改或无法信任"),
    VerificationVerdict.CHANGED: (Exit.NOT_AS_MADE, VerificationVerdict.CHANGED.label),
    VerificationVerdict.FOREIGN_LOOK: (Exit.NOT_AS_MADE, VerificationVerdict.FOREIGN_LOOK.label),
    VerificationVerdict.TRAINING: (Exit.ALTERED, VerificationVerdict.TRAINING.label),
}


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
    files: Sequence[Path],
    trust_dir: Path,
    *,
    faces: Sequence[Path] = (),
    lists: Sequence[Path] = (),
    as_json: bool = False,
    console: Console | None = None,
) -> int:
    """Check files, print a report for people or JSON for programs, and return the exit code.

    `faces` are exported face versions that the directory does not have, `lists` revocation lists (DER or PEM)
    beside those of the directory: each certificate is judged by them as of its signature.
    """
    try:
        given = (*sorted(trust_dir.glob(f"*{LIST_ENDING}")), *lists)
        trust = read_trust(trust_dir).with_lists([read_list(file) for file in given])
        face_files = [read_face(file) for file in faces]
    except Refusal as refusal:
        sys.stderr.write(refusal.problems[0].message + "\n")
        return Exit.UNREADABLE
    departments = read_departments(trust_dir)
    reports = [check_file(file, trust, departments, looks_in=trust_dir, faces=face_files) for file in files]
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
            f"目录 {directory} 中没有受信任的根证书。请先在平台上用 mingpiao export-certificates 导出公开证书，"
            "再用 --trust 指定存放公开证书（PEM 或 DER）的目录。",
        )
    return TrustStore(authorities, [der for der in found if der not in authorities])


def read_face(file: Path) -> FaceFile:
    """A face version that was exported from the platform. Raises `Refusal` (`verification.face_malformed`)."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=FaceFile)
    except (OSError, msgspec.DecodeError) as error:
        raise refuse(
            "verification.face_malformed", f"{file} 不是从平台导出的票面样式文件，请重新导出。"
        ) from error


def read_list(file: Path) -> RevocationList:
    """A revocation list, DER or PEM. Raises `Refusal` (`verification.list_malformed`)."""
    try:
        if file.stat().st_size > MAX_LIST:
            raise MalformedList("too large")
        return RevocationList(file.read_bytes())
    except (OSError, MalformedList) as error:
        raise refuse(
            "verification.list_malformed",
            f"{file} 不是证书吊销列表（CRL，DER 或 PEM，SM2 签名），请从签发证书的机构重新下载。",
        ) from error


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


def check_file(
    file: Path,
    trust: TrustStore,
    departments: frozenset[KeyInfo] | None = None,
    *,
    looks_in: Path | None = None,
    faces: Sequence[FaceFile] = (),
) -> FileReport:
    """Check one file. What cannot be read is a report too, never an error.

    `looks_in` is the directory of an export: with what it holds, and with the template versions of `faces`, a
    PDF is drawn anew and compared.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
        presented = open_file(data, trust.roots)
        examination = examine(presented, trust, departments)
        examination = _with_lists(examination, presented, trust)
        compared = _compare(data, presented, examination, looks_in, faces)
    except Refusal as refusal:
        return _unreadable(file, refusal.problems[0].message)
    except OSError as error:
        return _unreadable(file, f"无法打开文件：{error.strerror}。")
    result, verdict = _VERDICTS[compared.verdict]
    if result is Exit.GENUINE and any(
        check.code == PDF_FACE and check.state is CheckState.NOTICE for check in compared.checks
    ):
        result, verdict = Exit.NOT_AS_MADE, _NOT_COMPARED
    return FileReport(
        file=str(file),
        result=result,
        verdict=verdict,
        kind=compared.kind.value,
        bill=_bill(compared),
        seals=compared.seals,
        checks=compared.checks,
        sm3=compared.sm3,
    )


def _with_lists(examination: Examination, presented: Presented, trust: TrustStore) -> Examination:
    """The examination with a notice on what revocation lists could tell of the certificates in the file."""
    if examination.face is None:
        return examination
    told = revocations_told(named_keys(presented), examination.face.issued_at, trust)
    return msgspec.structs.replace(examination, checks=(*examination.checks, told))


def revocations_told(keys: Iterable[KeyInfo], issued_at: datetime, trust: TrustStore) -> Check:
    """Whether revocation lists were there for all certificates that a file names, and were made after its signatures."""
    issuers = sorted({each.issuer for each in keys})
    missing = [each for each in issuers if trust.listed_at(each) is None]
    older = [each for each in issuers if (at := trust.listed_at(each)) is not None and at < issued_at]
    if len(missing) == len(issuers):
        words = "没有吊销列表（证书目录中没有，也没有用 --crl 提供），没有核对证书在签名时是否已被吊销"
    elif missing:
        words = f"没有以下机构的吊销列表，没有核对其证书是否已被吊销：{'；'.join(missing)}"
    elif older:
        words = f"以下机构的吊销列表早于签名时间，不能说明签名时的情况，请下载新的：{'；'.join(older)}"
    else:
        words = ""
    state = CheckState.NOTICE if words else CheckState.PASSED
    detail = words or "已按提供的吊销列表核对，签名时没有被吊销的，以后吊销不影响"
    return Check(code=REVOCATIONS, title="证书吊销", state=state, detail=detail)


def _compare(
    data: bytes,
    presented: Presented,
    examination: Examination,
    directory: Path | None,
    faces: Sequence[FaceFile],
) -> Examination:
    """The examination of a PDF with its look compared, where an export tells how bills look."""
    looks = read_looks(directory) if directory else None
    if presented.pdf is None or examination.face is None or looks is None or directory is None:
        return examination
    if not examination.original_sound:
        return examination
    looks = with_face_files(looks, faces)
    if version := missing_version(examination.face, looks):
        kind = examination.face.code[2:6]
        return with_pdf_not_compared(
            examination,
            f"本机没有票种{kind}第{version}版的票面样式，版面没有比对；"
            "请重新导出公开证书，或用 --template 指定从平台导出的该版样式文件。",
        )
    own = own_pdfs(presented.xml, examination.face, directory, looks)
    return with_pdf_compared(examination, match_look(data, presented.pdf, own))


def _unreadable(file: Path, problem: str) -> FileReport:
    return FileReport(file=str(file), result=Exit.UNREADABLE, verdict=_UNREADABLE, problem=problem)


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
    styles = {
        Exit.GENUINE: "bold green",
        Exit.ALTERED: "bold red",
        Exit.UNREADABLE: "bold yellow",
        Exit.NOT_AS_MADE: "bold red",
    }
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
