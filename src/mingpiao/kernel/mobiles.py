"""Numbers of mobile telephones on the mainland: which texts are one, and how they are shown."""

import re

from mingpiao.kernel.errors import Problem

_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def is_mobile(text: str) -> bool:
    """Whether a text is such a number: 11 ASCII digits that begin with 13 to 19."""
    return _MOBILE.fullmatch(text) is not None


def mobile_problems(text: str, *, field: str = "mobile") -> tuple[Problem, ...]:
    """Why a text is no such number; empty if it is one."""
    if is_mobile(text):
        return ()
    message = "手机号码须为11位数字，以13至19开头，请核对。"
    return (Problem(code="mobile.invalid", field=field, message=message),)


def masked_mobile(mobile: str) -> str:
    """The number with its four middle digits hidden: 138****5678; empty for no number."""
    return f"{mobile[:3]}****{mobile[7:]}" if mobile else ""
