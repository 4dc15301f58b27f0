"""A certificate authority and a seal maker of our own, for a demonstration or a test province.

A real province gets certificates from a licensed CA and seals from its seal office. It does not use this
module; its keys are stored in the same table.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.sealing.keys import KeyRing, key_info_of, key_label
from mingpiao.sealing.model import SealImage, SealingKey, SealingParty
from mingpiao.sealing.parties import find_key
from mingpiao.sealing.seals import SealText, make_seal

_ORGANIZATION = "明票演示"
_ROOT_YEARS = 30
_LEAF_YEARS = 10
# Clocks differ: a certificate that was just made must be valid for a bill that another machine seals now.
_LEEWAY = timedelta(days=1)


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """The demonstration's own root CA and seal maker; both private keys are encrypted."""

    root: SealingKey
    maker: SealingKey


def make_demonstration_authority(master: MasterKey, at: datetime, province: str = "") -> Authority:
    """Make a root CA and, under it, a seal maker, both valid from `at`, which has a time zone; `province` is
    a name.
    """
    root_key = PrivateKey.generate()
    name = x509.DistinguishedName(common_name="明票演示根证书", organization=_ORGANIZATION, province=province)
    root = x509.make_root(
        name, root_key, valid_from=at - _LEEWAY, valid_to=at + timedelta(days=365 * _ROOT_YEARS)
    )
    root_record = _record(master, root_key, root)
    maker_key, maker = _issue(master, root_record, "明票演示制章机构", province, at)
    return Authority(root=root_record, maker=_record(master, maker_key, maker))


async def find_authority(connection: AsyncConnection) -> Authority | None:
    """The province's authority as it is stored; None before it was made."""
    root = await find_key(connection, ("authority", "root"))
    maker = await find_key(connection, ("maker", "maker"))
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

    `owner_name` goes into the certificate, `seal_id` (ASCII) and `seal_name` into the seal. Raises what
    `MasterKey.unwrap` raises if the master key is not the authority's.
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
    key = PrivateKey.generate()
    certificate = x509.make_leaf(
        x509.DistinguishedName(common_name=common_name, organization=_ORGANIZATION, province=province),
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
