"""The master key in shares: any `threshold` of them give it back, fewer tell nothing of it (Shamir, GF(2^128)).

A share is a line of text that a person can copy by hand and that notices a slip of the pen:

    MP2-1-3f2a91bc-7e10-8f3a-…-0c41-d52e
     │  │    │      │   └ sixteen bytes in groups of four digits, and a check over the whole line
     │  │    │      └ the distribution: shares of another one do not fit
     │  │    └ the fingerprint of the key
     │  └ number of the share
     └ how many shares are needed
"""

import re
import secrets
from collections.abc import Sequence

import msgspec
from Crypto.Protocol.SecretSharing import Shamir

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.kernel.errors import Refusal, refuse

MOST_SHARES = 9
_DIGITS = "0123456789"
_LINE = re.compile(r"MP([2-9])-([1-9])-([0-9a-f]{8})-([0-9a-f]{4})((?:-[0-9a-f]{4}){8})-([0-9a-f]{4})")


class KeyShare(msgspec.Struct, frozen=True, kw_only=True):
    """One share of a master key; `secret` is its part that nobody else may see."""

    threshold: int
    number: int
    key_fingerprint: str
    batch: str
    secret: bytes

    def line(self) -> str:
        """The share as its holder copies it."""
        body = self._body()
        return f"{body}-{_check(body)}"

    def fingerprint(self) -> str:
        """Sixteen digits that name the share and tell nothing of its secret."""
        return sm3_hex(self.line().encode())[:16]

    def _body(self) -> str:
        digits = self.secret.hex()
        groups = "-".join(digits[start : start + 4] for start in range(0, 32, 4))
        return f"MP{self.threshold}-{self.number}-{self.key_fingerprint}-{self.batch}-{groups}"


def split_key(key: MasterKey, *, threshold: int, count: int) -> tuple[KeyShare, ...]:
    """The key in `count` new shares of which `threshold` are needed; shares of an earlier call do not fit them.

    Raises `Refusal` (`key.shares_wrong`) unless 2 ≤ threshold ≤ count ≤ 9.
    """
    if not 2 <= threshold <= count <= MOST_SHARES:
        raise refuse(
            "key.shares_wrong",
            f"份额数应为 2 至 {MOST_SHARES}，恢复所需份数不少于 2、不多于份额数，请修改。",
            field="key/threshold",
        )
    batch = secrets.token_hex(2)
    return tuple(
        KeyShare(
            threshold=threshold,
            number=number,
            key_fingerprint=key.fingerprint(),
            batch=batch,
            secret=secret,
        )
        for number, secret in Shamir.split(threshold, count, bytes.fromhex(key.hex()))
    )


def read_share(text: str) -> KeyShare:
    """The share of a line; capitals and spaces do not matter. Raises `Refusal` (`key.share_malformed`)."""
    line = re.sub(r"\s+", "", text).lower()
    found = _LINE.fullmatch("MP" + line[2:] if line.startswith("mp") else line)
    if found is None or _check(found[0][:-5]) != found[6]:
        raise refuse(
            "key.share_malformed",
            "份额抄写有误：应为 MP 开头、以“-”分隔的一整行，最后一组是校验。请逐组核对后重新输入。",
            field="share",
        )
    return KeyShare(
        threshold=_DIGITS.index(found[1]),
        number=_DIGITS.index(found[2]),
        key_fingerprint=found[3],
        batch=found[4],
        secret=bytes.fromhex(found[5].replace("-", "")),
    )


def join_shares(shares: Sequence[KeyShare]) -> MasterKey:
    """The key of enough shares of one distribution.

    Raises `Refusal`: `key.shares_mixed`, `key.shares_missing` or `key.shares_wrong`.
    """
    if len({(share.key_fingerprint, share.batch, share.threshold) for share in shares}) > 1:
        raise refuse(
            "key.shares_mixed",
            "这些份额不属于同一次分发，不能合在一起。请使用最近一次分发的份额。",
            field="share",
        )
    parts = {share.number: share.secret for share in shares}
    needed = shares[0].threshold if shares else 2
    if len(parts) < needed:
        raise refuse(
            "key.shares_missing",
            f"恢复主密钥需要 {needed} 份不同的份额，现在只有 {len(parts)} 份，请继续输入。",
            field="share",
        )
    key = MasterKey(Shamir.combine(sorted(parts.items())[:needed]))
    if key.fingerprint() != shares[0].key_fingerprint:
        raise _wrong()
    return key


def _wrong() -> Refusal:
    return refuse(
        "key.shares_wrong",
        "份额合成的主密钥与份额上的指纹不符，至少有一份不对。请核对每一份后重试。",
        field="share",
    )


def _check(body: str) -> str:
    return sm3_hex(body.lower().encode())[:4]
