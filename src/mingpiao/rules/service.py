"""What other rooms may ask of rules."""

from mingpiao.rules.approval import approve, publish, resume, send_back, suspend
from mingpiao.rules.changes import lock_submitted, require_province_head
from mingpiao.rules.checking import REQUEST_FIELDS, check_rule, is_province, retired_scope
from mingpiao.rules.comparing import MEMBERS, RuleDifference, compare, described
from mingpiao.rules.drafting import (
    create,
    put_to_work,
    roll_back,
    save_draft,
    start_version,
    submit,
    withdraw,
)
from mingpiao.rules.importing import ImportOutcome, ImportReport, import_rules
from mingpiao.rules.judging import history_needs, judge
from mingpiao.rules.language import (
    FIELDS,
    FUNCTIONS,
    Condition,
    FieldSpec,
    FieldTable,
    FunctionSpec,
    compile_condition,
    field_table,
    from_builder,
    parse,
    to_builder,
    to_sql,
)
from mingpiao.rules.language.builder import OPERATORS
from mingpiao.rules.language.relation import bill_columns, history_types, item_columns, writeoff_columns
from mingpiao.rules.library import THEMES as LIBRARY_THEMES
from mingpiao.rules.library import VIOLATIONS, LibraryRule, library, library_rules
from mingpiao.rules.library.installing import adopt_library, install_library
from mingpiao.rules.reasons import MIN_REASON, thin_reason
from mingpiao.rules.rulebook import CHANNEL, BillRules, RuleBook, RuleSet, live_versions
from mingpiao.rules.shadows import (
    ShadowFigure,
    ShadowHit,
    list_shadow_hits,
    record_shadow_hits,
    shadow_figures,
)
from mingpiao.rules.statistics import (
    FailureFigure,
    HitFigure,
    failure_figures,
    hit_figures,
    record_failures,
    record_hits,
)
from mingpiao.rules.store import (
    PAGE_SIZE,
    RuleFilter,
    RuleSummary,
    get_rule,
    get_version,
    list_rules,
    versions_of,
)
from mingpiao.rules.trials import BACKTESTED, hit_alike, is_enough, trials_of_version, untried
from mingpiao.rules.yaml_files import (
    MAX_FILE,
    RuleEntry,
    export_rules,
    read_rules,
    rule_from_members,
)

__all__ = [
    "BACKTESTED",
    "CHANNEL",
    "FIELDS",
    "FUNCTIONS",
    "LIBRARY_THEMES",
    "MAX_FILE",
    "MEMBERS",
    "MIN_REASON",
    "OPERATORS",
    "PAGE_SIZE",
    "REQUEST_FIELDS",
    "VIOLATIONS",
    "BillRules",
    "Condition",
    "FailureFigure",
    "FieldSpec",
    "FieldTable",
    "FunctionSpec",
    "HitFigure",
    "ImportOutcome",
    "ImportReport",
    "LibraryRule",
    "RuleBook",
    "RuleDifference",
    "RuleEntry",
    "RuleFilter",
    "RuleSet",
    "RuleSummary",
    "ShadowFigure",
    "ShadowHit",
    "adopt_library",
    "approve",
    "bill_columns",
    "check_rule",
    "compare",
    "compile_condition",
    "create",
    "described",
    "export_rules",
    "failure_figures",
    "field_table",
    "from_builder",
    "get_rule",
    "get_version",
    "history_needs",
    "history_types",
    "hit_alike",
    "hit_figures",
    "import_rules",
    "install_library",
    "is_enough",
    "is_province",
    "item_columns",
    "judge",
    "library",
    "library_rules",
    "list_rules",
    "list_shadow_hits",
    "live_versions",
    "lock_submitted",
    "parse",
    "publish",
    "put_to_work",
    "read_rules",
    "record_failures",
    "record_hits",
    "record_shadow_hits",
    "require_province_head",
    "resume",
    "retired_scope",
    "roll_back",
    "rule_from_members",
    "save_draft",
    "send_back",
    "shadow_figures",
    "start_version",
    "submit",
    "suspend",
    "thin_reason",
    "to_builder",
    "to_sql",
    "trials_of_version",
    "untried",
    "versions_of",
    "withdraw",
    "writeoff_columns",
]
