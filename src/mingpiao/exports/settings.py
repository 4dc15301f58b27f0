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


SETTINGS = ExportSettings
