"""Put results together from what the register and an examination say."""

from collections.abc import Mapping

import msgspec

from mingpiao.crypto.x509 import Certificate
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import BillIdentity, is_training_code
from mingpiao.sealing.model import Face
from mingpiao.verification.examination import UNIT_OWNER, Examination
from mingpiao.verification.model import (
    Check,
    CheckState,
    Means,
    RegisterEntry,
    SealSummary,
    VerificationResult,
    VerificationVerdict,
)

_OTHER_DIGEST = "平台保存的原文与登记的摘要不一致"
_DISAGREES = Check(
    code="register.agrees",
    title="登记数据与签名原件比对",
    state=CheckState.NOTICE,
    detail="登记数据与签名原件不一致，本结果以签名原件为准；平台已记录，请联系财政部门核实",
)
_REGISTER_TITLE = "与财政部门登记的票据比对（SM3 摘要）"


def unknown(means: Means) -> VerificationResult:
    """No bill like this one; nothing else is told."""
    return VerificationResult(verdict=VerificationVerdict.UNKNOWN, means=means, checked_at=now())


def of_training(
    means: Means, identity: BillIdentity, examination: Examination | None = None
) -> VerificationResult:
    """A bill that its code gives away as one of a training site; a site at work has none of them registered."""
    return VerificationResult(
        verdict=VerificationVerdict.TRAINING,
        means=means,
        checked_at=now(),
        identity=identity,
        seals=examination.seals if examination else (),
        face=examination.face if examination else None,
        checks=examination.checks if examination else (),
    )


def registered(
    entry: RegisterEntry, kind_name: str, means: Means, certificates: Mapping[int, Certificate]
) -> VerificationResult:
    """A genuine bill by the register alone: signatures are named, not computed again."""
    signers = (("开票单位签名", entry.unit_key_id), ("财政监制签名", entry.supervisor_key_id))
    seals = [
        SealSummary(
            label=label,
            certificate_name=certificates[key_id].subject,
            certificate_serial=certificates[key_id].serial,
            issuer=certificates[key_id].issuer,
            signed_at=entry.issued_at,
        )
        for label, key_id in signers
        if key_id in certificates
    ]
    same = entry.original_sm3 == entry.sm3
    found = _of_entry(
        entry,
        kind_name,
        means,
        VerificationVerdict.GENUINE if same else VerificationVerdict.ALTERED,
        seals=tuple(seals),
        checks=() if same else (_register_check(_OTHER_DIGEST),),
    )
    return msgspec.structs.replace(found, writeoff=entry.doubt) if same else found


def examined(
    entry: RegisterEntry, kind_name: str, means: Means, examination: Examination
) -> VerificationResult:
    """A bill that the register holds, with what the examination of its document or file found."""
    same = bytes.fromhex(examination.sm3) == entry.sm3
    if same:
        examination = _vouched_for(examination)
    check = _register_check("" if same else _OTHER_DIGEST)
    return _of_entry(
        entry,
        kind_name,
        means,
        examination.verdict if same else VerificationVerdict.ALTERED,
        seals=examination.seals,
        face=examination.face,
        checks=(check, *examination.checks),
    )


def _vouched_for(examination: Examination) -> Examination:
    """Without the check of the unit's name: the register knows whose key it was when it was sealed.

    A unit that was renamed goes on with a certificate in its old name until it is renewed.
    """
    checks = tuple(check for check in examination.checks if check.code != UNIT_OWNER)
    return msgspec.structs.replace(examination, checks=checks)


def differing(examination: Examination, identity: BillIdentity, *, registered: bool) -> VerificationResult:
    """A file whose bytes the register does not hold; `registered` tells whether its number is there."""
    problem = "登记的同号票据与此文件内容不同" if registered else "没有登记过该代码和号码的票据"
    return VerificationResult(
        verdict=VerificationVerdict.ALTERED if registered else VerificationVerdict.UNKNOWN,
        means=Means.FILE,
        checked_at=now(),
        identity=identity,
        seals=examination.seals,
        face=examination.face,
        checks=(_register_check(problem), *examination.checks),
    )


def unreadable(examination: Examination) -> VerificationResult:
    """An OFD that was altered until its bill could not be read: altered, whichever it was."""
    return VerificationResult(
        verdict=VerificationVerdict.ALTERED,
        means=Means.FILE,
        checked_at=now(),
        seals=examination.seals,
        checks=examination.checks,
    )


def _register_check(problem: str) -> Check:
    state = CheckState.FAILED if problem else CheckState.PASSED
    return Check(code="register", title=_REGISTER_TITLE, state=state, detail=problem)


def _of_entry(
    entry: RegisterEntry,
    kind_name: str,
    means: Means,
    verdict: VerificationVerdict,
    *,
    seals: tuple[SealSummary, ...],
    face: Face | None = None,
    checks: tuple[Check, ...] = (),
) -> VerificationResult:
    if is_training_code(entry.identity.code) and verdict is not VerificationVerdict.ALTERED:
        verdict = VerificationVerdict.TRAINING
    return VerificationResult(
        verdict=verdict,
        means=means,
        checked_at=now(),
        identity=entry.identity,
        kind_name=kind_name,
        legal_state=entry.legal_state,
        related=entry.related,
        total=entry.total,
        issued_at=entry.issued_at,
        sm3=entry.original_sm3.hex(),
        times_checked=entry.checks,
        last_checked_at=entry.last_checked_at,
        seals=seals,
        face=face,
        checks=checks if entry.agrees else (*checks, _DISAGREES),
    )
