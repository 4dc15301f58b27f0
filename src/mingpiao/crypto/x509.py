"""X.509 v3 certificates with SM2 keys (GB/T 20518, RFC 5280): makes them, reads them, and follows their
chain.
"""

import functools
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from asn1crypto import keys, x509

from mingpiao.crypto.errors import CryptoError, MalformedCertificate
from mingpiao.crypto.sm2 import CURVE_OID, PrivateKey, PublicKey
from mingpiao.crypto.sm3 import sm3
from mingpiao.kernel.clock import to_utc

SM2_WITH_SM3 = "1.2.156.10197.1.501"
MAX_CHAIN = 4
_KEY_ID_BYTES = 20
_CA_USE = frozenset({"key_cert_sign", "crl_sign"})
_SIGNING_USE = frozenset({"digital_signature", "non_repudiation"})
_IDENTIFYING_USE = frozenset({"client_auth", "any_extended_key_usage"})
_UNDERSTOOD = frozenset({"key_usage", "basic_constraints", "key_identifier", "authority_key_identifier"})
_SHORT_NAMES = {
    "common_name": "CN",
    "locality_name": "L",
    "state_or_province_name": "ST",
    "organization_name": "O",
    "organizational_unit_name": "OU",
    "country_name": "C",
    "street_address": "STREET",
    "domain_component": "DC",
    "user_id": "UID",
}

keys.NamedCurve.register("sm2p256v1", CURVE_OID, 32)


class DistinguishedName(msgspec.Struct, frozen=True, kw_only=True):
    """A distinguished name, written C, ST, O, OU, CN; empty parts are left out."""

    common_name: str
    organization: str = ""
    unit: str = ""
    province: str = ""
    country: str = "CN"

    def to_asn1(self) -> x509.Name:
        parts = {
            "country_name": self.country,
            "state_or_province_name": self.province,
            "organization_name": self.organization,
            "organizational_unit_name": self.unit,
            "common_name": self.common_name,
        }
        return x509.Name.build({name: text for name, text in parts.items() if text}, use_printable=False)


class Certificate:
    """The contents of a certificate, and its key. Immutable."""

    def __init__(self, der: bytes) -> None:
        """Read a DER certificate with an SM2 key. Raises MalformedCertificate if it is not one."""
        try:
            parsed = x509.Certificate.load(der, strict=True)
            body = parsed["tbs_certificate"]
            point = _sm2_point(body["subject_public_key_info"])
            self.der = der
            self.signed_part: bytes = body.dump()
            self.signature: bytes = parsed["signature_value"].native
            self.algorithm: str = parsed["signature_algorithm"]["algorithm"].dotted
            self.inner_algorithm: str = body["signature"]["algorithm"].dotted
            self.subject_der: bytes = parsed.subject.dump()
            self.issuer_der: bytes = parsed.issuer.dump()
            self.subject = rfc4514(parsed.subject)
            self.issuer = rfc4514(parsed.issuer)
            self.common_name = str(parsed.subject.native.get("common_name", ""))
            self.serial = serial_text(parsed.serial_number)
            self.valid_from: datetime = parsed.not_valid_before
            self.valid_to: datetime = parsed.not_valid_after
            self._read_extensions(parsed)
            self.public_key = PublicKey(point)
        except (ValueError, TypeError, KeyError, AttributeError, CryptoError) as error:
            raise MalformedCertificate("not an X.509 certificate with an SM2 key") from error

    def _read_extensions(self, parsed: x509.Certificate) -> None:
        constraints = parsed.basic_constraints_value
        use = parsed.key_usage_value
        self.is_authority = bool(constraints is not None and constraints["ca"].native)
        self.path_length: int | None = constraints["path_len_constraint"].native if constraints else None
        self.key_use: frozenset[str] = frozenset(use.native) if use is not None else frozenset()
        extended = parsed.extended_key_usage_value
        self.extended_use: frozenset[str] = (
            frozenset(extended.native) if extended is not None else frozenset()
        )
        self.strange_critical = frozenset(parsed.critical_extensions) - _UNDERSTOOD

    def __repr__(self) -> str:
        return f"Certificate({self.subject}, serial {self.serial})"

    @property
    def may_sign(self) -> bool:
        """Whether its key usage allows signatures on documents."""
        return bool(self.key_use & _SIGNING_USE)

    @property
    def may_identify(self) -> bool:
        """Whether its holder may prove with it who they are: digitalSignature, and where it lists further uses,
        clientAuth among them.
        """
        listed = not self.extended_use or bool(self.extended_use & _IDENTIFYING_USE)
        return "digital_signature" in self.key_use and listed and not self.is_authority

    def valid_at(self, moment: datetime) -> bool:
        """Whether a time (with time zone) lies within its validity, both ends included."""
        return self.valid_from <= to_utc(moment) <= self.valid_to

    def issued_by(self, issuer: "Certificate") -> bool:
        """Whether `issuer` is an authority that may sign certificates and did sign this one."""
        return (
            self.issuer_der == issuer.subject_der
            and issuer.is_authority
            and "key_cert_sign" in issuer.key_use
            and self.algorithm == self.inner_algorithm == SM2_WITH_SM3
            and issuer.public_key.verify(self.signed_part, self.signature)
        )


@functools.lru_cache(maxsize=4096)
def read(der: bytes) -> Certificate:
    """Read a DER certificate; the last 4096 are cached. Raises MalformedCertificate if it is not one."""
    return Certificate(der)


def new_serial() -> int:
    """A random positive serial number of 16 bytes."""
    return (1 << 126) | secrets.randbits(126)


def serial_text(serial: int) -> str:
    """A serial number as upper-case hex with an even number of digits."""
    text = f"{serial:X}"
    return text if len(text) % 2 == 0 else "0" + text


def rfc4514(name: x509.Name) -> str:
    """A distinguished name as RFC 4514 text, the most specific part first: CN=…,O=…,C=CN."""
    groups = []
    for group in reversed(list(name.chosen)):
        groups.append(
            "+".join(f"{_short_name(part)}={_escaped(str(part['value'].native))}" for part in group)
        )
    return ",".join(groups)


def make_root(
    subject: DistinguishedName, key: PrivateKey, *, valid_from: datetime, valid_to: datetime
) -> bytes:
    """A self-signed root certificate (DER) that may issue leaves only."""
    name = subject.to_asn1()
    extensions = [
        _extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
        _extension("key_usage", set(_CA_USE), critical=True),
    ]
    return _issue(name, name, key.public, key, extensions, valid_from, valid_to)


def make_leaf(
    subject: DistinguishedName,
    public_key: PublicKey,
    *,
    issuer: Certificate,
    issuer_key: PrivateKey,
    valid_from: datetime,
    valid_to: datetime,
) -> bytes:
    """A certificate (DER) for signing documents: digitalSignature and nonRepudiation, not an authority."""
    extensions = [
        _extension("basic_constraints", {"ca": False}, critical=True),
        _extension("key_usage", set(_SIGNING_USE), critical=True),
    ]
    issuer_name = x509.Name.load(issuer.subject_der)
    return _issue(subject.to_asn1(), issuer_name, public_key, issuer_key, extensions, valid_from, valid_to)


def make_identity(
    subject: DistinguishedName,
    public_key: PublicKey,
    *,
    issuer: Certificate,
    issuer_key: PrivateKey,
    valid_from: datetime,
    valid_to: datetime,
) -> bytes:
    """A person's certificate (DER) for signing in: digitalSignature and clientAuth. It signs no documents for others."""
    extensions = [
        _extension("basic_constraints", {"ca": False}, critical=True),
        _extension("key_usage", {"digital_signature"}, critical=True),
        _extension("extended_key_usage", ["client_auth"]),
    ]
    issuer_name = x509.Name.load(issuer.subject_der)
    return _issue(subject.to_asn1(), issuer_name, public_key, issuer_key, extensions, valid_from, valid_to)


def chain_problem(
    leaf: Certificate,
    roots: Iterable[Certificate],
    moment: datetime,
    intermediates: Iterable[Certificate] = (),
) -> str:
    """The reason why a certificate has no chain to a trusted root at a given time, in Chinese; empty if it
    has one.

    Every certificate of the chain must be valid at that time, have no critical extension that this platform
    does not know, and be issued by an authority within its path length (RFC 5280 §6).
    """
    trusted = {root.der: root for root in roots}
    between = list(intermediates)
    current = leaf
    for depth in range(MAX_CHAIN):
        if not current.valid_at(moment):
            return f"证书“{current.common_name}”在签章时不在有效期内"
        if current.strange_critical:
            return f"证书“{current.common_name}”含有不认识的关键扩展"
        if current.der in trusted:
            return ""
        above = _issuer_of(current, [*trusted.values(), *between], depth)
        if above is None:
            return f"证书“{current.common_name}”不是由受信任的机构签发的"
        current = above
    return "证书链过长"


def _issuer_of(certificate: Certificate, candidates: Iterable[Certificate], depth: int) -> Certificate | None:
    for candidate in candidates:
        room = candidate.path_length is None or candidate.path_length >= depth
        if room and candidate.der != certificate.der and certificate.issued_by(candidate):
            return candidate
    return None


def _issue(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: PublicKey,
    issuer_key: PrivateKey,
    extensions: list[dict[str, Any]],
    valid_from: datetime,
    valid_to: datetime,
) -> bytes:
    own_id, issuer_id = key_identifier(public_key), key_identifier(issuer_key.public)
    identifiers = [
        _extension("key_identifier", own_id),
        _extension("authority_key_identifier", {"key_identifier": issuer_id}),
    ]
    algorithm = {"algorithm": SM2_WITH_SM3}
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": new_serial(),
            "signature": algorithm,
            "issuer": issuer,
            "validity": {"not_before": asn1_time(valid_from), "not_after": asn1_time(valid_to)},
            "subject": subject,
            "subject_public_key_info": keys.PublicKeyInfo.load(public_key.spki),
            "extensions": [*extensions, *identifiers],
        }
    )
    signed = {
        "tbs_certificate": body,
        "signature_algorithm": algorithm,
        "signature_value": issuer_key.sign(body.dump()),
    }
    return bytes(x509.Certificate(signed).dump())


def _extension(name: str, value: object, *, critical: bool = False) -> dict[str, Any]:
    return {"extn_id": name, "critical": critical, "extn_value": value}


def asn1_time(moment: datetime) -> x509.Time:
    """A moment to the second, as certificates write it."""
    whole = moment.astimezone(UTC).replace(microsecond=0)
    # RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
    return x509.Time(name="utc_time" if whole.year < 2050 else "general_time", value=whole)


def key_identifier(public_key: PublicKey) -> bytes:
    """The 20 bytes by which extensions name a key."""
    return sm3(public_key.point)[:_KEY_ID_BYTES]


def _sm2_point(info: keys.PublicKeyInfo) -> bytes:
    algorithm = info["algorithm"]
    if algorithm["algorithm"].native != "ec" or algorithm["parameters"].chosen.dotted != CURVE_OID:
        raise MalformedCertificate("not an SM2 key")
    return bytes(info["public_key"].native)


def _short_name(part: x509.NameTypeAndValue) -> str:
    return _SHORT_NAMES.get(part["type"].native, str(part["type"].dotted))


def _escaped(value: str) -> str:
    text = "".join("\\" + character if character in '"+,;<>\\' else character for character in value)
    if text.startswith(("#", " ")):
        text = "\\" + text
    if text.endswith(" ") and len(value) > 1:
        text = text[:-1] + "\\ "
    return text.replace("\x00", "\\00")
