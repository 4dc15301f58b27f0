"""Reasons with and without substance."""

import pytest

from mingpiao.rules.service import thin_reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "好",
        "同意",
        "无无无无无无",
        "情况属实，同意开具",
        "已核实，业务真实合规",
        "合同合同合同",
        "123123",
        "……！！！？？？",
    ],
)
def test_what_says_nothing_is_told(text: str) -> None:
    told = thin_reason(text, "核实说明")
    assert told.startswith("核实说明")
    assert "请" in told


@pytest.mark.parametrize(
    "text",
    ["合同分两期支付", "已核对合同", "缴款人现场缴存，已当日解缴银行", "Agreement of 3 May 2026, clause 4"],
)
def test_what_says_something_passes(text: str) -> None:
    assert thin_reason(text, "核实说明") == ""
