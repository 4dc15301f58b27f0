"""The settings of sealing. Cheap to import, since the command line reads settings before it imports rooms."""

import os
from typing import Annotated

import msgspec
from msgspec import Meta


class SealingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How this process seals."""

    signer_processes: Annotated[
        int,
        Meta(
            ge=0,
            le=64,
            description="Processes of each web process that alone hold private keys; one a core unless told, "
            "0 signs inside.",
        ),
    ] = min(os.cpu_count() or 1, 64)


SETTINGS = SealingSettings
