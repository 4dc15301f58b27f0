"""The one form in which a request is judged, sealed and answered, however a program wrote it."""

import msgspec

from mingpiao.catalog.model import BillKind, ExtensionType
from mingpiao.issuing.model import IssueRequest, RequestAuxItem, RequestItem
from mingpiao.kernel.grammar import read_decimal
from mingpiao.kernel.likeness import normal_code
from mingpiao.kernel.money import plain, plain_number, round_yuan, shortest
from mingpiao.kernel.text import with_plain_spaces
from mingpiao.rules.model import Hit, Severity

_replace = msgspec.structs.replace


def tidy(request: IssueRequest) -> IssueRequest:
    """The request with its payer's code in capitals, half width and without blanks: the form that is checked."""
    code = request.payer.code
    normal = normal_code(code)
    return request if normal == code else _replace(request, payer=_replace(request.payer, code=normal))


def canonical(request: IssueRequest, kind: BillKind) -> IssueRequest:
    """A request that passed the checks, with amounts to the cent, other numbers without zeros at the end,
    members of 其他信息 by their type without empty ones, and plain blanks in remarks.
    """
    return _replace(
        request,
        total=round_yuan(request.total),
        items=tuple(map(_item, request.items)),
        aux_items=tuple(map(_aux_item, request.aux_items)),
        pay_mode=with_plain_spaces(request.pay_mode),
        remark=with_plain_spaces(request.remark),
        extension=_extension(request.extension, kind),
    )


def _item(item: RequestItem) -> RequestItem:
    return RequestItem(
        code=item.code,
        quantity=shortest(item.quantity),
        rate=shortest(item.rate),
        amount=round_yuan(item.amount),
        remark=with_plain_spaces(item.remark),
    )


def _aux_item(item: RequestAuxItem) -> RequestAuxItem:
    return RequestAuxItem(
        related_code=item.related_code,
        name=with_plain_spaces(item.name),
        quantity=shortest(item.quantity),
        amount=round_yuan(item.amount),
        code=with_plain_spaces(item.code),
        unit=with_plain_spaces(item.unit),
        standard=with_plain_spaces(item.standard),
        remark=with_plain_spaces(item.remark),
    )


def _extension(values: dict[str, str], kind: BillKind) -> dict[str, str]:
    types = {field.name: field.type for field in kind.extension_fields}
    return {name: _member(value, types[name]) for name, value in values.items() if value}


def _member(value: str, kind: ExtensionType) -> str:
    if kind is ExtensionType.TEXT:
        return with_plain_spaces(value)
    if kind is ExtensionType.MONEY and value[-3:-2] == ".":
        # The checks let it pass, so this is its form already.
        return value
    number = read_decimal(value) if kind in (ExtensionType.MONEY, ExtensionType.NUMBER) else None
    if number is None:
        return value
    return plain(number) if kind is ExtensionType.MONEY else plain_number(number)


def code_hints(sent: IssueRequest, wanted: IssueRequest) -> tuple[Hit, ...]:
    """What is told about a payer's code that was written in another form."""
    if sent.payer.code == wanted.payer.code:
        return ()
    return (
        Hit(
            rule="PAYER-CODE-FORM",
            version=0,
            name="缴款人代码的写法",
            severity=Severity.WARN,
            message=f"缴款人代码已按“{wanted.payer.code}”登记：字母用大写，不用空格、连字符和全角字符，请在业务系统中更正。",
            field="payer/code",
            basis="",
        ),
    )
