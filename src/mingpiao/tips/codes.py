"""查询码: what a reporter holds to learn what became of a tip. Whoever has it needs no account."""

import secrets

from mingpiao.crypto.sm3 import hmac_sm3

#: Without letters and digits that look alike.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 4


def draw_lookup() -> str:
    """A fresh 查询码 of 16 characters in groups of four: nobody guesses one."""
    drawn = ["".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS)]
    return "-".join(drawn)


def hash_lookup(key: bytes, lookup: str) -> bytes:
    """What is kept of a code as it was drawn or typed: dashes, spaces and small letters make no difference."""
    typed = "".join(filter(str.isalnum, lookup[:100])).upper()
    return hmac_sm3(key, f"lookup\n{typed}".encode())
