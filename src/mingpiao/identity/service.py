"""What other rooms may ask of identity."""

from mingpiao.identity.accounts import (
    account_in_unit,
    accounts_of_unit,
    change_password,
    checkers_of_unit,
    create_account,
    import_account,
    officers_of,
    reset_password,
    set_active,
    set_expiry,
)
from mingpiao.identity.administration import (
    ACCOUNT_PAGE,
    AUDIT_PAGE,
    AccountState,
    AuditRow,
    account_state,
    audit_trail,
    display_names,
    search_accounts,
    unit_account_states,
    unlock,
    usernames,
)
from mingpiao.identity.audit import record, record_all, record_many
from mingpiao.identity.invitations import (
    INVITED_FOR,
    Invitation,
    accept_invitation,
    invite,
    invited_account,
    renew_invitation,
    withdraw_invitation,
)
from mingpiao.identity.kept_forms import Kept, KeptForms
from mingpiao.identity.passwords import ASVS, DENGBAO, PasswordPolicy, random_password
from mingpiao.identity.preferences import choose_columns, chosen_columns, has_seen_tour, note_tour_seen
from mingpiao.identity.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, session_of
from mingpiao.identity.signing_in import sign_in, sign_out
from mingpiao.identity.wrong_passwords import DEVICE_KNOWN_FOR

__all__ = [
    "ABSOLUTE_LIMIT",
    "ACCOUNT_PAGE",
    "ASVS",
    "AUDIT_PAGE",
    "DENGBAO",
    "DEVICE_KNOWN_FOR",
    "IDLE_LIMIT",
    "INVITED_FOR",
    "AccountState",
    "AuditRow",
    "Invitation",
    "Kept",
    "KeptForms",
    "PasswordPolicy",
    "accept_invitation",
    "account_in_unit",
    "account_state",
    "accounts_of_unit",
    "audit_trail",
    "change_password",
    "checkers_of_unit",
    "choose_columns",
    "chosen_columns",
    "create_account",
    "display_names",
    "has_seen_tour",
    "import_account",
    "invite",
    "invited_account",
    "note_tour_seen",
    "officers_of",
    "random_password",
    "record",
    "record_all",
    "record_many",
    "renew_invitation",
    "reset_password",
    "search_accounts",
    "session_of",
    "set_active",
    "set_expiry",
    "sign_in",
    "sign_out",
    "unit_account_states",
    "unlock",
    "usernames",
    "withdraw_invitation",
]
