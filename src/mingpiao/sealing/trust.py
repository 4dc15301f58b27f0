"""The certificates that a check trusts: root certificates, and those that signatures name; and which are revoked."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from asn1crypto import pem

from mingpiao.crypto import x509
from mingpiao.crypto.crl import HOLD, RevocationList
from mingpiao.crypto.errors import MalformedCertificate
from mingpiao.kernel.errors import refuse
from mingpiao.sealing.keys import key_info_of
from mingpiao.sealing.model import KeyInfo, Revocation


class TrustStore:
    """Trusted root certificates and known leaf certificates, all public. Immutable."""

    def __init__(
        self,
        roots: Iterable[bytes],
        certificates: Iterable[bytes] = (),
        revoked: Mapping[KeyInfo, Revocation] | None = None,
    ) -> None:
        """Takes DER certificates, and which are revoked or on hold, also others. Raises MalformedCertificate if one is not an SM2
        certificate.

        Old certificates stay in it for ever, so that what they signed can be verified for ever.
        """
        self.roots = tuple(x509.read(der) for der in roots)
        known = (x509.read(der) for der in certificates)
        self._revoked = dict(revoked or {})
        self._lists: dict[str, datetime] = {}
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

    def with_lists(self, lists: Iterable[RevocationList]) -> "TrustStore":
        """The same, with what revocation lists name; of several of one issuer the newest counts.

        Raises `Refusal` (`crl.issuer_unknown`, 422) for one that no authority in it signed.
        """
        newest: dict[str, RevocationList] = {}
        known = (*self.roots, *self._known.values())
        for each in sorted(lists, key=lambda found: (found.this_update, found.number)):
            if not any(each.issued_by(certificate) for certificate in known):
                message = f"吊销列表不是由受信任的机构签发的，或内容被改动：{each.issuer}。"
                raise refuse("crl.issuer_unknown", message, field="crl", status=422)
            newest[each.issuer] = each
        revoked = {
            KeyInfo(serial=entry.serial, issuer=issuer): Revocation(
                since=entry.revoked_at, is_held=entry.reason == HOLD
            )
            for issuer, found in newest.items()
            for entry in found.entries.values()
        }
        made = TrustStore(
            [root.der for root in self.roots],
            [each.der for each in self._known.values()],
            self._revoked | revoked,
        )
        made._lists = self._lists | {issuer: found.this_update for issuer, found in newest.items()}
        return made

    def listed_at(self, issuer: str) -> datetime | None:
        """When an issuer's revocation list was made that is known here; None without one."""
        return self._lists.get(issuer)

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
        return self.revocation_problem(key_info_of(certificate), certificate.common_name, moment)

    def revocation_problem(self, key_info: KeyInfo, name: str, moment: datetime, doing: str = "签章") -> str:
        """Why a certificate must not have been used at a moment, in Chinese; empty unless it was revoked or on hold by
        then. `name` is whose it is, `doing` what it was used for.
        """
        found = self._revoked.get(key_info)
        if found is None or found.since > moment:
            return ""
        return f"证书“{name}”在{doing}前已被{'冻结' if found.is_held else '吊销'}"
