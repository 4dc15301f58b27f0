"""What follows when a month is submitted although what was issued and what arrived differ."""

from collections.abc import Iterable, Sequence

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
    told = [
        f"{DIFFERENCE_REASONS[each.code]} {money(each.amount)} 元，{each.words or '没有说明'}"
        for each in reasons
    ]
    return Consequences(
        title=f"提交核销：{standing.month:%Y年%-m月}",
        facts=[
            *_sums(standing),
            ("差额原因", "；".join(told)),
        ],
        told=(
            "平台随即核对该月的全部票据：通过的记为已核销，没有通过的列为异常票据，由财政部门审核。",
            "差额和原因印在核销证明上，财政部门能看到，并按原因统计。",
            _FINAL,
        ),
        address=month_address(standing.month),
        button="确认提交核销",
        back=month_address(standing.month, waiting),
        members={"action": "submit"}
        | waiting.members
        | _typed((each.code, f"{each.amount:.2f}", each.words) for each in reasons),
        danger=False,
        revises=True,
    )


def of_partial(
    standing: MonthStanding, unpaid: int, typed: Iterable[tuple[str, str, str]], waiting: Waiting
) -> Consequences:
    """The page before a month is written off in part. Reasons that were typed (code, amount, words) are kept for who
    goes back; a month that is submitted in part has none.
    """
    rows = _typed(typed)
    count = standing.count
    kept = "已填写的差额原因不随部分核销提交；返回修改时仍在。"
    return Consequences(
        title=f"先核销已匹配到账的票据：{standing.month:%Y年%-m月}",
        facts=[
            *_sums(standing),
            ("列为异常", f"{unpaid:,} 份没有匹配到账的票据"),
            ("参加核销", f"其余 {max(count - unpaid, 0):,} 份"),
        ],
        told=(
            f"没有匹配到账的 {unpaid:,} 份票据列为异常票据，由财政部门逐份审核，解除以前不算已核销。",
            "其余票据随即核对，通过的记为已核销。",
            *([kept] if rows else []),
            _FINAL,
        ),
        address=month_address(standing.month),
        button="确认部分核销",
        back=month_address(standing.month, waiting),
        members={"action": "partial"} | waiting.members | rows,
        danger=False,
        revises=True,
    )


_FINAL = "核销以后，到账和差额原因不能自行更改；确需更改的，由财政部门两人审核后重新打开该月。"


def _sums(standing: MonthStanding) -> list[tuple[str, str]]:
    less = "少" if standing.difference > 0 else "多"
    return [
        ("月份", f"{standing.month:%Y年%-m月}"),
        ("开票净额", f"{money(standing.issued_net)} 元"),
        ("到账", f"{money(standing.received_total)} 元"),
        ("差额", f"{money(standing.difference)} 元（到账比开票{less} {money(abs(standing.difference))} 元）"),
    ]


def _typed(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Members of a form for rows of reasons."""
    names = ("code", "amount", "words")
    return {
        f"reasons.{place}.{name}": value
        for place, row in enumerate(rows)
        for name, value in zip(names, row, strict=True)
    }
