"""Settings of evidence. Imports little, since the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class EvidenceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How files are scanned, read and understood."""

    clamd: Annotated[
        str,
        Meta(
            description="clamd that looks for viruses in uploaded files: `host:port` or the path of its socket; "
            "none when empty."
        ),
    ] = ""
    reader_processes: Annotated[
        int,
        Meta(
            ge=1,
            le=256,
            description="Processes of each worker that read files; one of several is kept for files that have text.",
        ),
    ] = 2
    model_url: Annotated[
        str,
        Meta(
            description="Address of a large model's OpenAI-compatible interface, as `https://host/v1`; none when empty.",
            extra={"schemes": ("http", "https"), "secret": True},
        ),
    ] = ""
    model_key: Annotated[
        str, Meta(description="Key for the large model's interface.", extra={"secret": True})
    ] = ""
    model_name: Annotated[str, Meta(description="Name of the large model.")] = ""
    model_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="How long the large model is waited for, in seconds; files are read without it then.",
        ),
    ] = 30


SETTINGS = EvidenceSettings
