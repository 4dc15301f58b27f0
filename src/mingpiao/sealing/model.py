"""Values of sealing: the contents of a sealed XML, and the results of checking one."""

from datetime import datetime
from decimal import Decimal

import msgspec

from mingpiao.kernel.errors import Problem


class InvoicingParty(msgspec.Struct, frozen=True, kw_only=True):
    """收款单位: the issuing unit as printed on the bill."""

    code: str
    name: str
    receiving_name: str = ""
    receiving_account: str = ""
    receiving_bank: str = ""


class PayerParty(msgspec.Struct, frozen=True, kw_only=True):
    """缴款人: type "1" is a person, "2" a unit."""

    type: str
    code: str = ""
    name: str
    account: str = ""
    bank: str = ""


class SealMark(msgspec.Struct, frozen=True, kw_only=True):
    """A seal as the XML names it: id, name and SM3 of its GB/T 38540 bytes in hex."""

    seal_id: str
    name: str
    hash: str


class FaceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the face. `standard` is the rate as printed; `amount` is in 元 with two decimals."""

    code: str
    name: str
    quantity: Decimal
    unit: str = ""
    standard: str = ""
    amount: Decimal
    remark: str = ""
    detail_name: str = ""


class AuxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the detailed list (清单); `related_code` names the face item that it belongs to."""

    related_code: str
    related_name: str = ""
    code: str = ""
    name: str
    quantity: Decimal
    unit: str = ""
    standard: str = ""
    amount: Decimal
    remark: str = ""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """The whole content of a bill, as it is sealed (MOF data standard 1.1.0, standards §2.1).

    `issued_at` has a time zone; it is written in Asia/Shanghai to the second. `total` is in 元 and negative on
    a red bill. `extension` holds members of MainExt by their MOF names, in the order in which they are
    written.
    """

    name: str
    code: str
    number: str
    check_code: str
    specimen_code: str
    region_code: str
    total: Decimal
    issued_at: datetime
    invoicing: InvoicingParty
    payer: PayerParty
    pay_mode: str = ""
    business_no: str = ""
    currency: str = "CNY"
    exchange_rate: str = "1"
    remark: str = ""
    handler: str
    checker: str = ""
    supervisor_remark: str = ""
    extension: dict[str, str] = {}
    unit_seal: SealMark
    supervisor_seal: SealMark
    items: tuple[FaceItem, ...]
    aux_items: tuple[AuxItem, ...] = ()


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Identifies a signing certificate: serial number in upper-case hex, issuer as RFC 4514 text."""

    serial: str
    issuer: str


class SealingParty(msgspec.Struct, frozen=True, kw_only=True):
    """A party that seals bills, the unit or the supervising department, with its key. The private key is
    encrypted.

    `certificate` is DER X.509 (SM2); `seal` is a DER SESeal of GB/T 38540; only a signer that holds the
    master key can open `encrypted_key`.
    """

    key_id: int
    certificate: bytes
    seal: bytes
    mark: SealMark
    key_info: KeyInfo
    encrypted_key: bytes


class SealingKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new signing key, as it is stored in the table signing_keys. Keys of a CA or a seal maker have no
    seal.

    Opening `encrypted_key` takes the master key; `seal_hash` is the SM3 of `seal` in hex.
    """

    certificate: bytes
    encrypted_key: bytes
    serial: str
    issuer: str
    seal: bytes = b""
    seal_id: str = ""
    seal_name: str = ""
    seal_hash: str = ""

    def party(self, key_id: int) -> SealingParty:
        """This key as a party that seals, under the id from the table."""
        return SealingParty(
            key_id=key_id,
            certificate=self.certificate,
            seal=self.seal,
            mark=SealMark(seal_id=self.seal_id, name=self.seal_name, hash=self.seal_hash),
            key_info=KeyInfo(serial=self.serial, issuer=self.issuer),
            encrypted_key=self.encrypted_key,
        )


class SignatureReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of checking one signature or seal. `problem` is empty if it is valid."""

    party: str
    valid: bool
    signed_at: datetime | None = None
    certificate_subject: str = ""
    certificate_serial: str = ""
    issuer: str = ""
    problem: str = ""


class XmlReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of checking a sealed XML: its face if it could be read, and both signatures."""

    face: Face | None
    unit: SignatureReport
    supervisor: SignatureReport
    sm3: str
    problems: tuple[str, ...] = ()

    @property
    def genuine(self) -> bool:
        return self.face is not None and self.unit.valid and self.supervisor.valid and not self.problems


class SealTask(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that its unit and the supervising department are to seal, at `face.issued_at`."""

    face: Face
    unit: SealingParty
    supervisor: SealingParty


class SealedXml(msgspec.Struct, frozen=True):
    """The legal original: the XML byte for byte, and the SM3 of these bytes (32 bytes)."""

    xml: bytes
    sm3: bytes


#: The result of sealing one bill. A problem concerns this bill alone; the other bills are sealed.
SealOutcome = SealedXml | Problem


class StampTask(msgspec.Struct, frozen=True, kw_only=True):
    """An OFD `Signature.xml` (its bytes, its absolute path in the package) that a party is to stamp."""

    signature_xml: bytes
    path: str
    party: SealingParty
    at: datetime


class SealImage(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of a seal: a file's bytes, its format ("png"), and its printed size in mm."""

    format: str
    data: bytes
    width_mm: int
    height_mm: int


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a certificate is revoked, or on hold (`is_held`)."""

    since: datetime
    is_held: bool = False


class SealReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of checking one OFD seal: lists of Chinese sentences, all empty if it is valid.

    `seal_problems` concern the seal itself, `signature_problems` the signer, and `content_problems` the
    signed content; `revoked` is what revocation lists say of signer and maker. `seal_hash` is the SM3 of the
    SESeal in hex. Who made the seal at `made_at` is named by `maker_serial` and `maker_issuer`.
    """

    seal_id: str = ""
    seal_name: str = ""
    seal_hash: str = ""
    image: SealImage | None = None
    signed_at: datetime | None = None
    certificate_subject: str = ""
    certificate_serial: str = ""
    issuer: str = ""
    maker: str = ""
    maker_serial: str = ""
    maker_issuer: str = ""
    made_at: datetime | None = None
    seal_problems: tuple[str, ...] = ()
    signature_problems: tuple[str, ...] = ()
    content_problems: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        return self.seal_problems + self.signature_problems + self.content_problems + self.revoked

    @property
    def valid(self) -> bool:
        return not self.problems
