"""What faces may ask of the founding."""

from mingpiao.founding.ceremony import (
    TYPED_BACK,
    Distribution,
    Hall,
    begin,
    bring_key,
    check_plan,
    hand_out,
    last_ceremony,
    record_ceremony,
)
from mingpiao.founding.doctor import Finding, look_at_province
from mingpiao.founding.regions import (
    city_names,
    departments_of,
    province_names,
    regions_of_table,
    shipped_regions,
)
from mingpiao.founding.starter import starter, starter_categories, starter_items, starter_kinds
from mingpiao.founding.steps import (
    appoint_administrators,
    check_administrators,
    check_province,
    complete,
    founding_state,
    lay_province,
    lay_starter,
    make_seals,
    regions_wanted,
)
from mingpiao.founding.training import (
    TrainingDesk,
    begin_training,
    read_desks,
    require_purpose,
    require_purpose_at,
    write_desks,
)

__all__ = [
    "TYPED_BACK",
    "Distribution",
    "Finding",
    "Hall",
    "TrainingDesk",
    "appoint_administrators",
    "begin",
    "begin_training",
    "bring_key",
    "check_administrators",
    "check_plan",
    "check_province",
    "city_names",
    "complete",
    "departments_of",
    "founding_state",
    "hand_out",
    "last_ceremony",
    "lay_province",
    "lay_starter",
    "look_at_province",
    "make_seals",
    "province_names",
    "read_desks",
    "record_ceremony",
    "regions_of_table",
    "regions_wanted",
    "require_purpose",
    "require_purpose_at",
    "shipped_regions",
    "starter",
    "starter_categories",
    "starter_items",
    "starter_kinds",
    "write_desks",
]
