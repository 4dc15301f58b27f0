"""The master key in shares: enough of them give it back, a slip of the pen is noticed, strangers do not mix."""

from itertools import combinations

import pytest
from Crypto.Protocol.SecretSharing import Shamir

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.shares import KeyShare, join_shares, read_share, split_key
from mingpiao.kernel.errors import Refusal

KEY = MasterKey.from_hex("00112233445566778899aabbccddeeff")

KNOWN = (
    "MP2-1-c9f0e90f-1bd5-9634-169f-7231-f34c-4072-1a3d-2b79-c3d7-f6ee",
    "MP2-3-c9f0e90f-1bd5-ba7e-7fc7-1ef8-d93b-d1a5-7b30-e431-9900-f76f",
)


def code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.problems[0].code


@pytest.mark.parametrize(("threshold", "count"), [(2, 2), (2, 3), (3, 5), (9, 9)])
def test_any_enough_shares_give_the_key_back(threshold: int, count: int) -> None:
    lines = [share.line() for share in split_key(KEY, threshold=threshold, count=count)]
    for chosen in list(combinations(lines, threshold))[:12]:
        assert join_shares([read_share(line) for line in chosen]).hex() == KEY.hex()


def test_shares_that_were_handed_out_fit_for_ever() -> None:
    """Two shares as the release that introduced them wrote them on paper."""
    shares = [read_share(line) for line in KNOWN]
    assert join_shares(shares).hex() == KEY.hex()
    assert Shamir.combine([(s.number, s.secret) for s in shares]).hex() == KEY.hex()


def test_too_few_shares_are_refused_and_one_counts_once() -> None:
    first, second, _ = split_key(KEY, threshold=3, count=3)
    for few in ([first], [first, second], [first, second, second]):
        with pytest.raises(Refusal) as refused:
            join_shares(few)
        assert code(refused) == "key.shares_missing"


def test_spaces_and_capitals_do_not_matter_but_each_digit_does() -> None:
    """On a line that stands: a check of four digits misses one slip in 65,536, which the joining notices then."""
    line = KNOWN[0]
    share = read_share(line)
    assert share.line() == line
    assert read_share(f"  {line.upper().replace('-', '- ')} \n") == share
    for place, character in enumerate(line):
        if character == "-":
            continue
        other = "7" if character != "7" else "3"
        with pytest.raises(Refusal) as refused:
            read_share(line[:place] + other + line[place + 1 :])
        assert code(refused) == "key.share_malformed"


@pytest.mark.parametrize("typed", ["", "MP2", "MP0-1", "你好", "MP2-" + "1" * 500])
def test_other_texts_are_no_shares(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_share(typed)
    assert code(refused) == "key.share_malformed"


def test_shares_of_another_distribution_or_key_do_not_mix() -> None:
    here = split_key(KEY, threshold=2, count=2)
    again = split_key(KEY, threshold=2, count=2)
    other = split_key(MasterKey.generate(), threshold=2, count=2)
    for stranger in (again[1], other[1]):
        with pytest.raises(Refusal) as refused:
            join_shares([here[0], stranger])
        assert code(refused) == "key.shares_mixed"


def test_a_forged_share_gives_no_key() -> None:
    first, second = split_key(KEY, threshold=2, count=2)
    forged = KeyShare(
        threshold=2,
        number=2,
        key_fingerprint=second.key_fingerprint,
        batch=second.batch,
        secret=bytes(16),
    )
    with pytest.raises(Refusal) as refused:
        join_shares([first, read_share(forged.line())])
    assert code(refused) == "key.shares_wrong"


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (4, 3), (2, 10)])
def test_other_numbers_of_shares_are_refused(threshold: int, count: int) -> None:
    with pytest.raises(Refusal) as refused:
        split_key(KEY, threshold=threshold, count=count)
    assert code(refused) == "key.shares_wrong"


def test_a_fingerprint_tells_shares_apart_and_nothing_of_them() -> None:
    shares = split_key(KEY, threshold=2, count=3)
    marks = {share.fingerprint() for share in shares}
    assert len(marks) == 3
    assert not any(mark in share.line() for mark in marks for share in shares)
