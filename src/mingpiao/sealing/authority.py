"""A certificate authority and a seal maker of the platform's own.

A demonstration has one that says so. A province has one from its first setup; where certificates of a licensed
CA and seals of the seal office are demanded, their keys are stored in the same table.
"""

from datetime import datetime, timedelta

import msgspec
from asn1crypto.x509 import Certificate as CertificateStructure
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.sealing.keys import KeyRing, key_info_of, key_label
from mingpiao.sealing.model import SealImage, SealingKey, SealingParty
from mingpiao.sealing.parties import MAKER, ROOT, find_key
from mingpiao.sealing.seals import SealText, make_seal

_ROOT_YEARS = 30
_LEAF_YEARS = 10
# Clocks differ: a certificate that was just made must be valid for a bill that another machine seals now.
_LEEWAY = timedelta(days=1)


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """The demonstration's own root CA and seal maker; both private keys are encrypted."""

    root: SealingKey
    maker: SealingKey


def make_demonstration_authority(
    master: MasterKey, at: datetime, province: str = "", *, mark: str = "演示"
) -> Authority:
    """Make the root CA of a demonstration and, under it, a seal maker, both valid from `at`, which has a time
    zone; `province` is a name. All names bear the `mark`.
    """
    return _make(master, at, province, f"明票{mark}", (f"明票{mark}根证书", f"明票{mark}制章机构"))


def make_province_authority(master: MasterKey, at: datetime, province: str, department: str) -> Authority:
    """The same for a province at work, in the name of its finance `department`."""
    return _make(
        master, at, province, department, (f"{province}财政电子票据根证书", f"{province}财政电子票据制章机构")
    )


def _make(
    master: MasterKey, at: datetime, province: str, organization: str, names: tuple[str, str]
) -> Authority:
    root_key = PrivateKey.generate()
    name = x509.DistinguishedName(common_name=names[0], organization=organization, province=province)
    root = x509.make_root(
        name, root_key, valid_from=at - _LEEWAY, valid_to=at + timedelta(days=365 * _ROOT_YEARS)
    )
    root_record = _record(master, root_key, root)
    maker_key, maker = _issue(master, root_record, names[1], province, at)
    return Authority(root=root_record, maker=_record(master, maker_key, maker))


async def find_authority(connection: AsyncConnection) -> Authority | None:
    """The province's authority as it is stored; None before it was made."""
    root = await find_key(connection, ROOT)
    maker = await find_key(connection, MAKER)
    if root is None or maker is None:
        return None
    return Authority(root=_key_of(root), maker=_key_of(maker))


def _key_of(party: SealingParty) -> SealingKey:
    return SealingKey(
        certificate=party.certificate,
        encrypted_key=party.encrypted_key,
        serial=party.key_info.serial,
        issuer=party.key_info.issuer,
    )


def make_sealing_key(
    master: MasterKey,
    authority: Authority,
    *,
    owner_name: str,
    province: str,
    seal_id: str,
    seal_name: str,
    image: SealImage,
    at: datetime,
) -> SealingKey:
    """Make a key, its certificate and its electronic seal for a unit or a department.

    `owner_name` and the authority's organization go into the certificate, `seal_id` (ASCII) and `seal_name`
    into the seal. Raises what `MasterKey.unwrap` raises if the master key is not the authority's.
    """
    key, certificate = _issue(master, authority.root, owner_name, province, at)
    issued = x509.read(certificate)
    text = SealText(
        seal_id=seal_id,
        name=seal_name,
        certificates=(certificate,),
        image=image,
        created_at=at,
        valid_from=issued.valid_from,
        valid_to=issued.valid_to,
    )
    seal = make_seal(text, _open(master, authority.maker), authority.maker.certificate)
    return msgspec.structs.replace(
        _record(master, key, certificate),
        seal=seal,
        seal_id=seal_id,
        seal_name=seal_name,
        seal_hash=sm3_hex(seal),
    )


def _issue(
    master: MasterKey, root: SealingKey, common_name: str, province: str, at: datetime
) -> tuple[PrivateKey, bytes]:
    issuer = x509.read(root.certificate)
    organization: str = CertificateStructure.load(root.certificate).subject.native["organization_name"]
    key = PrivateKey.generate()
    certificate = x509.make_leaf(
        x509.DistinguishedName(common_name=common_name, organization=organization, province=province),
        key.public,
        issuer=issuer,
        issuer_key=_open(master, root),
        valid_from=at - _LEEWAY,
        valid_to=min(at + timedelta(days=365 * _LEAF_YEARS), issuer.valid_to),
    )
    return key, certificate


def _open(master: MasterKey, record: SealingKey) -> PrivateKey:
    info = key_info_of(x509.read(record.certificate))
    return KeyRing(master).open(record.encrypted_key, record.certificate, info)


def _record(master: MasterKey, key: PrivateKey, certificate: bytes) -> SealingKey:
    info = key_info_of(x509.read(certificate))
    return SealingKey(
        certificate=certificate,
        encrypted_key=master.wrap(key.to_pkcs8(), key_label(info)),
        serial=info.serial,
        issuer=info.issuer,
    )
