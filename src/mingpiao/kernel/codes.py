"""The codes of the field: 票据代码, 票据号码, 校验码, 票据编号, 统一社会信用代码, 行政区划."""

import re
import secrets

import msgspec

NUMBER_SPACE = 10**10
_CODE = re.compile(r"[0-9]{8}")
_NUMBER = re.compile(r"[0-9]{10}")
_CHECK_CODE = re.compile(r"[0-9a-f]{6}")

#: The province of training sites (演练): GB/T 2260 gives 99 to nobody, so that each bill code tells for ever.
TRAINING_PROVINCE = "990000"

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_VALUES = {character: value for value, character in enumerate(_USCC_ALPHABET)}


class BillIdentity(msgspec.Struct, frozen=True):
    """票据代码 (8 digits) and 票据号码 (10 digits): together one bill in the country."""

    code: str
    number: str

    @property
    def bill_id(self) -> int:
        """票据编号: code × 10¹⁰ + number, an 18-digit integer within a signed 64-bit one."""
        return bill_id(self.code, self.number)

    @classmethod
    def from_bill_id(cls, value: int) -> "BillIdentity":
        code, number = divmod(value, NUMBER_SPACE)
        return cls(code=f"{code:08d}", number=f"{number:010d}")


def is_code(text: str) -> bool:
    """Whether the text is shaped like a 票据代码."""
    return _CODE.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Whether the text is shaped like a 票据号码."""
    return _NUMBER.fullmatch(text) is not None


def is_check_code(text: str) -> bool:
    """Whether the text is shaped like a 校验码 as this platform draws them."""
    return _CHECK_CODE.fullmatch(text) is not None


def bill_id(code: str, number: str) -> int:
    """票据编号 of a code and a number; ValueError when either is malformed."""
    if not is_code(code) or not is_number(number):
        raise ValueError("malformed bill code or number")
    return int(code) * NUMBER_SPACE + int(number)


def bill_code(province: str, category_and_kind: str, year: int) -> str:
    """票据代码: 2 digits province, 4 digits 分类+种类, 2 digits of the template's year."""
    code = f"{province}{category_and_kind}{year % 100:02d}"
    if not is_code(code):
        raise ValueError("malformed part of a bill code")
    return code


def is_training_code(code: str) -> bool:
    """Whether a 票据代码 is one of a training site, where no bill counts."""
    return code.startswith(TRAINING_PROVINCE[:2])


def draw_check_code() -> str:
    """A fresh 校验码: six lower-case hex digits from the system's secure source."""
    return secrets.token_hex(3)


def einvoice_id(code: str, number: str) -> str:
    """EInvoiceID of the MOF XML: the reverse of `code-number` (standards §1)."""
    return f"{code}-{number}"[::-1]


def uscc_check_digit(first17: str) -> str:
    """The check character of a 统一社会信用代码 (GB 32100-2015) from its first 17 characters.

    Raises ValueError on a character outside the code's alphabet (no I, O, S, V, Z) or a wrong length.
    """
    if len(first17) != 17:
        raise ValueError("17 characters are needed")
    try:
        total = sum(
            _USCC_VALUES[character] * weight for character, weight in zip(first17, _USCC_WEIGHTS, strict=True)
        )
    except KeyError as error:
        raise ValueError("character outside the alphabet") from error
    return _USCC_ALPHABET[-total % 31]


def is_uscc(text: str) -> bool:
    """Whether the text is an 18-character 统一社会信用代码 with a right check character."""
    try:
        return len(text) == 18 and uscc_check_digit(text[:17]) == text[17]
    except ValueError:
        return False


def region_prefix(region_code: str) -> str:
    """The part of a GB/T 2260 code that all regions below it share (150000 → 15, 150100 → 1501)."""
    if region_code.endswith("0000"):
        return region_code[:2]
    if region_code.endswith("00"):
        return region_code[:4]
    return region_code


def region_covers(upper: str, lower: str) -> bool:
    """Whether `lower` is the region `upper` or lies below it."""
    return lower.startswith(region_prefix(upper))
