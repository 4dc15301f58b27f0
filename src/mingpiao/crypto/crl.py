"""Certificate revocation lists (X.509 CRL v2, RFC 5280 §5) that are signed with SM2: makes and reads them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from asn1crypto import crl, pem, x509

from mingpiao.crypto.errors import MalformedList
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.crypto.x509 import SM2_WITH_SM3, Certificate, asn1_time, key_identifier, rfc4514, serial_text

HOLD = "certificate_hold"
_UNDERSTOOD = frozenset({"crl_number", "authority_key_identifier"})
#: What of an entry makes it one of another issuer.
_INDIRECT = "certificate_issuer"
_NO_NUMBER = 0


class RevokedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that is revoked or on hold from a moment on; `reason` as RFC 5280 §5.3.1 names it in
    asn1crypto's spelling ("key_compromise", …).
    """

    serial: str
    revoked_at: datetime
    reason: str = "unspecified"


class RevocationList:
    """The contents of a revocation list. Immutable."""

    def __init__(self, data: bytes) -> None:
        """Read a whole list in DER or PEM. Raises MalformedList for anything else, also for lists of changes (delta)
        and for those with a critical extension that is not known.
        """
        try:
            der = pem.unarmor(data)[2] if pem.detect(data) else data
            parsed = crl.CertificateList.load(der, strict=True)
            body = parsed["tbs_cert_list"]
            self.der = der
            self.signed_part: bytes = body.dump()
            self.signature: bytes = parsed["signature"].native
            self.algorithm: str = parsed["signature_algorithm"]["algorithm"].dotted
            self.inner_algorithm: str = body["signature"]["algorithm"].dotted
            self.issuer_der: bytes = body["issuer"].dump()
            self.issuer = rfc4514(body["issuer"])
            self.this_update: datetime = body["this_update"].native
            self.next_update: datetime | None = body["next_update"].native
            self.number = _number(body["crl_extensions"])
            entries = (
                [_entry(each) for each in body["revoked_certificates"]]
                if body["revoked_certificates"]
                else []
            )
            self.entries = {each.serial: each for each in entries}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MalformedList("not an X.509 revocation list that is signed with SM2") from error

    def issued_by(self, issuer: Certificate) -> bool:
        """Whether `issuer` is an authority that may sign revocation lists and did sign this one."""
        return (
            self.issuer_der == issuer.subject_der
            and issuer.is_authority
            and "crl_sign" in issuer.key_use
            and self.algorithm == self.inner_algorithm == SM2_WITH_SM3
            and issuer.public_key.verify(self.signed_part, self.signature)
        )


def make_list(
    entries: Iterable[RevokedEntry],
    *,
    issuer: Certificate,
    issuer_key: PrivateKey,
    number: int,
    at: datetime,
    until: datetime,
) -> bytes:
    """A list (DER) of all that an issuer has revoked, valid from `at` until the next one, at the latest `until`."""
    algorithm = {"algorithm": SM2_WITH_SM3}
    identifier = {"key_identifier": key_identifier(issuer_key.public)}
    extensions = [
        {"extn_id": "authority_key_identifier", "extn_value": identifier},
        {"extn_id": "crl_number", "extn_value": number},
    ]
    body: dict[str, Any] = {
        "version": "v2",
        "signature": algorithm,
        "issuer": x509.Name.load(issuer.subject_der),
        "this_update": asn1_time(at),
        "next_update": asn1_time(until),
        "crl_extensions": extensions,
    }
    # RFC 5280 §5.1.2.6: an empty list is left out.
    if revoked := [_revoked(each) for each in entries]:
        body["revoked_certificates"] = revoked
    signed_part = crl.TbsCertList(body)
    signed = {
        "tbs_cert_list": signed_part,
        "signature_algorithm": algorithm,
        "signature": issuer_key.sign(signed_part.dump()),
    }
    return bytes(crl.CertificateList(signed).dump())


def _revoked(entry: RevokedEntry) -> dict[str, Any]:
    reason = {"extn_id": "crl_reason", "extn_value": entry.reason}
    return {
        "user_certificate": int.from_bytes(bytes.fromhex(entry.serial), "big"),
        "revocation_date": asn1_time(entry.revoked_at),
        "crl_entry_extensions": [reason],
    }


def _entry(revoked: crl.RevokedCertificate) -> RevokedEntry:
    extensions = {each["extn_id"].native: each for each in revoked["crl_entry_extensions"] or ()}
    if _INDIRECT in extensions:
        raise MalformedList("a list of several issuers")
    reason = (
        extensions["crl_reason"]["extn_value"].parsed.native if "crl_reason" in extensions else "unspecified"
    )
    return RevokedEntry(
        serial=serial_text(revoked["user_certificate"].native),
        revoked_at=revoked["revocation_date"].native,
        reason=str(reason),
    )


def _number(extensions: crl.TBSCertListExtensions) -> int:
    found: int = _NO_NUMBER
    for each in extensions or ():
        name = each["extn_id"].native
        if each["critical"].native and name not in _UNDERSTOOD:
            raise MalformedList(f"critical extension {name}")
        if name == "crl_number":
            found = each["extn_value"].parsed.native
    return found
