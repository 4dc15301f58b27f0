"""Settings of delivery. Imports little, since the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class DeliverySettings(msgspec.Struct, frozen=True, kw_only=True):
    """On which way text messages go out."""

    sms_way: Annotated[
        str,
        Meta(
            pattern="^(none|console|http|phone)$",
            description="How text messages go out: `none` at all, `http` to a provider, `console` to the worker's "
            "standard output (for development: codes can be read there), `phone` to the telephone page of a "
            "demonstration.",
        ),
    ] = "none"
    sms_url: Annotated[
        str,
        Meta(
            description="Address of the provider or of the adapter before it, to which messages are posted.",
            extra={"schemes": ("http", "https"), "secret": True},
        ),
    ] = ""
    sms_app: Annotated[str, Meta(description="Name by which the provider knows the platform.")] = ""
    sms_secret: Annotated[
        str,
        Meta(
            description="Secret with which messages and receipts are signed (HMAC-SM3); receipts are refused without "
            "it.",
            extra={"secret": True},
        ),
    ] = ""
    sms_sign: Annotated[
        str, Meta(max_length=20, description="Signature before each text, without brackets.")
    ] = "财政电子票据"
    sms_templates: Annotated[
        str,
        Meta(
            description="The provider's names of templates where they differ from ours: `recovery_code=SMS_1001`, "
            "separated by commas."
        ),
    ] = ""
    sms_seconds: Annotated[
        int, Meta(ge=1, le=60, description="How long the provider's answer is waited for, in seconds.")
    ] = 10


SETTINGS = DeliverySettings
