"""What reporters type: checked before it is taken, and how what they say of themselves is shown."""

import re

import unicodedata2 as unicodedata

from mingpiao.kernel.codes import bill_id, is_code, is_number
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.mobiles import is_mobile, masked_mobile
from mingpiao.tips.model import TipKind, TipWish

MAX_FILES = 5
MAX_WORDS = 1_000
LEAST_WORDS = 10
MAX_UNIT_NAME = 100
MAX_CONTACT = 100
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}")
_LINE_BREAKS = "\r\n\t"


def checked_wish(wish: TipWish) -> TipWish:
    """What a reporter typed, made plain: digits of half width, no outer spaces.

    Raises `Refusal` (422) with every problem: `tip.code_invalid`, `tip.number_invalid`, `tip.subject_missing`,
    `tip.unit_name_invalid`, `tip.kinds_missing`, `tip.words_invalid`, `tip.contact_invalid`. Whether there is such a
    bill or unit is not looked at: strangers learn nothing here.
    """
    plain = TipWish(
        code=_plain(wish.code),
        number=_plain(wish.number),
        unit_name=wish.unit_name.strip(),
        kinds=tuple(dict.fromkeys(wish.kinds)),
        words=wish.words.strip(),
        contact=_plain(wish.contact),
    )
    problems = [*_bill_problems(plain), *_text_problems(plain)]
    if problems:
        raise Refusal(*problems)
    return plain


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text[: MAX_CONTACT * 2]).split())


def _bill_problems(wish: TipWish) -> list[Problem]:
    found = []
    named = bool(wish.code or wish.number)
    if named and not is_code(wish.code):
        found.append(_wrong("code", "code_invalid", "票据代码应为 8 位数字，请按票面左上方填写。"))
    if named and not is_number(wish.number):
        found.append(_wrong("number", "number_invalid", "票据号码应为 10 位数字，请按票面右上方填写。"))
    if not named and not wish.unit_name:
        message = "请填写单位名称，或填写票据代码和票据号码，至少填一项。"
        found.append(_wrong("unit_name", "subject_missing", message))
    return found


def _text_problems(wish: TipWish) -> list[Problem]:
    found = []
    if len(wish.unit_name) > MAX_UNIT_NAME or not _is_text(wish.unit_name):
        message = f"单位名称不能超过{MAX_UNIT_NAME}字，也不能有特殊字符，请修改。"
        found.append(_wrong("unit_name", "unit_name_invalid", message))
    if not wish.kinds or any(each not in set(TipKind) for each in wish.kinds):
        found.append(_wrong("kinds", "kinds_missing", "请选择是什么问题，可以多选。"))
    words = words_problem(wish.words, "words", "问题经过", least=LEAST_WORDS)
    if words is not None:
        found.append(words)
    if wish.contact and not is_contact(wish.contact):
        message = "联系方式应为 11 位手机号码或电子邮箱，请核对；不想留的，可以不填。"
        found.append(_wrong("contact", "contact_invalid", message))
    return found


def words_problem(words: str, field: str, what: str, *, least: int = 1) -> Problem | None:
    """Why a text of several lines cannot be taken (`tip.words_invalid`, 422); `what` names it in Chinese."""
    if len(words) < least:
        message = f"请填写{what}，不少于{least}个字。" if least > 1 else f"请填写{what}。"
    elif len(words) > MAX_WORDS:
        message = f"{what}不能超过{MAX_WORDS}字，请精简；更多内容可以放在附件里。"
    elif not _is_text(words):
        message = f"{what}里有无法显示的字符，请删除后重新填写。"
    else:
        return None
    return _wrong(field, "words_invalid", message)


def checked_words(words: str, field: str, what: str) -> str:
    """A text of several lines without outer spaces. Raises `Refusal` (`tip.words_invalid`, 422)."""
    plain = words.strip()
    problem = words_problem(plain, field, what)
    if problem is not None:
        raise Refusal(problem)
    return plain


def bill_of(wish: TipWish) -> int | None:
    """The 票据编号 of the bill that a checked wish names, or None."""
    return bill_id(wish.code, wish.number) if wish.code else None


def is_contact(text: str) -> bool:
    """Whether a text is a mobile number or an e-mail address."""
    return is_mobile(text) or _EMAIL.fullmatch(text) is not None


def masked_contact(contact: str) -> str:
    """138****5678, or z***@example.com; empty for none."""
    name, at, domain = contact.partition("@")
    return f"{name[0]}***@{domain}" if at else masked_mobile(contact)


def too_many_files() -> Refusal:
    """`tip.too_many_files` (422)."""
    message = f"附件最多{MAX_FILES}个，请减少后重新上传。"
    return refuse("tip.too_many_files", message, field="files", status=422)


def _is_text(text: str) -> bool:
    """Whether every character can be shown: letters, marks, numbers, signs, symbols, spaces and line breaks."""
    return all(each in _LINE_BREAKS or unicodedata.category(each)[0] not in "C" for each in text)


def _wrong(field: str, code: str, message: str) -> Problem:
    return Problem(code=f"tip.{code}", field=field, message=message, status=422)
