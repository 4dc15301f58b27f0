"""What pages may ask of drafts."""

from mingpiao.drafts.saving import (
    count_drafts,
    count_touched,
    delete_draft,
    find_draft,
    forget_draft,
    habits_of,
    keep_habits,
    list_drafts,
    save_draft,
)

__all__ = [
    "count_drafts",
    "count_touched",
    "delete_draft",
    "find_draft",
    "forget_draft",
    "habits_of",
    "keep_habits",
    "list_drafts",
    "save_draft",
]
