"""Certificates of an old system, as departments register them."""

from datetime import date

from asn1crypto import pem
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.former.model import FormerCertificate
from mingpiao.former.tables import former_certificates
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable

_LONGEST_NAME = 60
#: A certificate takes some two thousand letters.
_LONGEST_PEM = 20_000


async def list_former_certificates(connection: AsyncConnection) -> list[FormerCertificate]:
    """The certificates within the scope, the newest first; those that were retired too."""
    query = select(former_certificates).order_by(former_certificates.c.certificate_id.desc())
    return [FormerCertificate(**row) for row in (await connection.execute(query)).mappings()]


async def register_certificate(
    connection: AsyncConnection, name: str, used_from: date, used_to: date, text: str, *, acting: Acting
) -> int:
    """Register a certificate (PEM) whose seals of these days (inclusive) count in the actor's area; its id.

    Raises `Refusal`: `access.denied` (403) for anybody but a department's head, `former.certificate_invalid` (422,
    by field), `former.certificate_known` (409).
    """
    region_code = _region(acting=acting)
    certificate = _checked(name.strip(), used_from, used_to, text)
    statement = upsert(former_certificates).values(
        region_code=region_code,
        name=name.strip(),
        der=certificate.der,
        serial=certificate.serial,
        issuer=certificate.issuer,
        used_from=used_from,
        used_to=used_to,
        registered_by_name=acting.name,
        registered_at=now(),
    )
    made: int | None = await connection.scalar(
        statement.on_conflict_do_nothing().returning(former_certificates.c.certificate_id)
    )
    if made is None:
        message = "该证书已经登记；要更改日期，请先停用原来的登记。"
        raise refuse("former.certificate_known", message, field="pem", status=409)
    details = {
        "name": name.strip(),
        "serial": certificate.serial,
        "from": used_from.isoformat(),
        "to": used_to.isoformat(),
    }
    await _record(connection, "register", made, details, acting=acting)
    return made


async def retire_certificate(connection: AsyncConnection, certificate_id: int, *, acting: Acting) -> None:
    """Take a certificate out of use: bills that come in, or are written off, from now on are not verified by it.

    Raises `Refusal`: `access.denied` (403), `former.certificate_unknown` (404) for one that the department did not
    register, or that is retired.
    """
    region_code = _region(acting=acting)
    retired = await connection.scalar(
        update(former_certificates)
        .where(
            former_certificates.c.certificate_id == certificate_id,
            former_certificates.c.region_code == region_code,
            former_certificates.c.retired_at.is_(None),
        )
        .values(retired_at=now(), retired_by_name=acting.name)
        .returning(former_certificates.c.serial)
    )
    if retired is None:
        message = "没有找到本部门登记的在用证书，请刷新列表。"
        raise refuse("former.certificate_unknown", message, status=404)
    await _record(connection, "retire", certificate_id, {"serial": retired}, acting=acting)


def _region(*, acting: Acting) -> str:
    if acting.role is not Role.DEPARTMENT_HEAD or acting.region_code is None:
        raise refuse("access.denied", "只有财政部门负责人可以登记或停用原系统的证书。", status=403)
    return acting.region_code


def _checked(name: str, used_from: date, used_to: date, text: str) -> x509.Certificate:
    problems: list[Problem] = []
    if not name or len(name) > _LONGEST_NAME or unprintable(name):
        problems.append(_wrong("name", f"请填写证书名称，不超过{_LONGEST_NAME}个字，不含特殊符号。"))
    if used_from > used_to:
        problems.append(_wrong("used_to", "停用日期不能早于启用日期，请修改。"))
    certificate = _read(text)
    if certificate is None:
        problems.append(
            _wrong("pem", "请粘贴一张 PEM 格式的 SM2 证书，以“-----BEGIN CERTIFICATE-----”开头。")
        )
    elif not certificate.may_sign:
        problems.append(_wrong("pem", "该证书的用途不包括签名，请核对。"))
    if problems or certificate is None:
        raise Refusal(*problems)
    return certificate


def _read(text: str) -> x509.Certificate | None:
    if len(text) > _LONGEST_PEM:
        return None
    try:
        _, _, der = pem.unarmor(text.encode())
        return x509.read(der)
    except (ValueError, TypeError, MalformedCertificate):
        return None


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="former.certificate_invalid", field=field, message=message, status=422)


async def _record(
    connection: AsyncConnection, verb: str, certificate_id: int, details: dict[str, str], *, acting: Acting
) -> None:
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"former_certificate:{verb}",
            subject=f"former_certificate:{certificate_id}",
            details=details,
        ),
    )
