"""The settings of exports. Cheap to import, since the command line reads settings before it imports rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class ExportSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How lists are exported."""

    export_rows_at_once: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Rows of a list that are exported while the browser waits; longer exports are left to "
            "a worker.",
        ),
    ] = 10_000
    export_rows_unproved: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Rows of a list that are exported without a fresh proof of who the person is.",
        ),
    ] = 1_000
    exports_of_person: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Exports that one person may download from a web process at a time; further ones hear 429.",
        ),
    ] = 3
    exports_at_once: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            description="Exports that a web process sends at a time, to all people; further ones hear 503.",
        ),
    ] = 24


SETTINGS = ExportSettings
