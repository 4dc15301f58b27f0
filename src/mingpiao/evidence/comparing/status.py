"""The check of a file's own force: a draft, a specimen, a revoked or replaced paper proves nothing."""

from collections.abc import Sequence

from mingpiao.evidence.comparing.files import File, absent, worst
from mingpiao.evidence.model import STATUS_KINDS, Claim, ClaimVerdict, StatusMark

NAME = "status"


def status(files: Sequence[File]) -> Claim:
    """Whether any file says against its own force."""
    claims = [_claim(file, mark) for file in files for mark in file.says.status]
    if claims:
        return worst(claims)
    if not files:
        return absent(NAME, "", "没有可供查看的佐证材料。")
    return Claim(
        name=NAME,
        verdict=ClaimVerdict.AGREE,
        expected="",
        found="",
        explanation="材料上没有看到草案、样本、作废、失效等标记。",
    )


def _claim(file: File, mark: StatusMark) -> Claim:
    what = STATUS_KINDS[mark.kind]
    return Claim(
        name=NAME,
        verdict=ClaimVerdict.CONTRADICT if mark.sure else ClaimVerdict.HINT,
        expected="",
        found=mark.found.value,
        explanation=f"材料上写有“{mark.found.value}”，这份材料{what}，不能作为开票依据。"
        if mark.sure
        else f"材料上写有“{mark.found.value}”，不能判断这份材料是否{what}，请对照材料核对。",
        marks=file.marks([mark.found]),
    )
