"""Which step leads from which state to which."""

from collections.abc import Mapping

from mingpiao.kernel.errors import refuse
from mingpiao.ukeys.model import UKeyState, UKeyStep

MOVES: Mapping[tuple[UKeyState, UKeyStep], UKeyState] = {
    (UKeyState.REQUESTED, UKeyStep.WITHDRAW): UKeyState.WITHDRAWN,
    (UKeyState.REQUESTED, UKeyStep.REFUSE): UKeyState.REFUSED,
    (UKeyState.REQUESTED, UKeyStep.ISSUE): UKeyState.ISSUED,
    (UKeyState.ISSUED, UKeyStep.DELIVER): UKeyState.DELIVERED,
    (UKeyState.ISSUED, UKeyStep.REVOKE): UKeyState.REVOKED,
    (UKeyState.DELIVERED, UKeyStep.ACTIVATE): UKeyState.ACTIVE,
    (UKeyState.DELIVERED, UKeyStep.REVOKE): UKeyState.REVOKED,
    (UKeyState.ACTIVE, UKeyStep.HOLD): UKeyState.HELD,
    (UKeyState.ACTIVE, UKeyStep.REVOKE): UKeyState.REVOKED,
    (UKeyState.HELD, UKeyStep.RELEASE): UKeyState.ACTIVE,
    (UKeyState.HELD, UKeyStep.REVOKE): UKeyState.REVOKED,
}
#: What stands in the revocation list.
ON_THE_LIST = frozenset({UKeyState.HELD, UKeyState.REVOKED})


def after(state: UKeyState, step: UKeyStep) -> UKeyState:
    """The state that a step leads to. Raises `Refusal` (`ukey.step_not_allowed`, 409)."""
    found = MOVES.get((state, step))
    if found is None:
        message = f"该 UKey 现在是“{state.label}”，不能{step.label.replace(' UKey 证书', '').replace(' UKey 申请', '')}。请刷新页面。"
        raise refuse("ukey.step_not_allowed", message, status=409, state=state.value)
    return found


def allowed_steps(state: UKeyState) -> frozenset[UKeyStep]:
    """The steps that a state allows."""
    return frozenset(step for (before, step) in MOVES if before is state)
