"""SM2: the published example, two independent libraries in both directions, and what must be refused."""

import hashlib
import threading

import gmalg
import gmssl_pyx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingpiao.crypto import libcrypto, sm2
from mingpiao.crypto.errors import LibraryMissing, MalformedKey
from mingpiao.crypto.sm3 import sm3

# GB/T 32918.5-2017, annex A.2: curve of the standard, id 1234567812345678, message "message digest".
SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
POINT = bytes.fromhex(
    "04"
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
ZA = bytes.fromhex("b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3")
DIGEST = bytes.fromhex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640")
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
MESSAGE = b"message digest"
SIGNATURE = sm2.encode_signature(R, S)


@pytest.fixture(scope="module")
def key() -> sm2.PrivateKey:
    return sm2.PrivateKey(SECRET)


def raw(signature: bytes) -> bytes:
    pair = sm2.decode_signature(signature)
    assert pair is not None
    return b"".join(number.to_bytes(32, "big") for number in pair)


def test_published_example(key: sm2.PrivateKey) -> None:
    assert key.public.point == POINT
    assert key.public.za == ZA
    assert sm3(ZA + MESSAGE) == DIGEST
    assert key.sign_with_nonce(DIGEST, NONCE) == (R, S)
    assert key.public.verify(MESSAGE, SIGNATURE)
    assert key.public.verify_raw(MESSAGE, raw(SIGNATURE))


def test_random_signatures_differ_and_verify(key: sm2.PrivateKey) -> None:
    first, second = key.sign(MESSAGE), key.sign(MESSAGE)
    assert first != second
    assert key.public.verify(MESSAGE, first)
    assert key.public.verify(MESSAGE, second)


def test_deterministic_signatures_are_a_function_of_key_and_message(key: sm2.PrivateKey) -> None:
    signature = key.sign_deterministic(MESSAGE)
    assert signature == sm2.PrivateKey(SECRET).sign_deterministic(MESSAGE)
    assert key.public.verify(MESSAGE, signature)
    assert sm2.decode_signature(signature)[0] != sm2.decode_signature(key.sign_deterministic(b"other"))[0]
    assert signature != sm2.PrivateKey(SECRET + 1).sign_deterministic(MESSAGE)


@settings(max_examples=10, deadline=None)
@given(secret=st.integers(1, sm2.N - 2), message=st.binary(max_size=400), deterministic=st.booleans())
def test_others_accept_ours(secret: int, message: bytes, deterministic: bool) -> None:
    key = sm2.PrivateKey(secret)
    signature = key.sign_deterministic(message) if deterministic else key.sign(message)
    point = key.public.point
    r, s = raw(signature)[:32], raw(signature)[32:]
    assert gmalg.SM2(uid=sm2.USER_ID, pk=point).verify(message, r, s)
    assert gmssl_pyx.sm2_verify(point[1:], message, signature, signer_id=sm2.USER_ID)
    assert not gmalg.SM2(uid=sm2.USER_ID, pk=point).verify(message + b"!", r, s)


@settings(max_examples=10, deadline=None)
@given(secret=st.integers(1, sm2.N - 2), message=st.binary(max_size=400))
def test_ours_accepts_others(secret: int, message: bytes) -> None:
    key = sm2.PrivateKey(secret)
    scalar, point = secret.to_bytes(32, "big"), key.public.point
    r, s = gmalg.SM2(scalar, sm2.USER_ID, point).sign(message)
    # gmalg leaves out leading zeros.
    assert key.public.verify_raw(message, r.rjust(32, b"\0") + s.rjust(32, b"\0"))
    signature = gmssl_pyx.sm2_sign(scalar, point[1:], message, signer_id=sm2.USER_ID)
    assert key.public.verify(message, signature)
    assert not key.public.verify(message + b"!", signature)


@given(bit=st.integers(0, len(SIGNATURE) * 8 - 1))
def test_each_flipped_bit_of_a_signature_is_refused(bit: int) -> None:
    altered = bytearray(SIGNATURE)
    altered[bit // 8] ^= 1 << bit % 8
    assert not sm2.PublicKey(POINT).verify(MESSAGE, bytes(altered))


@given(bit=st.integers(0, len(MESSAGE) * 8 - 1))
def test_each_flipped_bit_of_a_message_is_refused(bit: int) -> None:
    altered = bytearray(MESSAGE)
    altered[bit // 8] ^= 1 << bit % 8
    assert not sm2.PublicKey(POINT).verify(bytes(altered), SIGNATURE)


@pytest.mark.parametrize(
    ("r", "s"), [(0, S), (R, 0), (sm2.N, S), (R, sm2.N), (R + sm2.N, S), (R, S + sm2.N), (0, 0)]
)
def test_numbers_out_of_range_are_refused(r: int, s: int) -> None:
    public = sm2.PublicKey(POINT)
    assert sm2.decode_signature(sm2.encode_signature(r, s)) is None
    assert not public.verify(MESSAGE, sm2.encode_signature(r, s))
    if max(r, s) < 2**256:
        assert not public.verify_raw(MESSAGE, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        SIGNATURE + b"\x00",
        SIGNATURE[:-1],
        b"\x30\x81" + SIGNATURE[1:],
        b"\x31" + SIGNATURE[1:],
        # r with a needless leading zero
        b"\x30" + bytes([SIGNATURE[1] + 1, 2, SIGNATURE[3] + 1, 0]) + SIGNATURE[4:],
        # r as a negative number, its sign byte left out
        b"\x30\x45\x02\x20" + SIGNATURE[5:37] + SIGNATURE[37:],
        raw(SIGNATURE),
        bytes(80),
    ],
)
def test_signatures_not_in_canonical_der_are_refused(signature: bytes) -> None:
    assert sm2.decode_signature(signature) is None
    assert not sm2.PublicKey(POINT).verify(MESSAGE, signature)


@given(signature=st.binary(max_size=100))
def test_any_bytes_are_merely_no_signature(signature: bytes) -> None:
    assert not sm2.PublicKey(POINT).verify(MESSAGE, signature)
    assert not sm2.PublicKey(POINT).verify_raw(MESSAGE, signature)


def test_raw_signatures_are_64_bytes() -> None:
    public = sm2.PublicKey(POINT)
    assert not public.verify_raw(MESSAGE, raw(SIGNATURE) + b"\x00")
    assert not public.verify_raw(MESSAGE, raw(SIGNATURE)[:-1])


@pytest.mark.parametrize("secret", [0, -1, sm2.N - 1, sm2.N])
def test_secrets_out_of_range_are_refused(secret: int) -> None:
    with pytest.raises(MalformedKey):
        sm2.PrivateKey(secret)


@pytest.mark.parametrize(
    "point", [b"", POINT[1:], b"\x04" + bytes(64), b"\x02" + POINT[1:], POINT[:-1] + b"\x14", POINT + b"\x00"]
)
def test_points_off_the_curve_are_refused(point: bytes) -> None:
    with pytest.raises(MalformedKey):
        sm2.PublicKey(point)


@settings(max_examples=15, deadline=None)
@given(secret=st.integers(1, sm2.N - 2))
def test_private_keys_survive_pkcs8(secret: int) -> None:
    key = sm2.PrivateKey(secret)
    read = sm2.PrivateKey.from_pkcs8(key.to_pkcs8())
    assert read.to_pkcs8() == key.to_pkcs8()
    assert read.public.point == key.public.point


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"garbage", bytes(138)])
def test_malformed_pkcs8_is_refused(der: bytes) -> None:
    with pytest.raises(MalformedKey):
        sm2.PrivateKey.from_pkcs8(der)


def test_a_key_on_another_curve_is_refused(key: sm2.PrivateKey) -> None:
    other = key.to_pkcs8().replace(
        bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107")
    )
    with pytest.raises(MalformedKey):
        sm2.PrivateKey.from_pkcs8(other)


def test_generated_keys_differ() -> None:
    first, second = sm2.PrivateKey.generate(), sm2.PrivateKey.generate()
    assert first.public.point != second.public.point


def test_a_key_shows_nothing_of_its_secret(key: sm2.PrivateKey) -> None:
    assert f"{SECRET:x}" not in repr(key)
    assert str(SECRET) not in repr(key)


def test_threads_may_share_a_key(key: sm2.PrivateKey) -> None:
    wrong: list[int] = []

    def work(name: int) -> None:
        for turn in range(20):
            message = hashlib.sha256(f"{name}.{turn}".encode()).digest()
            if not key.public.verify(message, key.sign(message)):
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_machine_without_sm2_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "_candidates", lambda: iter(["libc.so.6", "/nonexistent/libcrypto.so"]))
    with pytest.raises(LibraryMissing, match="MINGPIAO_LIBCRYPTO") as caught:
        libcrypto.load.__wrapped__()
    assert "/nonexistent/libcrypto.so" in str(caught.value)
    assert "libc.so.6" in str(caught.value)
