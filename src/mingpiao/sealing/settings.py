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
    signer_call_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=600,
            description="How long a signer may work on a chunk of bills, in seconds; then it is replaced.",
        ),
    ] = 5
    signer_wait_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=600,
            description="How long a bill waits for its signature at most, in seconds, also while signers are "
            "replaced.",
        ),
    ] = 12


SETTINGS = SealingSettings
