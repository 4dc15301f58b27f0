"""What follows when a month is submitted although what was issued and what arrived differ."""

from collections.abc import Sequence

from mingpiao.portals.consequences import Consequences
from mingpiao.portals.rendering import money
from mingpiao.portals.writeoff.parts import Waiting, month_address
from mingpiao.writeoff.model import DIFFERENCE_REASONS, DifferenceReason, MonthStanding


def of_submitting(
    standing: MonthStanding, reasons: Sequence[DifferenceReason], waiting: Waiting
) -> Consequences:
    """The page before. Its form has the amounts as they stand here, so that a month whose figures changed
    meanwhile is refused and looked at again.
    """
    less = "少" if standing.difference > 0 else "多"
    told = [
        f"{DIFFERENCE_REASONS[each.code]} {money(each.amount)} 元，{each.words or '没有说明'}"
        for each in reasons
    ]
    return Consequences(
        title=f"提交核销：{standing.month:%Y年%-m月}",
        facts=[
            ("月份", f"{standing.month:%Y年%-m月}"),
            ("开票净额", f"{money(standing.issued_net)} 元"),
            ("到账", f"{money(standing.received_total)} 元"),
            (
                "差额",
                f"{money(standing.difference)} 元（到账比开票{less} {money(abs(standing.difference))} 元）",
            ),
            ("差额原因", "；".join(told)),
        ],
        told=(
            "平台随即核对该月的全部票据：通过的记为已核销，没有通过的列为异常票据，由财政部门审核。",
            "差额和原因印在核销证明上，财政部门能看到，并按原因统计。",
            "核销以后，到账和差额原因不能自行更改；确需更改的，由财政部门两人审核后重新打开该月。",
        ),
        address=month_address(standing.month),
        button="确认提交核销",
        back=month_address(standing.month, waiting),
        members={"action": "submit"}
        | waiting.members
        | {
            f"reasons.{place}.{name}": value
            for place, each in enumerate(reasons)
            for name, value in (("code", each.code), ("amount", f"{each.amount:.2f}"), ("words", each.words))
        },
        danger=False,
        revises=True,
    )
