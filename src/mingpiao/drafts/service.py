"""What pages may ask of drafts."""

from mingpiao.drafts.payers import (
    change_payer,
    get_payer,
    grow_books,
    import_payer,
    learn_payer,
    list_payers,
    search_payers,
)
from mingpiao.drafts.reissues import link_reissue, reissue_of, reissued_as
from mingpiao.drafts.saving import (
    count_drafts,
    count_of_unit,
    count_touched,
    delete_draft,
    find_draft,
    forget_draft,
    habits_of,
    keep_habits,
    list_drafts,
    save_draft,
)
from mingpiao.drafts.shelf import (
    delete_template,
    favourites_of,
    get_template,
    list_templates,
    note_uses,
    pin,
    save_template,
)

__all__ = [
    "change_payer",
    "count_drafts",
    "count_of_unit",
    "count_touched",
    "delete_draft",
    "delete_template",
    "favourites_of",
    "find_draft",
    "forget_draft",
    "get_payer",
    "get_template",
    "grow_books",
    "habits_of",
    "import_payer",
    "keep_habits",
    "learn_payer",
    "link_reissue",
    "list_drafts",
    "list_payers",
    "list_templates",
    "note_uses",
    "pin",
    "reissue_of",
    "reissued_as",
    "save_draft",
    "save_template",
    "search_payers",
]
