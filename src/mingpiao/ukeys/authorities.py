"""CAs that issue certificates of persons: the platform's own, and those outside that are trusted.

The platform's own issues at once, and publishes its list of revoked certificates. A CA outside gets the requests as a
file (PKCS#10) and answers with certificates, which are checked and taken in (`deciding.py`); its lists are imported by
`sealing.import_list`. Neither is trusted for bills: their keys are not among the signing keys.
"""

from datetime import timedelta

from asn1crypto import pem
from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.crl import HOLD, RevokedEntry, make_list
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.pkcs10 import read_request, to_pem
from mingpiao.crypto.sm2 import PrivateKey, PublicKey
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable
from mingpiao.ukeys.machine import ON_THE_LIST
from mingpiao.ukeys.model import KeyAuthority, UKey, UKeyState
from mingpiao.ukeys.tables import ukey_authorities, ukeys

_ROOT_YEARS = 20
_VALID_FOR = timedelta(days=365)
# Clocks differ: a certificate that was just made must be valid on another machine now.
_LEEWAY = timedelta(minutes=10)
#: A new list is made when something changed, and before the last one ends.
LIST_VALID_FOR = timedelta(days=7)
_RENEWED_BEFORE = timedelta(days=6)
_LONGEST_NAME = 60
MAX_CERTIFICATE = 8_192
_LABEL = "ukey authority"


async def list_authorities(connection: AsyncConnection) -> list[KeyAuthority]:
    """All trusted CAs for certificates of persons, by age. Connection must be of system scope."""
    rows = (
        await connection.execute(select(ukey_authorities).order_by(ukey_authorities.c.authority_id))
    ).mappings()
    return [_authority(row) for row in rows]


async def issue_by_own(
    connection: AsyncConnection, key: UKey, master: MasterKey, organization: str, *, acting: Acting
) -> bytes:
    """A certificate (DER) for a UKey's request, valid for a year, by the platform's own CA.

    The CA is made at its first certificate, in the name of `organization`. Raises what `MasterKey.unwrap` raises.
    """
    row = await _own(connection) or await _make_own(connection, master, organization, acting=acting)
    issuer, at = x509.read(row["certificate"]), now()
    subject = x509.DistinguishedName(
        common_name=key.holder_name, organization=key.place_name, unit=key.point_code
    )
    return x509.make_identity(
        subject,
        PublicKey(read_request(key.request).point),
        issuer=issuer,
        issuer_key=_open(master, row),
        valid_from=at - _LEEWAY,
        valid_to=min(at + _VALID_FOR, issuer.valid_to),
    )


async def published_list(connection: AsyncConnection, master: MasterKey) -> bytes | None:
    """The own CA's revocation list (DER), made anew where it is behind; None while there is no own CA.

    Of two that make one at the same moment, both give the list of the first. Connection must be of system scope.
    """
    row = await _own(connection)
    if row is None:
        return None
    at = now()
    is_fresh = row["list_changes"] == row["changes"] and row["list_until"] is not None
    if is_fresh and row["list_until"] - at > _RENEWED_BEFORE:
        content: bytes = row["list_content"]
        return content
    made = make_list(
        await _ended(connection, row["subject"]),
        issuer=x509.read(row["certificate"]),
        issuer_key=_open(master, row),
        number=row["list_number"] + 1,
        at=at,
        until=at + LIST_VALID_FOR,
    )
    stored = (
        update(ukey_authorities)
        .where(
            ukey_authorities.c.authority_id == row["authority_id"],
            ukey_authorities.c.list_number == row["list_number"],
        )
        .values(
            list_content=made,
            list_number=row["list_number"] + 1,
            list_changes=row["changes"],
            list_until=at + LIST_VALID_FOR,
        )
    )
    if (await connection.execute(stored)).rowcount:
        return made
    again = await _own(connection)
    return None if again is None else again["list_content"]


async def _ended(connection: AsyncConnection, issuer: str) -> list[RevokedEntry]:
    query = (
        select(ukeys.c.serial, ukeys.c.state, ukeys.c.ended_at)
        .where(ukeys.c.issuer == issuer, ukeys.c.state.in_([state.value for state in ON_THE_LIST]))
        .order_by(ukeys.c.ukey_id)
    )
    return [
        RevokedEntry(
            serial=row.serial,
            revoked_at=row.ended_at,
            reason=HOLD if row.state == UKeyState.HELD.value else "unspecified",
        )
        for row in await connection.execute(query)
    ]


async def trust_authority(
    connection: AsyncConnection, name: str, certificate: str, *, acting: Acting
) -> None:
    """Trust a CA outside (PEM) for certificates of persons; once it is trusted, this is no change.

    Raises `Refusal`: `access.denied` (403) for anybody but the head of the province's department;
    `ukey.authority_name`, `ukey.authority_malformed` (422).
    """
    region = acting.region_code or ""
    if acting.role is not Role.DEPARTMENT_HEAD or not region.endswith("0000"):
        raise refuse("access.denied", "受信任的 CA 由省级财政部门负责人登记。", status=403)
    if not name or len(name) > _LONGEST_NAME or unprintable(name):
        message = f"请填写 CA 的名称，不超过{_LONGEST_NAME}个字，不含特殊符号。"
        raise refuse("ukey.authority_name", message, field="name", status=422)
    found = read_certificate(certificate.encode())
    if (
        found is None
        or not found.is_authority
        or "key_cert_sign" not in found.key_use
        or not found.valid_at(now())
    ):
        message = "请粘贴在有效期内的 CA 证书（PEM，SM2），以“-----BEGIN CERTIFICATE-----”开头。"
        raise refuse("ukey.authority_malformed", message, field="authority", status=422)
    await _store(connection, name, found, None, acting=acting)


def read_certificate(data: bytes) -> x509.Certificate | None:
    """A certificate in PEM or DER; None for anything else."""
    try:
        if len(data) > MAX_CERTIFICATE:
            return None
        return x509.read(pem.unarmor(data)[2] if pem.detect(data) else data)
    except (ValueError, TypeError, MalformedCertificate):
        return None


async def waiting_requests(connection: AsyncConnection) -> str:
    """The requests that wait, of the connection's scope, as one PEM text for a CA outside; who each is for stands above it."""
    query = select(ukeys).where(ukeys.c.state == UKeyState.REQUESTED.value).order_by(ukeys.c.ukey_id)
    rows = (await connection.execute(query)).mappings()
    return "".join(
        f"{row['ukey_id']} {row['holder_name']} {row['place_name']} {row['point_code']}".rstrip()
        + "\n"
        + to_pem(row["request"])
        for row in rows
    )


async def _own(connection: AsyncConnection) -> RowMapping | None:
    query = select(ukey_authorities).where(ukey_authorities.c.encrypted_key.is_not(None))
    return (await connection.execute(query)).mappings().one_or_none()


async def _make_own(
    connection: AsyncConnection, master: MasterKey, organization: str, *, acting: Acting
) -> RowMapping:
    key, at = PrivateKey.generate(), now()
    name = f"{organization}人员证书颁发机构"
    subject = x509.DistinguishedName(common_name=name, organization=organization)
    until = at + timedelta(days=365 * _ROOT_YEARS)
    root = x509.read(x509.make_root(subject, key, valid_from=at - _LEEWAY, valid_to=until))
    await _store(connection, name, root, master.wrap(key.to_pkcs8(), _label(root.subject)), acting=acting)
    query = select(ukey_authorities).where(ukey_authorities.c.encrypted_key.is_not(None))
    return (await connection.execute(query)).mappings().one()


async def _store(
    connection: AsyncConnection,
    name: str,
    certificate: x509.Certificate,
    encrypted_key: bytes | None,
    *,
    acting: Acting,
) -> None:
    values = {
        "name": name,
        "subject": certificate.subject,
        "certificate": certificate.der,
        "encrypted_key": encrypted_key,
        "added_by_name": acting.name,
        "added_at": now(),
    }
    statement = insert(ukey_authorities).values(values).on_conflict_do_nothing()
    if (await connection.execute(statement)).rowcount == 0:
        return
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="ukey_authority:make" if encrypted_key else "ukey_authority:trust",
            subject=f"ukey_authority:{certificate.subject}",
            details={"name": name, "serial": certificate.serial},
        ),
    )


def _open(master: MasterKey, row: RowMapping) -> PrivateKey:
    return PrivateKey.from_pkcs8(master.unwrap(row["encrypted_key"], _label(row["subject"])))


def _label(subject: str) -> str:
    return f"{_LABEL} {subject}"


def _authority(row: RowMapping) -> KeyAuthority:
    return KeyAuthority(
        authority_id=row["authority_id"],
        name=row["name"],
        subject=row["subject"],
        certificate=row["certificate"],
        is_own=row["encrypted_key"] is not None,
        added_by_name=row["added_by_name"],
        added_at=row["added_at"],
    )
