"""到账: what arrived, and the bills that it pays for."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

#: Channels by which money arrives, as a unit enters totals.
CHANNELS = ("银行转账", "POS", "微信", "支付宝", "现金", "其他")


#: Where a receipt comes from: stored word, and its Chinese name.
SOURCES = {"payment": "缴款平台", "statement": "银行流水", "manual": "单位登记", "interface": "接口报送"}


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as a payment service reports it. `serial` is its own number of it; negative amounts were paid back."""

    serial: str
    received_on: date
    amount: Decimal
    channel: str = ""
    payer_name: str = ""
    payment_code: str = ""
    business_no: str = ""


class CaseReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was matched to a bill: `amount` 元 of it pay for the bill."""

    received_on: date
    channel: str
    payer_name: str
    amount: Decimal


#: How a match was found: stored word, and its Chinese name.
MATCH_WAYS = {
    "payment_code": "缴款码",
    "business_no": "业务流水号",
    "memo": "摘要中的号码",
    "payer": "金额和付款人",
    "split": "分次付款",
    "merged": "合并付款",
    "amount": "金额和日期",
    "manual": "人工匹配",
}


class MatchedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that a receipt pays for, with how much of it and how that was found (`MATCH_WAYS`)."""

    bill_id: int
    amount: Decimal
    how: str


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt of a unit with the bills that it pays for."""

    receipt_id: int
    month: date
    received_on: date
    amount: Decimal
    source: str
    channel: str
    payer_name: str
    payer_account: str
    business_no: str
    payment_code: str
    memo: str
    matched: Decimal
    bills: tuple[MatchedBill, ...]

    @property
    def open(self) -> Decimal:
        return self.amount - self.matched


class OpenBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that no receipt pays for, or not wholly: `open` 元 are left."""

    bill_id: int
    kind_code: str
    issued_at: datetime
    payer_name: str
    business_no: str
    total: Decimal
    matched: Decimal

    @property
    def open(self) -> Decimal:
        return self.total - self.matched
