"""A request is known again by its digest, and digests are stored: what they are today they stay for ever."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingpiao.issuing.digests import (
    FIELDS,
    NOT_COUNTED,
    AddedField,
    FieldList,
    RequestFields,
    first_digest,
    is_repeat,
    request_digest,
)
from mingpiao.issuing.model import IssueRequest, Payer, RequestAuxItem, RequestItem

replace = msgspec.structs.replace

#: Requests as programs send them, with the digests that release 0.1.0 stores for them. Rows are added to
#: this file with each release that adds a field; those that are there are never changed.
GOLDEN = json.loads(Path(__file__).with_name("digests.json").read_bytes())
#: The digests of the same requests as they are stored since numbers have one canonical form.
CANONICAL = json.loads(Path(__file__).with_name("digests-canonical.json").read_bytes())
LISTS: dict[str, tuple[type[msgspec.Struct], FieldList]] = {
    "request": (IssueRequest, FIELDS.request),
    "payer": (Payer, FIELDS.payer),
    "item": (RequestItem, FIELDS.item),
    "aux_item": (RequestAuxItem, FIELDS.aux_item),
}


def decoded(request: dict[str, Any]) -> IssueRequest:
    return msgspec.json.decode(json.dumps(request), type=IssueRequest)


@pytest.mark.parametrize("golden", GOLDEN, ids=[golden["name"] for golden in GOLDEN])
def test_a_stored_digest_is_found_again(golden: dict[str, Any]) -> None:
    request = decoded(golden["request"])
    stored = bytes.fromhex(golden["digest"])
    assert first_digest(request) == stored
    assert is_repeat(stored, request)
    assert request_digest(request).hex() == CANONICAL[golden["name"]]
    assert is_repeat(request_digest(request), request)


def test_the_same_numbers_in_other_digits_are_the_same_request() -> None:
    plain = GOLDEN[0]["request"]
    item = plain["items"][0]
    for ten, one in (("10", "1"), ("10.0", "1.0"), ("1E+1", "1"), ("10.000000", "1.000000")):
        other = plain | {
            "total": ten,
            "items": [item | {"amount": ten, "rate": ten, "quantity": one}],
            "extension": {"Gender": ""},
        }
        assert request_digest(decoded(other)) == request_digest(decoded(plain))
    money = [decoded(plain | {"extension": {"FundPayAmount": text}}) for text in ("4", "4.0", "4.00")]
    assert len({request_digest(request) for request in money}) == 1
    changed = [
        plain | {"total": "10.01"},
        plain | {"extension": {"PatientNumber": "010"}},
        plain | {"extension": {"PatientNumber": "10"}},
    ]
    assert len({request_digest(decoded(each)) for each in (plain, *changed)}) == 4


@given(number=st.decimals())
def test_no_number_is_too_strange_for_a_digest(number: Decimal) -> None:
    request = msgspec.structs.replace(decoded(GOLDEN[0]["request"]), total=number)
    assert len(request_digest(request)) == 32


@pytest.mark.parametrize("name", LISTS)
def test_every_field_counts_or_says_why_not(name: str) -> None:
    kind, fields = LISTS[name]
    counted = [*fields.first, *(field.name for field in fields.added)]
    left_out = list(NOT_COUNTED) if kind is IssueRequest else []
    assert sorted(counted + left_out) == sorted(kind.__struct_fields__)


@pytest.mark.parametrize("name", LISTS)
def test_an_added_field_has_the_default_of_the_request(name: str) -> None:
    kind, fields = LISTS[name]
    defaults = {field.name: field.default for field in msgspec.structs.fields(kind)}
    assert [field.default for field in fields.added] == [defaults[field.name] for field in fields.added]


@pytest.mark.parametrize("name", LISTS)
def test_versions_go_up(name: str) -> None:
    versions = [1, *(field.since for field in LISTS[name][1].added)]
    assert versions == sorted(set(versions))


# -- a release to come, which knows one field more of everything ---------------------------------


class NewPayer(Payer, frozen=True, kw_only=True):
    fresh: str = "no"


class NewItem(RequestItem, frozen=True, kw_only=True):
    fresh: str = "no"


class NewAuxItem(RequestAuxItem, frozen=True, kw_only=True):
    fresh: str = "no"


class NewRequest(IssueRequest, frozen=True, kw_only=True):
    payer: NewPayer
    items: tuple[NewItem, ...]
    aux_items: tuple[NewAuxItem, ...] = ()
    fresh: str = "no"


def with_one_more(fields: FieldList) -> FieldList:
    return replace(fields, added=(*fields.added, AddedField(name="fresh", since=3, default="no")))


NEW_FIELDS = RequestFields(
    request=with_one_more(FIELDS.request),
    payer=with_one_more(FIELDS.payer),
    item=with_one_more(FIELDS.item),
    aux_item=with_one_more(FIELDS.aux_item),
)


def as_new(request: IssueRequest) -> NewRequest:
    return msgspec.convert(msgspec.to_builtins(request), NewRequest, strict=False)


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBER = st.decimals(allow_nan=False, allow_infinity=False)
REQUESTS = st.builds(
    IssueRequest,
    business_no=TEXT,
    kind=TEXT,
    payer=st.builds(Payer, type=st.sampled_from(["1", "2"]), name=TEXT, code=TEXT, account=TEXT, bank=TEXT),
    items=st.lists(
        st.builds(RequestItem, code=TEXT, quantity=NUMBER, rate=NUMBER, amount=NUMBER, remark=TEXT),
        max_size=3,
    ).map(tuple),
    total=NUMBER,
    handler=TEXT,
    checker=TEXT,
    pay_mode=TEXT,
    remark=TEXT,
    extension=st.dictionaries(TEXT, TEXT, max_size=3),
    aux_items=st.lists(
        st.builds(RequestAuxItem, related_code=TEXT, name=TEXT, quantity=NUMBER, amount=NUMBER, unit=TEXT),
        max_size=3,
    ).map(tuple),
    evidence=st.lists(TEXT, max_size=3).map(tuple),
)


@given(request=REQUESTS)
def test_a_field_that_is_added_changes_no_digest_of_requests_without_it(request: IssueRequest) -> None:
    assert request_digest(as_new(request), NEW_FIELDS) == request_digest(request)
    assert first_digest(as_new(request), NEW_FIELDS) == first_digest(request)


def test_an_added_field_that_says_something_counts_wherever_it_stands() -> None:
    plain = as_new(msgspec.convert(GOLDEN[-1]["request"], IssueRequest, strict=False))
    changed = [
        replace(plain, fresh="yes"),
        replace(plain, payer=replace(plain.payer, fresh="yes")),
        replace(plain, items=tuple(replace(item, fresh="yes") for item in plain.items)),
        replace(plain, aux_items=tuple(replace(item, fresh="yes") for item in plain.aux_items)),
    ]
    digests = {request_digest(request, NEW_FIELDS) for request in (plain, *changed)}
    assert len(digests) == 5
    assert request_digest(plain, NEW_FIELDS).hex() == CANONICAL[GOLDEN[-1]["name"]]
