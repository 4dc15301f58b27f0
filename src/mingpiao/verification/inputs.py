"""Read the five facts of a face as people type them."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import unicodedata2 as unicodedata

from mingpiao.kernel.codes import is_code, is_number
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.verification.model import FaceQuery

_CHECK_CODE = re.compile(r"[0-9A-Za-z]{1,20}")  # 20 is the widest that other platforms draw (standards §1)
_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)?([0-9]{1,2})(?:-|/|\.|月)?([0-9]{1,2})日?")
#: Signs of a sentence around a pasted address, as NFKC leaves them.
_AROUND = "。.,;:、!?()[]<>《》【】“”\"'」』"
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")

_CODE_WRONG = "票据代码应为 8 位数字，请按票面左上方填写。"
_NUMBER_WRONG = "票据号码应为 10 位数字，请按票面右上方填写。"
_CHECK_CODE_WRONG = "校验码由数字和字母组成，请按票面右上方填写。"
_DATE_WRONG = "开票日期不正确，请按票面填写，例如 2026-11-21。"
_AMOUNT_WRONG = "金额应为数字，请按票面“金额合计（小写）”填写，例如 128.50；红字票据填负数。"


def read_face_query(code: str, number: str, check_code: str, issued_on: str, amount: str) -> FaceQuery:
    """The five facts from text: full-width digits, spaces, 元 signs and usual ways to write a date go.

    Raises `Refusal` with one problem a field that cannot be read.
    """
    day, money = _date(_plain(issued_on)), _amount(_plain(amount))
    query = FaceQuery(
        code=_plain(code),
        number=_plain(number),
        check_code=_plain(check_code),
        issued_on=day or date.min,
        amount=money if money is not None else Decimal(0),
    )
    problems = list(problems_of_face(query))
    if day is None:
        problems.append(_problem("issued_on", _DATE_WRONG))
    if money is None:
        problems.append(_problem("amount", _AMOUNT_WRONG))
    if problems:
        raise Refusal(*problems)
    return query


def read_link(query: Mapping[str, str]) -> tuple[str, str, str]:
    """Code, number and hash from a check address's query, forgiving what copying does to it: `&amp;` for
    `&`, blanks around, a full stop or bracket of the sentence that it stood in."""
    plain = {name.strip().removeprefix("amp;"): _plain(value).strip(_AROUND) for name, value in query.items()}
    return plain.get("c", ""), plain.get("n", ""), plain.get("h", "")


def problems_of_face(query: FaceQuery) -> tuple[Problem, ...]:
    """What of the five facts is not shaped like one."""
    judged = (
        (is_code(query.code), "code", _CODE_WRONG),
        (is_number(query.number), "number", _NUMBER_WRONG),
        (_CHECK_CODE.fullmatch(query.check_code) is not None, "check_code", _CHECK_CODE_WRONG),
        (query.amount.is_finite(), "amount", _AMOUNT_WRONG),
    )
    return tuple(_problem(field, message) for right, field, message in judged if not right)


def _plain(text: str) -> str:
    """Full-width characters made plain, all white space gone."""
    return "".join(unicodedata.normalize("NFKC", text[:100]).split())


def _date(text: str) -> date | None:
    parts = _DATE.fullmatch(text)
    if parts is None:
        return None
    try:
        return date(*(int(part) for part in parts.groups()))
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    bare = text.lstrip("¥").rstrip("元").replace(",", "")
    return Decimal(bare) if _AMOUNT.fullmatch(bare) else None


def _problem(field: str, message: str) -> Problem:
    return Problem(code="verification.malformed", field=field, message=message)
