"""Reads issue requests from JSON."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from mingpiao.gateway.decoding import decode_with_tree, number_problem
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import NUMBER

_decoder = msgspec.json.Decoder(IssueRequest)
_is_number = re.compile(NUMBER).fullmatch
_ITEM_NUMBERS = ("quantity", "rate", "amount")
_AUX_NUMBERS = ("quantity", "amount")
_MOST_PROBLEMS = 50


class Incoming(msgspec.Struct, frozen=True):
    """A request, and the problems of how its numbers are written."""

    request: IssueRequest
    problems: tuple[Problem, ...] = ()


def read_request(data: "bytes | msgspec.Raw") -> Incoming:
    """Read a request from JSON bytes. Raises `Refusal` if they are no request."""
    request, tree = decode_with_tree(_decoder, data)
    return Incoming(request, number_problems(tree))


def number_problems(tree: Any, path: str = "") -> tuple[Problem, ...]:
    """A problem for each number that is written as a text against the grammar; `tree` is the request as plain
    JSON at `path`.
    """
    return tuple(number_problem(path + field) for field in _misspelt(tree))


def _misspelt(tree: Any) -> Iterator[str]:
    """Paths of members that `Decimal` accepts as numbers although the grammar does not."""
    if _is_misspelt(tree["total"]):
        yield "total"
    for name, numbers in (("items", _ITEM_NUMBERS), ("aux_items", _AUX_NUMBERS)):
        for index, line in enumerate(tree.get(name, ())):
            for number in numbers:
                if _is_misspelt(line[number]):
                    yield f"{name}/{index}/{number}"


def misspelt_lines(tree: Any, name: str, numbers: Sequence[str]) -> list[Problem]:
    """A problem for each number against the grammar in the lines of a body's member `name`, the first fifty."""
    found = (
        number_problem(f"{name}/{index}/{number}")
        for index, line in enumerate(tree.get(name) or ())
        for number in numbers
        if _is_misspelt(line.get(number))
    )
    return list(islice(found, _MOST_PROBLEMS))


def _is_misspelt(written: Any) -> bool:
    return type(written) is str and _is_number(written) is None
