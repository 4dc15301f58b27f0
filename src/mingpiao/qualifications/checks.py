"""Checks of qualifications: errors in what a unit states, and differences that a person must decide."""

import re
from datetime import date

from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.errors import Problem
from mingpiao.qualifications.model import (
    FIELD_LABELS,
    UNLIMITED,
    Qualification,
    QualificationDifference,
    QualificationReading,
    QualificationType,
    Statement,
    is_plain,
)
from mingpiao.units.model import Unit, UnitType

#: Below this OCR confidence, a person must check a value.
SURE = 0.8

#: The types of qualifications that units of each type have.
_FITTING = {
    UnitType.HOSPITAL: {
        QualificationType.CREDIT_CODE,
        QualificationType.INSTITUTION,
        QualificationType.NON_ENTERPRISE,
    },
    UnitType.SCHOOL: {
        QualificationType.CREDIT_CODE,
        QualificationType.INSTITUTION,
        QualificationType.NON_ENTERPRISE,
    },
    UnitType.CHARITY: {
        QualificationType.CREDIT_CODE,
        QualificationType.ASSOCIATION,
        QualificationType.NON_ENTERPRISE,
        QualificationType.FOUNDATION,
        QualificationType.CHARITY,
    },
    UnitType.ASSOCIATION: {
        QualificationType.CREDIT_CODE,
        QualificationType.ASSOCIATION,
        QualificationType.CHARITY,
    },
    UnitType.COURT: {QualificationType.CREDIT_CODE},
    UnitType.OFFICE: {QualificationType.CREDIT_CODE, QualificationType.INSTITUTION},
}
#: Qualifications of these types are valid without limit when they state no last day.
_WITHOUT_END = frozenset({QualificationType.CREDIT_CODE})
_REQUIRED = ("name", "code", "representative", "issuer")
_LONGEST = {"name": 200, "code": 18, "representative": 50, "issuer": 200, "purpose": 2000, "address": 300}
#: Fields that must be read with confidence.
_DECISIVE = ("qualification_type", "name", "code", "representative", "issuer", "valid_from", "valid_until")


def statement_problems(stated: Statement, unit: Unit, on: date) -> list[Problem]:
    """All reasons why a statement cannot be accepted on the day `on`, each with its own code."""
    problems = [
        _problem("field_missing", name, f"请填写{FIELD_LABELS[name]}。")
        for name in _REQUIRED
        if not stated.value(name)
    ]
    for name, longest in _LONGEST.items():
        written = stated.value(name)
        if len(written) > longest:
            problems.append(_problem("field_too_long", name, f"{FIELD_LABELS[name]}不能超过{longest}个字。"))
        elif not is_plain(written):
            problems.append(
                _problem("field_invalid", name, f"{FIELD_LABELS[name]}含有不能使用的字符，请删除。")
            )
    problems += _code_problems(stated.code, unit)
    return problems + _period_problems(stated, on)


def _code_problems(code: str, unit: Unit) -> list[Problem]:
    if code and not is_uscc(code):
        message = "统一社会信用代码的校验位不正确，请对照证书逐位核对18位代码。"
        return [_problem("code_wrong", "code", message)]
    if code and code != unit.uscc:
        message = (
            f"证书上的统一社会信用代码不是本单位的（本单位为{unit.uscc}），这是其他单位的证书，不能使用。"
        )
        return [_problem("other_unit", "code", message)]
    return []


def _period_problems(stated: Statement, on: date) -> list[Problem]:
    if stated.valid_until is None:
        if stated.unlimited:
            return []
        return [_problem("period_missing", "valid_until", "请填写有效期至，证书没有期限的请勾选“长期”。")]
    if stated.valid_from is not None and stated.valid_from > stated.valid_until:
        return [_problem("period_reversed", "valid_until", "有效期的截止日早于起始日，请核对。")]
    if stated.valid_until < on:
        message = f"证书已于{stated.valid_until}到期，请上传换发后的新证书。"
        return [_problem("expired", "valid_until", message)]
    return []


def _problem(reason: str, field: str, message: str) -> Problem:
    return Problem(code=f"qualification.{reason}", field=field, message=message, status=422)


def differences(
    reading: QualificationReading | None,
    stated: Statement | None,
    unit: Unit,
    on: date,
    current: Qualification | None,
    *,
    revoked: Qualification | None,
) -> tuple[QualificationDifference, ...]:
    """Differences between what was read, what the unit states (if it has yet), and the unit's own data.

    A person must decide when there are any. `current` is the unit's accepted qualification of the same type.
    `revoked` is a revoked qualification of the unit, which counts as a difference: otherwise the platform could
    accept the same qualification again by itself.
    """
    found: list[QualificationDifference] = []
    if revoked is not None:
        message = f"本单位的{revoked.type_label}曾被撤销认定，此后的证书由财政部门审核。"
        found.append(QualificationDifference(code="qualification.revoked_before", field="", message=message))
    if reading is None or not reading.recognised:
        message = "图片上没有识别出证书内容，请对照图片逐项核对。"
        found.append(QualificationDifference(code="qualification.unreadable", field="", message=message))
    read = reading or QualificationReading(fields={})
    found += _of_the_reading(read, unit, on)
    if stated is not None:
        found += _of_the_statement(read, stated)
        found += _of_the_unit(stated.qualification_type, stated.name, unit)
        found += _of_the_time(stated, on, current)
    else:
        read_type = read.value("qualification_type")
        found += _of_the_unit(QualificationType(read_type) if read_type else None, read.value("name"), unit)
        found += _of_the_read_period(read, on)
    return tuple(found)


def _of_the_reading(read: QualificationReading, unit: Unit, on: date) -> list[QualificationDifference]:
    found: list[QualificationDifference] = []
    if read.recognised and "qualification_type" not in read.fields:
        message = "没有识别出证书种类，可能不是平台接受的证书。"
        found.append(_difference("type_unknown", "qualification_type", message, read=read))
    code = read.value("code")
    if code and not is_uscc(code):
        message = "识别出的统一社会信用代码校验位不正确。"
        found.append(_difference("code_wrong", "code", message, read=read))
    elif code and code != unit.uscc:
        message = f"识别出的统一社会信用代码是其他单位的，本单位为{unit.uscc}。"
        found.append(_difference("other_unit", "code", message, read=read))
    last = read.value("valid_until")
    if last and last != UNLIMITED and date.fromisoformat(last) < on:
        found.append(_difference("expired", "valid_until", f"识别出的有效期至{last}，已经到期。", read=read))
    for name in _DECISIVE:
        field = read.fields.get(name)
        if field is not None and field.confidence < SURE:
            message = f"{FIELD_LABELS[name]}识别得不够清楚。"
            found.append(_difference("low_confidence", name, message, read=read))
    return found


def _of_the_read_period(read: QualificationReading, on: date) -> list[QualificationDifference]:
    first, last = read.value("valid_from"), read.value("valid_until")
    if first and last and last != UNLIMITED and last < first:
        message = "识别出的有效期截止日早于起始日。"
        return [_difference("period_reversed", "valid_until", message, read=read)]
    if first and first > on.isoformat():
        message = f"识别出的有效期自{first}起，证书还没有生效。"
        return [_difference("not_yet_valid", "valid_from", message, read=read)]
    return []


def _of_the_statement(read: QualificationReading, stated: Statement) -> list[QualificationDifference]:
    found: list[QualificationDifference] = []
    for name, label in FIELD_LABELS.items():
        given, was = stated.value(name), read.value(name)
        if _same(name, was, given) or (name == "valid_until" and _needs_no_end(read, stated)):
            continue
        if was:
            found.append(
                _difference("corrected", name, f"{label}与识别的内容不同。", read=read, stated=stated)
            )
        else:
            message = f"{label}没有识别出来，由单位填写。"
            found.append(_difference("not_read", name, message, read=read, stated=stated))
    return found


def _needs_no_end(read: QualificationReading, stated: Statement) -> bool:
    return stated.unlimited and stated.qualification_type in _WITHOUT_END and "valid_until" not in read.fields


def _of_the_unit(
    qualification_type: QualificationType | None, name: str, unit: Unit
) -> list[QualificationDifference]:
    found: list[QualificationDifference] = []
    if name and not _same("name", name, unit.name):
        message = f"证书上的名称与平台登记的单位名称（{unit.name}）不同。"
        found.append(
            QualificationDifference(
                code="qualification.name_differs", field="name", message=message, stated=name
            )
        )
    if qualification_type is not None and qualification_type not in _FITTING[unit.unit_type]:
        message = f"{unit.unit_type.label}一般没有{qualification_type.label}。"
        found.append(
            QualificationDifference(
                code="qualification.type_unfit", field="qualification_type", message=message
            )
        )
    return found


def _of_the_time(stated: Statement, on: date, current: Qualification | None) -> list[QualificationDifference]:
    found: list[QualificationDifference] = []
    if stated.valid_from is not None and stated.valid_from > on:
        message = f"证书自{stated.valid_from}起才生效。"
        found.append(
            QualificationDifference(code="qualification.not_yet_valid", field="valid_from", message=message)
        )
    if current is not None and _ends_before(stated, current):
        message = "有效期早于本单位正在使用的同种证书，可能是旧证书。"
        found.append(
            QualificationDifference(code="qualification.older", field="valid_until", message=message)
        )
    return found


def _ends_before(stated: Statement, current: Qualification) -> bool:
    if stated.valid_until is None:
        return False
    return current.valid_until is None or stated.valid_until < current.valid_until


def _difference(
    reason: str, field: str, message: str, *, read: QualificationReading, stated: Statement | None = None
) -> QualificationDifference:
    return QualificationDifference(
        code=f"qualification.{reason}",
        field=field,
        message=message,
        read=read.value(field),
        stated=stated.value(field) if stated else "",
    )


_LIKE = str.maketrans("（），；：", "(),;:")


def _same(name: str, one: str, other: str) -> bool:
    """Whether two values are the same. In names and sentences, spaces, the width of punctuation and a final
    full stop do not count."""
    if name in ("qualification_type", "code", "valid_from", "valid_until"):
        return one == other
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text).translate(_LIKE).rstrip("。.")
