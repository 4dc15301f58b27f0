"""自动审核 of a request for numbers: a pure function of facts. Each reason is told, with what to do about it."""

from collections.abc import Iterator

from mingpiao.house.rooms import locks
from mingpiao.supply.model import RequisitionState, SupplyFacts, SupplyFinding, Verdict
from mingpiao.supply.outlook import most_in_stock

_WRITEOFF_PAGE = "/unit/writeoff"


def audit(quantity: int, facts: SupplyFacts) -> Verdict:
    """Whether a unit gets `quantity` numbers.

    What stops supply refuses; so does a stock that lasts longer than the policy allows. More than that is shortened.
    A unit without use, a large request, and what the department's stock does not hold, wait for a person.
    """
    stops = tuple(stops_of(facts))
    if stops:
        return Verdict(state=RequisitionState.REFUSED, findings=stops)
    limit = most_in_stock(facts.outlook, facts.policy)
    if limit == 0:
        return Verdict(state=RequisitionState.REVIEW, findings=(_NO_USE,))
    most = max(0, limit - facts.free)
    if most == 0:
        return Verdict(state=RequisitionState.REFUSED, findings=(_enough(facts),))
    shortened = (_shortened(quantity, most, facts),) if quantity > most else ()
    granted = min(quantity, most)
    if granted > facts.policy.review_above:
        return Verdict(state=RequisitionState.REVIEW, findings=(*shortened, _large(facts)))
    if facts.department_run is not None and granted > facts.department_run:
        return Verdict(state=RequisitionState.REVIEW, findings=(*shortened, _DEPARTMENT_SHORT))
    return Verdict(state=RequisitionState.GRANTED, quantity=granted, findings=shortened)


def stops_of(facts: SupplyFacts) -> Iterator[SupplyFinding]:
    """What must be done before a unit gets numbers, also by a person's decision."""
    for reason in facts.locks:
        lock = locks().get(reason)
        words = lock.message if lock else "本单位已被暂停开票，请联系同级财政部门。"
        yield SupplyFinding(code="supply.issuing_stopped", message=words)
    if facts.valid_until is not None and facts.valid_until < facts.today:
        day = f"{facts.valid_until:%Y年%-m月%-d日}"
        yield SupplyFinding(
            code="supply.qualification_expired",
            message=f"本单位的法人证书已于{day}到期，请先提交新的证书，审核通过后再申领。",
            page="/unit/qualifications",
        )
    unsettled = facts.open_months if facts.policy.all_written_off else facts.overdue_months
    if unsettled:
        late = "已逾期未核销" if unsettled == facts.overdue_months else "尚未核销"
        yield SupplyFinding(
            code="supply.not_written_off",
            message=f"{'、'.join(unsettled)}的票据{late}，请先核销，核旧领新。",
            page=_WRITEOFF_PAGE,
        )
    if facts.overdue_notices:
        yield SupplyFinding(
            code="supply.rectification_overdue",
            message=f"整改通知{'、'.join(facts.overdue_notices)}已逾期，请先报送整改情况，验收后再申领。",
            page="/unit/rectifications",
        )


_NO_USE = SupplyFinding(
    code="supply.no_use",
    message="该票据近期没有一个完整月份的用量可以参照，由财政部门核定月用量后发放；只需核定一次。",
)


_DEPARTMENT_SHORT = SupplyFinding(
    code="supply.department_short",
    message="同级财政部门库存的号码不够，由财政部门补充库存后审核发放，结果以消息告知。",
)


def _enough(facts: SupplyFacts) -> SupplyFinding:
    months = facts.policy.months_at_most
    return SupplyFinding(
        code="supply.enough",
        message=f"库存还有{facts.free:,}个号码，按用量够用{months}个月以上，暂不需要申领。",
    )


def _shortened(quantity: int, most: int, facts: SupplyFacts) -> SupplyFinding:
    months = facts.policy.months_at_most
    return SupplyFinding(
        code="supply.shortened",
        message=f"申领{quantity:,}个，按{months}个月的用量减去库存{facts.free:,}个，本次最多发放{most:,}个，可以分次申领。",
    )


def _large(facts: SupplyFacts) -> SupplyFinding:
    return SupplyFinding(
        code="supply.large",
        message=f"超过{facts.policy.review_above:,}个的申领由财政部门审核，结果以消息告知。",
    )
