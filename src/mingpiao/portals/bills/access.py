"""Checks access to one bill of one's own unit."""

from mingpiao.identity.model import Account
from mingpiao.kernel.codes import bill_id
from mingpiao.kernel.errors import refuse


def unit_of(account: Account) -> int:
    """The unit of a unit's account. Raises `Refusal` (`access.denied`, 403) for any other account."""
    if account.unit_id is None:
        raise refuse("access.denied", "该页面只供用票单位使用。", status=403)
    return account.unit_id


def bill_id_of(code: str, number: str) -> int:
    """票据编号 from the parts of an address. Raises `Refusal` (`bill.unknown`, 404) if malformed."""
    try:
        return bill_id(code, number)
    except ValueError as error:
        raise refuse(
            "bill.unknown", "没有找到该票据，请核对票据代码和号码，或您无权查看。", status=404
        ) from error
