"""How pages write numbers, times and addresses, and who may do what."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec

import pytest

from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import read_typed_decimal
from mingpiao.portals.forms import clean
from mingpiao.portals.gates import Right
from mingpiao.portals.packing import STATIC_DIR, asset
from mingpiao.portals.rendering import csrf_field, day, field_id, moment, money, problems_at
from mingpiao.portals.router import create_router
from mingpiao.portals.session import is_local
from mingpiao.portals.subjects import folders, menu_entries


def test_money_has_thousands_and_two_places() -> None:
    assert money(Decimal("1234567.5")) == "1,234,567.50"
    assert money(Decimal("-0.005")) == "-0.01"
    assert money(Decimal("0")) == "0.00"


def test_times_are_shown_in_shanghai() -> None:
    late = datetime(2026, 11, 21, 17, 30, 5, tzinfo=UTC)
    assert moment(late) == "2026-11-22 01:30:05"
    assert day(late) == "2026-11-22"
    assert day(date(2026, 11, 21)) == "2026-11-21"


def test_problems_are_found_by_their_field() -> None:
    mine = Problem(code="a", field="items/0/amount", message="甲")
    other = Problem(code="b", field="items/1/amount", message="乙")
    assert problems_at((mine, other), "items/0/amount") == [mine]
    assert field_id("items/0/amount") == "items-0-amount"


def test_hidden_fields_are_escaped() -> None:
    assert csrf_field('"><script>') == (
        '<input type="hidden" name="csrf_token" value="&#34;&gt;&lt;script&gt;">'
    )


def test_static_files_have_addresses_of_their_content() -> None:
    path, _, version = asset("mingpiao.css").partition("?v=")
    assert path == "/static/mingpiao.css"
    assert len(version) == 12
    assert asset("vendor/not-there.js") == "/static/vendor/not-there.js"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", "12.50"),
        ("１２．５", "12.5"),
        ("1,234.5", "1234.5"),
        ("-3", "-3"),
        ("1,234,567.00", "1234567.00"),
        ("1 234 567", "1234567"),
        ("1,2,3", None),
        ("1,234 567", None),
        (".5", None),
        ("5.", None),
        ("05", None),
        ("+5", None),
        ("", None),
        (".", None),
        ("-", None),
        ("1e5", None),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("٣", None),
        ("1.2.3", None),
        ("--1", None),
        ("1" * 16, None),
        ("0." + "1" * 16, None),
    ],
)
def test_numbers_as_people_type_them(text: str, number: str | None) -> None:
    assert read_typed_decimal(text) == (Decimal(number) if number is not None else None)


def test_texts_lose_nul_and_outer_spaces_and_are_never_cut() -> None:
    assert clean("  a\x00b  ") == "ab"
    assert len(clean("字" * 30_000)) == 30_000


@pytest.mark.parametrize("address", ["/unit", "/unit/bills?payer=%E5%BC%A0", "/"])
def test_addresses_of_this_site(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    ["", "unit", "//evil.test", "/\\evil.test", "https://evil.test", "/a\r\nb", "/a\tb", "/\u202eb"],
)
def test_addresses_that_are_not_followed(address: str) -> None:
    assert not is_local(address)


#: Who may do what, whole: a right that is added, or goes to another role, is seen here.
RIGHTS = {
    "accounts.rights": {"unit_accounts": {"UNIT_MANAGER"}},
    "analysis.rights": {"analysis_decide": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"}},
    "alerts.rights": {"alerts_decide": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"}},
    "audit.rights": {
        "unit_audit": {"UNIT_MANAGER"},
        "department_audit": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"},
    },
    "cube.rights": {"cube_ask": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"}},
    "applications.rights": {"review": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"}},
    "units.rights": {"unit_manage": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"}},
    "approvals.rights": {
        "approvals_decide": {"DEPARTMENT_HEAD"},
        "approvals_propose": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
    },
    "bills.rights": {"unit_reverse": {"UNIT_HANDLER", "UNIT_MANAGER"}},
    "campaigns.rights": {"campaign_propose": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"}},
    "casework.rights": {
        "exceptions_decide": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
        "unit_explain": {"UNIT_HANDLER", "UNIT_MANAGER"},
    },
    "catalog.rights": {"catalog_edit": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"}},
    "faces.rights": {
        "faces_view": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD", "ADMINISTRATOR"},
        "faces_design": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"},
    },
    "checking.rights": {"unit_check": {"UNIT_CHECKER"}, "unit_demands": {"UNIT_MANAGER"}},
    "evidence.rights": {
        "evidence_upload": {"UNIT_HANDLER", "UNIT_MANAGER"},
        "evidence_settings": {"DEPARTMENT_HEAD"},
    },
    "gates": {
        "unit_view": {"UNIT_HANDLER", "UNIT_CHECKER", "UNIT_MANAGER"},
        "unit_export": {"UNIT_HANDLER", "UNIT_CHECKER", "UNIT_MANAGER"},
        "finance_view": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD", "ADMINISTRATOR"},
        "administer": {"ADMINISTRATOR"},
        "secure": {"SECURITY_ADMINISTRATOR"},
        "audit": {"AUDIT_ADMINISTRATOR"},
        "admin_view": {"ADMINISTRATOR", "SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR"},
    },
    "former.rights": {
        "former_import": {"UNIT_HANDLER", "UNIT_MANAGER"},
        "former_import_for_units": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"},
        "former_certificates": {"DEPARTMENT_HEAD"},
    },
    "issuing.rights": {"unit_issue": {"UNIT_HANDLER"}},
    "kinds.rights": {"kinds_mark": {"DEPARTMENT_HEAD"}},
    "messages.rights": {
        "messages": {
            "ADMINISTRATOR",
            "SECURITY_ADMINISTRATOR",
            "AUDIT_ADMINISTRATOR",
            "UNIT_HANDLER",
            "UNIT_CHECKER",
            "UNIT_MANAGER",
            "DEPARTMENT_OFFICER",
            "DEPARTMENT_HEAD",
        }
    },
    "paper.rights": {
        "paper_move": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
        "unit_paper": {"UNIT_HANDLER", "UNIT_MANAGER"},
        "unit_paper_decide": {"UNIT_MANAGER"},
    },
    "payers.rights": {"unit_payers": {"UNIT_HANDLER", "UNIT_MANAGER"}},
    "qualifications.rights": {
        "unit_qualifications": {"UNIT_MANAGER"},
        "qualification_review": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"},
    },
    "rules.rights": {
        "rules_view": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD", "ADMINISTRATOR"},
        "rules_write": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"},
        "rules_approve": {"DEPARTMENT_HEAD"},
    },
    "security.rights": {"access_addresses": {"DEPARTMENT_HEAD"}},
    "supply.rights": {
        "unit_supply": {"UNIT_HANDLER", "UNIT_MANAGER"},
        "unit_supply_order": {"UNIT_MANAGER"},
        "unit_points": {"UNIT_MANAGER"},
        "supply_decide": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
        "supply_settings": {"DEPARTMENT_HEAD"},
        "supply_move": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
    },
    "tips.rights": {
        "tips_decide": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
        "inquiries_answer": {"UNIT_HANDLER", "UNIT_MANAGER"},
    },
    "inspections.rights": {
        "inspections_decide": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
        "statements_answer": {"UNIT_HANDLER", "UNIT_MANAGER"},
    },
    "watches.rights": {"watches_decide": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"}},
    "ukeys.rights": {
        "unit_ukeys": {"UNIT_MANAGER"},
        "ukeys_decide": {"DEPARTMENT_HEAD", "DEPARTMENT_OFFICER"},
        "ukey_authorities": {"DEPARTMENT_HEAD"},
    },
    "writeoff.rights": {
        "unit_writeoff": {"UNIT_HANDLER", "UNIT_MANAGER"},
        "writeoff_remind": {"DEPARTMENT_OFFICER", "DEPARTMENT_HEAD"},
        "unit_standing_order": {"UNIT_MANAGER"},
        "writeoff_settings": {"DEPARTMENT_HEAD"},
    },
}


def test_who_may_do_what() -> None:
    modules = [
        "gates",
        *(f"{name}.rights" for name in folders() if find_spec(f"mingpiao.portals.{name}.rights")),
    ]
    found = {
        name: {
            right.name: {role.name for role in right.roles}
            for right in vars(import_module(f"mingpiao.portals.{name}")).values()
            if isinstance(right, Right)
        }
        for name in modules
    }
    assert found == RIGHTS


def test_every_menu_entry_leads_to_a_page_and_has_a_place_of_its_own() -> None:
    entries = menu_entries()
    assert len({entry.place for entry in entries}) == len(entries)
    assert {entry.icon for entry in entries} <= set((STATIC_DIR.parent / "icons.txt").read_text().split())
    addresses = {path for route in create_router().routes for path in [route.path]}
    assert not [entry.address for entry in entries if entry.address not in addresses]
