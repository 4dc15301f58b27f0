"""Open keys: the private key of each sealing party, with its certificate."""

from collections import OrderedDict

from mingpiao.crypto import x509
from mingpiao.crypto.errors import CryptoError
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.sealing.model import KeyInfo

#: How many open keys a signer keeps; each takes some kilobytes.
MAX_OPEN_KEYS = 4096


def key_label(key_info: KeyInfo) -> str:
    """The label that is bound to the encrypted private key: it ties the key to its certificate."""
    return f"{key_info.serial}@{key_info.issuer}"


def key_info_of(certificate: x509.Certificate) -> KeyInfo:
    """The name by which signatures refer to a certificate."""
    return KeyInfo(serial=certificate.serial, issuer=certificate.issuer)


class KeyRing:
    """Opens encrypted private keys with the master key, and keeps the recently used ones open."""

    def __init__(self, master: MasterKey, limit: int = MAX_OPEN_KEYS) -> None:
        self._master = master
        self._limit = limit
        self._open: OrderedDict[tuple[bytes, KeyInfo], PrivateKey] = OrderedDict()

    def open(self, encrypted_key: bytes, certificate: bytes, key_info: KeyInfo) -> PrivateKey:
        """The private key of a certificate.

        Raises `Refusal` with the codes of `MasterKey.unwrap`, or `sealing.key_mismatch` if the key does not
        belong to the certificate, or the certificate is not the one that `key_info` names.
        """
        name = (encrypted_key, key_info)
        key = self._open.get(name)
        if key is not None:
            self._open.move_to_end(name)
            return key
        key = self._unwrap(encrypted_key, certificate, key_info)
        self._open[name] = key
        if len(self._open) > self._limit:
            self._open.popitem(last=False)
        return key

    def _unwrap(self, encrypted_key: bytes, certificate: bytes, key_info: KeyInfo) -> PrivateKey:
        plain_key = self._master.unwrap(encrypted_key, key_label(key_info))
        try:
            key = PrivateKey.from_pkcs8(plain_key)
            owner = x509.read(certificate)
        except CryptoError as error:
            raise _mismatch(key_info) from error
        if owner.public_key.point != key.public.point or key_info_of(owner) != key_info:
            raise _mismatch(key_info)
        return key


def _mismatch(key_info: KeyInfo) -> Refusal:
    return refuse(
        "sealing.key_mismatch",
        "签章私钥与证书不匹配。请为该单位更换签章密钥。",
        status=503,
        serial=key_info.serial,
    )
