"""The certificates that a check trusts: root certificates, and those that signatures name; and which are revoked."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from asn1crypto import pem

from mingpiao.crypto import x509
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.kernel.errors import refuse
from mingpiao.sealing.keys import key_info_of
from mingpiao.sealing.model import KeyInfo


class TrustStore:
    """Trusted root certificates and known leaf certificates, all public. Immutable."""

    def __init__(
        self,
        roots: Iterable[bytes],
        certificates: Iterable[bytes] = (),
        revoked: Mapping[KeyInfo, datetime] | None = None,
    ) -> None:
        """Takes DER certificates, and since when some are revoked. Raises MalformedCertificate if one is not an SM2
        certificate.

        Old certificates stay in it for ever, so that what they signed can be verified for ever.
        """
        self.roots = tuple(x509.read(der) for der in roots)
        known = (x509.read(der) for der in certificates)
        self._revoked = dict(revoked or {})
        self._known = {key_info_of(certificate): certificate for certificate in known}

    @classmethod
    def from_pem(cls, bundle: bytes) -> "TrustStore":
        """Read a bundle that `to_pem` wrote. Authorities in it are trusted, so the bundle must come from a
        trusted source.

        Raises `Refusal` (`sealing.trust_malformed`).
        """
        try:
            found = [der for _, _, der in pem.unarmor(bundle, multiple=True)]
            authorities = [der for der in found if x509.read(der).is_authority]
            return cls(authorities, [der for der in found if der not in authorities])
        except (ValueError, MalformedCertificate) as error:
            raise refuse(
                "sealing.trust_malformed", "证书文件格式不对：应为 PEM 格式的 SM2 证书。请重新导出。"
            ) from error

    def to_pem(self) -> bytes:
        """All certificates as PEM: what `mingpiao verify` needs on a machine without the database."""
        certificates = (*self.roots, *self._known.values())
        return b"".join(pem.armor("CERTIFICATE", certificate.der) for certificate in certificates)

    def find(self, key_info: KeyInfo) -> x509.Certificate | None:
        """The known certificate with this serial number and issuer."""
        return self._known.get(key_info)

    def certificate_problem(self, certificate: x509.Certificate, moment: datetime) -> str:
        """Why a certificate did not hold when it signed, in Chinese; empty if it did.

        Its chain is judged as of that moment, and so is its revocation: what was signed before stays valid.
        """
        if chain := x509.chain_problem(certificate, self.roots, moment):
            return chain
        revoked_at = self._revoked.get(key_info_of(certificate))
        if revoked_at is not None and revoked_at <= moment:
            return f"证书“{certificate.common_name}”在签章前已被吊销"
        return ""
