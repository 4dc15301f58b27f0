"""Invented evidence for the demonstration's bills: agreements, receipts and notices that match a bill.

Parties, amounts in digits and words, dates and purpose are the bill's; the same bill gives the same PDF.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from zlib import crc32

import msgspec

from mingpiao.demo.charge_items import demo_items
from mingpiao.demo.drafts import UNIT
from mingpiao.demo.sheets import DemoSheet, chinese_day, draw
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.money import in_words
from mingpiao.units.model import Unit

#: A donation below this many 元 has only the bank's receipt as evidence.
_AGREEMENT_FROM = 10_000


class DemoEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A PDF with the file name under which it is uploaded."""

    name: str
    data: bytes


class _Deal(msgspec.Struct, frozen=True, kw_only=True):
    """The subject of a file: the bill with its unit, and the day on which both sides signed."""

    request: IssueRequest
    unit: Unit
    item: str
    signed_on: date

    @property
    def number(self) -> str:
        """A document number, made from the business number."""
        digits = crc32(self.request.business_no.encode()) % 10_000
        return f"演字〔{self.signed_on.year}〕{digits:04d}号"

    @property
    def amount(self) -> str:
        return f"{self.request.total:,.2f}"

    @property
    def words(self) -> str:
        return in_words(self.request.total)

    @property
    def subject(self) -> str:
        """The name of the item without 暂收 and 代收."""
        return self.item.removeprefix("暂收").removeprefix("代收")


def file_of(request: IssueRequest, unit: Unit, on: date) -> DemoEvidence:
    """A file for a bill of a kind that needs evidence, signed some days before `on`."""
    item = _names()[request.items[0].code]
    days = crc32(f"signed:{request.business_no}".encode()) % 9 + 1
    deal = _Deal(request=request, unit=unit, item=item, signed_on=on - timedelta(days=days))
    sheet = _form_of(deal)(deal)
    return DemoEvidence(name=f"{sheet.file_name}.pdf", data=draw(sheet))


@cache
def _names() -> dict[str, str]:
    return {entry.item.code: entry.item.name for entry in demo_items()}


# -- forms ---------------------------------------------------------------------------------------


def _form_of(deal: _Deal) -> Callable[[_Deal], DemoSheet]:
    if deal.request.kind.startswith("03"):
        large = deal.request.total >= _AGREEMENT_FROM or deal.request.payer.type == UNIT
        return _donation_agreement if large else _receipt
    if "科研" in deal.item:
        return _research_agreement
    if "投标" in deal.item:
        return _receipt
    return _deposit_agreement if deal.item.startswith("暂收") else _notice


def _donation_agreement(deal: _Deal) -> DemoSheet:
    payer, project = deal.request.payer, deal.request.extension.get("Custom1", "")
    goods = deal.request.extension.get("Custom2") == "实物"
    what = f"物资（{deal.request.remark}），折合" if goods else ""
    return DemoSheet(
        title="捐赠协议书",
        file_name=f"捐赠协议-{payer.name}",
        lines=(
            f"协议编号：{deal.number}",
            f"甲方（捐赠人）：{payer.name}",
            *_code_line(payer.code),
            f"乙方（受赠人）：{deal.unit.name}",
            *_code_line(deal.unit.uscc),
            "根据《中华人民共和国公益事业捐赠法》《中华人民共和国慈善法》，双方协议如下：",
            f"一、甲方自愿、无偿向乙方捐赠{what}人民币（大写）{deal.words}（¥{deal.amount}）。",
            f"二、捐赠用途：{project}公益项目捐赠。",
            "三、甲方不因捐赠取得任何利益回报。乙方应当向甲方开具公益事业捐赠统一票据。",
            f"四、收款账号：{deal.unit.receiving_account}，开户银行：{deal.unit.receiving_bank}。",
            f"签订日期：{chinese_day(deal.signed_on)}",
        ),
    )


def _deposit_agreement(deal: _Deal) -> DemoSheet:
    payer = deal.request.payer
    ends = deal.signed_on + timedelta(days=365)
    return DemoSheet(
        title=f"{deal.subject}协议",
        file_name=f"{deal.subject}协议-{payer.name}",
        lines=(
            f"协议编号：{deal.number}",
            f"甲方（收款方）：{deal.unit.name}",
            *_code_line(deal.unit.uscc),
            f"乙方（付款方）：{payer.name}",
            *_code_line(payer.code),
            "双方就款项的暂时收取与退还协议如下：",
            f"一、乙方向甲方缴纳{deal.subject}人民币（大写）{deal.words}（¥{deal.amount}）。",
            f"二、款项用途：{deal.subject}，期满无违约的，甲方原额退还乙方，不计利息。",
            f"三、协议期限：自{chinese_day(deal.signed_on)}起至{chinese_day(ends)}止。",
            f"四、收款账号：{deal.unit.receiving_account}，开户银行：{deal.unit.receiving_bank}。",
            f"签订日期：{chinese_day(deal.signed_on)}",
        ),
    )


def _research_agreement(deal: _Deal) -> DemoSheet:
    payer = deal.request.payer
    ends = deal.signed_on + timedelta(days=730)
    return DemoSheet(
        title="科研项目合作协议",
        file_name=f"科研合作协议-{payer.name}",
        lines=(
            f"协议编号：{deal.number}",
            f"甲方（出资方）：{payer.name}",
            *_code_line(payer.code),
            f"乙方（承担单位）：{deal.unit.name}",
            *_code_line(deal.unit.uscc),
            f"一、甲方向乙方拨付科研项目合作经费人民币（大写）{deal.words}（¥{deal.amount}）。",
            "二、款项用途：科研项目合作往来款，专款专用，结余按比例退还甲方。",
            f"三、合作期限：自{chinese_day(deal.signed_on)}起至{chinese_day(ends)}止。",
            f"四、收款账号：{deal.unit.receiving_account}，开户银行：{deal.unit.receiving_bank}。",
            f"签订日期：{chinese_day(deal.signed_on)}",
        ),
    )


def _notice(deal: _Deal) -> DemoSheet:
    payer = deal.request.payer
    return DemoSheet(
        title=f"{deal.subject}代收确认单",
        file_name=f"{deal.subject}代收确认单-{payer.name}",
        lines=(
            f"编号：{deal.number}",
            f"收款单位：{deal.unit.name}",
            f"缴款人：{payer.name}",
            *_code_line(payer.code),
            f"款项用途：代收{deal.subject}",
            f"金额（小写）：¥{deal.amount}",
            f"金额（大写）：{deal.words}",
            "以上款项由收款单位代为收取，在结算后全额转付，不构成本单位收入。",
            f"日期：{chinese_day(deal.signed_on)}",
        ),
    )


def _receipt(deal: _Deal) -> DemoSheet:
    payer = deal.request.payer
    is_gift = deal.request.kind.startswith("03")
    purpose = f"{deal.request.extension.get('Custom1', '')}捐款" if is_gift else deal.subject
    return DemoSheet(
        title="演示银行电子回单",
        file_name=f"银行回单-{payer.name}",
        lines=(
            f"回单编号：{crc32(deal.request.business_no.encode()):010d}",
            f"交易日期：{chinese_day(deal.signed_on)}",
            f"付款人：{payer.name}",
            f"收款人：{deal.unit.name}",
            f"收款账号：{deal.unit.receiving_account}",
            f"收款开户行：{deal.unit.receiving_bank}",
            f"金额（小写）：¥{deal.amount}",
            f"金额（大写）：人民币{deal.words}",
            f"用途：{purpose}",
            "交易状态：成功",
        ),
    )


def _code_line(code: str) -> tuple[str, ...]:
    return (f"统一社会信用代码：{code}",) if code else ()
