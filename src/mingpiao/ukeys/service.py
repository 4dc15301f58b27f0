"""What other rooms and pages may ask of UKeys."""

from mingpiao.ukeys.applying import (
    apply_after_loss,
    apply_in_department,
    apply_in_unit,
    check_request,
    withdraw_application,
)
from mingpiao.ukeys.authorities import (
    MAX_CERTIFICATE,
    list_authorities,
    published_list,
    trust_authority,
    waiting_requests,
)
from mingpiao.ukeys.deciding import (
    MAX_REASON,
    accept_certificate,
    deliver_ukey,
    hold_certificates_of,
    hold_ukey,
    issue_ukey,
    refuse_ukey,
    release_ukey,
    revoke_ukey,
)
from mingpiao.ukeys.ending import tell_of_ends
from mingpiao.ukeys.machine import allowed_steps
from mingpiao.ukeys.policies import (
    UKeyPolicy,
    lacks_needed_key,
    set_ukey_policy,
    ukey_policies,
    ukey_policy_in_force,
)
from mingpiao.ukeys.signing_in import CHALLENGE_FOR, UKeyProof, UKeySignIn
from mingpiao.ukeys.store import PAGE_SIZE, get_ukey, list_ukeys, steps_of

__all__ = [
    "CHALLENGE_FOR",
    "MAX_CERTIFICATE",
    "MAX_REASON",
    "PAGE_SIZE",
    "UKeyPolicy",
    "UKeyProof",
    "UKeySignIn",
    "accept_certificate",
    "allowed_steps",
    "apply_after_loss",
    "apply_in_department",
    "apply_in_unit",
    "check_request",
    "deliver_ukey",
    "get_ukey",
    "hold_certificates_of",
    "hold_ukey",
    "issue_ukey",
    "lacks_needed_key",
    "list_authorities",
    "list_ukeys",
    "published_list",
    "refuse_ukey",
    "release_ukey",
    "revoke_ukey",
    "set_ukey_policy",
    "steps_of",
    "tell_of_ends",
    "trust_authority",
    "ukey_policies",
    "ukey_policy_in_force",
    "waiting_requests",
    "withdraw_application",
]
