"""SM3 and SM4 against the standards' examples and an independent library."""

import gmssl_pyx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingpiao.crypto import sm3, sm4

KEY = bytes(range(16))


def test_sm3_published_examples() -> None:
    # GB/T 32905-2016, annex A
    assert sm3.sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3.sm3_hex(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@given(data=st.binary(max_size=300), key=st.binary(min_size=1, max_size=100))
def test_sm3_and_hmac_agree_with_others(data: bytes, key: bytes) -> None:
    assert sm3.sm3(data) == gmssl_pyx.sm3_hash(data)
    assert sm3.hmac_sm3(key, data) == gmssl_pyx.sm3_hmac(key, data)


@given(data=st.binary(max_size=300), key=st.binary(min_size=1, max_size=100))
def test_the_fallback_gives_the_same(data: bytes, key: bytes) -> None:
    assert sm3._with_cryptography(data) == sm3._with_hashlib(data)
    assert sm3._hmac_with_cryptography(key, data) == sm3._hmac_with_hashlib(key, data)


@given(data=st.binary(min_size=1, max_size=300), associated=st.binary(max_size=50))
def test_sm4_gcm_round_trip_agrees_with_others(data: bytes, associated: bytes) -> None:
    sealed = sm4.seal(KEY, data, associated)
    assert sm4.unseal(KEY, sealed, associated) == data
    assert b"".join(gmssl_pyx.sm4_gcm_encrypt(KEY, sealed[:12], associated, data)) == sealed[12:]


def test_sm4_nonces_are_fresh() -> None:
    assert sm4.seal(KEY, b"x", b"") != sm4.seal(KEY, b"x", b"")


@given(position=st.integers(0, 12 + 20 + 16 - 1))
def test_any_altered_byte_is_noticed(position: int) -> None:
    sealed = bytearray(sm4.seal(KEY, bytes(20), b"label"))
    sealed[position] ^= 1
    assert sm4.unseal(KEY, bytes(sealed), b"label") is None


@pytest.mark.parametrize("sealed", [b"", bytes(27)])
def test_too_short_is_noticed(sealed: bytes) -> None:
    assert sm4.unseal(KEY, sealed, b"") is None


def test_wrong_key_or_label_is_noticed() -> None:
    sealed = sm4.seal(KEY, b"secret", b"label")
    assert sm4.unseal(bytes(16), sealed, b"label") is None
    assert sm4.unseal(KEY, sealed, b"other") is None
