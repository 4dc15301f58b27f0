"""Whether the seals of a former bill verify, by the certificates that departments registered."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.former.model import FormerCertificate, SealState
from mingpiao.former.tables import former_certificates
from mingpiao.kernel.codes import region_covers
from mingpiao.sealing.model import KeyInfo
from mingpiao.sealing.service import PartySignature, SealedDocument, read_sealed
from mingpiao.storage.database import Database

#: Certificates by the name by which a signature refers to them; a name may be registered for several areas.
KnownCertificates = Mapping[KeyInfo, Sequence[FormerCertificate]]

_PARTIES = ("开票单位签名", "财政监制签名")


def judge_seals(
    document: SealedDocument, known: KnownCertificates, region_code: str
) -> tuple[SealState, str]:
    """The state of a former bill's two signatures, and what is to be said of each, in Chinese.

    A department's word takes the place of a chain of certificates: who sealed in the old system is not in ours.
    An old system may sign later than it issued, so the time of signing is held against the certificate alone.
    """
    if document.unit.key_info == document.supervisor.key_info:
        return SealState.BROKEN, "开票单位与财政部门的签名出自同一张证书"
    judged = [_judge(document, each, known, region_code) for each in (document.unit, document.supervisor)]
    told = "；".join(f"{party}{words}" for party, (_, words) in zip(_PARTIES, judged, strict=True))
    states = {state for state, _ in judged}
    if SealState.BROKEN in states:
        return SealState.BROKEN, told
    return (SealState.UNKNOWN if SealState.UNKNOWN in states else SealState.VALID), told


def _judge(
    document: SealedDocument, signature: PartySignature, known: KnownCertificates, region_code: str
) -> tuple[SealState, str]:
    found = _certificate(known.get(signature.key_info, ()), region_code, document.face.issued_at.date())
    if found is None:
        return SealState.UNKNOWN, "未验证（无证书）"
    certificate = x509.read(found.der)
    key = certificate.public_key
    if not (key.verify(document.text, signature.value) or key.verify_raw(document.text, signature.value)):
        return SealState.BROKEN, "与票面内容不符"
    if not certificate.valid_at(signature.signed_at):
        return SealState.BROKEN, "的证书在签名时不在有效期内"
    return SealState.VALID, f"有效（{found.name}）"


def _certificate(
    registered: Sequence[FormerCertificate], region_code: str, day: date
) -> FormerCertificate | None:
    for each in registered:
        if region_covers(each.region_code, region_code) and each.used_from <= day <= each.used_to:
            return each
    return None


# -- certificates that were registered or retired since ------------------------------------------------

_SEALED = text("""
SELECT bill_id, xml FROM former_bills
WHERE unit_id = :unit_id AND issued_on >= :first AND issued_on < :after AND seal <> 'none' AND bill_id > :last
ORDER BY bill_id LIMIT :most
""")
_SET_SEALS = text("""
UPDATE former_bills SET seal = found.seal, seal_note = found.note
FROM unnest(CAST(:ids AS bigint[]), CAST(:seals AS text[]), CAST(:notes AS text[])) AS found(bill_id, seal, note)
WHERE former_bills.unit_id = :unit_id AND former_bills.bill_id = found.bill_id
    AND (former_bills.seal, former_bills.seal_note) IS DISTINCT FROM (found.seal, found.note)
""")
_PORTION = 1_000


async def verify_again(database: Database, unit_id: int, region_code: str, first: date, after: date) -> None:
    """Verify the seals of a unit's bills of these days by the certificates that count now.

    They may be others than when the bills came in: registered or retired since. May be cut off and repeated.
    """
    async with database.system() as connection:
        known = await known_certificates(connection)
    last = 0
    while True:
        given = {"unit_id": unit_id, "first": first, "after": after, "last": last, "most": _PORTION}
        async with database.system() as connection:
            rows = list(await connection.execute(_SEALED, given))
        if not rows:
            return
        last = rows[-1].bill_id
        judged = await asyncio.to_thread(_judge_all, rows, known, region_code)
        async with database.system() as connection:
            await connection.execute(
                _SET_SEALS,
                {
                    "unit_id": unit_id,
                    "ids": list(judged),
                    "seals": [state.value for state, _ in judged.values()],
                    "notes": [note for _, note in judged.values()],
                },
            )


def _judge_all(
    rows: Sequence[Row[Any]], known: KnownCertificates, region_code: str
) -> dict[int, tuple[SealState, str]]:
    return {row.bill_id: judge_seals(read_sealed(row.xml), known, region_code) for row in rows}


async def known_certificates(connection: AsyncConnection) -> dict[KeyInfo, list[FormerCertificate]]:
    """The certificates that departments registered and did not retire, by the names that signatures have for them."""
    query = (
        select(former_certificates)
        .where(former_certificates.c.retired_at.is_(None))
        .order_by(former_certificates.c.certificate_id)
    )
    found: dict[KeyInfo, list[FormerCertificate]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        certificate = FormerCertificate(**row)
        found[KeyInfo(serial=certificate.serial, issuer=certificate.issuer)].append(certificate)
    return dict(found)
