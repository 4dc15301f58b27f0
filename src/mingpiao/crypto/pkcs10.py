"""Requests for certificates (PKCS#10, RFC 2986) with SM2 keys: made by whoever holds the key, read by the CA."""

import msgspec
from asn1crypto import csr, keys, pem

from mingpiao.crypto.errors import CryptoError, MalformedRequest
from mingpiao.crypto.sm2 import CURVE_OID, PrivateKey, PublicKey
from mingpiao.crypto.x509 import SM2_WITH_SM3, DistinguishedName

#: Larger than any honest request.
MAX_REQUEST = 8_192
_LABEL = "CERTIFICATE REQUEST"


class CertificateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as DER, the name that it asks for, and the key (04 ‖ X ‖ Y) that it is for."""

    der: bytes
    common_name: str
    point: bytes


def make_request(subject: DistinguishedName, key: PrivateKey) -> bytes:
    """A request (DER) for a certificate of a key, signed with it."""
    body = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": subject.to_asn1(),
            "subject_pk_info": keys.PublicKeyInfo.load(key.public.spki),
            "attributes": [],
        }
    )
    signed = {
        "certification_request_info": body,
        "signature_algorithm": {"algorithm": SM2_WITH_SM3},
        "signature": key.sign(body.dump()),
    }
    return bytes(csr.CertificationRequest(signed).dump())


def to_pem(request: bytes) -> str:
    """A request as PEM text."""
    text: str = pem.armor(_LABEL, request).decode("ascii")
    return text


def read_request(data: bytes) -> CertificateRequest:
    """Read a request in PEM or DER. Raises MalformedRequest if it is none, or its own key did not sign it."""
    try:
        der = pem.unarmor(data)[2] if pem.detect(data) else data
        parsed = csr.CertificationRequest.load(der, strict=True)
        body = parsed["certification_request_info"]
        info = body["subject_pk_info"]
        algorithm = info["algorithm"]
        if algorithm["algorithm"].native != "ec" or algorithm["parameters"].chosen.dotted != CURVE_OID:
            raise MalformedRequest("not an SM2 key")
        key = PublicKey(bytes(info["public_key"].native))
        is_sm2 = parsed["signature_algorithm"]["algorithm"].dotted == SM2_WITH_SM3
        if not is_sm2 or not key.verify(body.dump(), parsed["signature"].native):
            raise MalformedRequest("its own key did not sign it")
        name = str(body["subject"].native.get("common_name", ""))
    except (ValueError, TypeError, KeyError, AttributeError, CryptoError) as error:
        raise MalformedRequest("not a PKCS#10 request with an SM2 key") from error
    return CertificateRequest(der=der, common_name=name, point=key.point)
