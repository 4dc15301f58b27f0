"""Codes of RFC 6238: six digits, 30 seconds, HMAC-SHA-1, as every app for phones has them."""

from datetime import datetime

import pyotp

from mingpiao.kernel.grammar import read_whole

PERIOD = 30
#: A phone's clock may be one step ahead or behind, and typing takes its time.
_WINDOW = 1
_DIGITS = 6
#: Of a secret, in letters of Base32: 160 bits, the length of the hash (RFC 4226, section 4).
_SECRET_LENGTH = 32
_ISSUER = "财政电子票据平台"


def new_secret() -> str:
    """A random secret in Base32."""
    return pyotp.random_base32(_SECRET_LENGTH)


def enrolment_address(secret: str, username: str) -> str:
    """The `otpauth://` address that apps read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)


def code_at(secret: str, moment: datetime) -> str:
    """The code that an app shows at a moment."""
    return pyotp.TOTP(secret).at(int(moment.timestamp()))


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The step (30 seconds since 1970) whose code this is, near a moment; None for any other text."""
    if len(code) != _DIGITS or read_whole(code) is None:
        return None
    generator, present = pyotp.TOTP(secret), int(moment.timestamp()) // PERIOD
    near = range(present - _WINDOW, present + _WINDOW + 1)
    return next(
        (step for step in near if pyotp.utils.strings_equal(code, generator.generate_otp(step))), None
    )
