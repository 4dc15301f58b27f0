"""What to do next, depending on the result of a check."""

from collections.abc import Mapping

from mingpiao.portals.rendering import day
from mingpiao.verification.model import CheckState, LegalState, Means, VerificationResult, VerificationVerdict
from mingpiao.writeoff.model import BillStanding

#: 核销状态 for people who know nothing of write-off.
_WRITEOFF_WORDS: Mapping[BillStanding, str] = {
    BillStanding.OPEN: "未核销",
    BillStanding.WRITTEN_OFF: "已核销",
    BillStanding.EXCEPTION: "财政部门正在核对",
    BillStanding.BREACH: "财政部门已认定违规，尚未整改",
    BillStanding.RECTIFYING: "财政部门已认定违规，正在整改",
}


def writeoff_name(result: VerificationResult) -> str:
    """核销状态 in words for the public; empty where there is nothing to tell."""
    return "" if result.writeoff is None else _WRITEOFF_WORDS[result.writeoff]


def writeoff_words(result: VerificationResult) -> str:
    """核销状态 in words for the public, with its day; empty where there is nothing to tell."""
    words = writeoff_name(result)
    return f"{words}，{day(result.written_off_on)}" if result.written_off_on else words


def state_words(result: VerificationResult) -> str:
    """票据状态 of a registered bill. One that a department doubts is never just called 正常."""
    if result.legal_state is None:
        return ""
    if not result.is_questioned:
        return result.legal_state.label
    normal = result.legal_state is LegalState.NORMAL
    return writeoff_words(result) if normal else f"{result.legal_state.label}；{writeoff_words(result)}"


def advice_for(result: VerificationResult) -> list[str]:
    """Sentences for the person who checked, the most important first."""
    notices = [check.detail for check in result.checks if check.state is CheckState.NOTICE]
    if result.verdict is VerificationVerdict.ALTERED:
        return [
            "请不要接受、报销或入账这份票据文件。",
            "请向开票单位或缴款人索取从平台下载的原文件，重新查验。",
            "如怀疑伪造，请保留该文件并向当地财政部门反映。",
        ]
    if result.verdict is VerificationVerdict.TRAINING:
        return [
            "这张票据是在演练环境里开具的，只供练习，没有发生真实的收款。",
            "请不要接受、报销或入账；票据代码以 99 开头的都是演练票据，每页底纹印有“演练”。",
        ]
    if result.verdict is VerificationVerdict.FOREIGN_LOOK:
        return [
            "票据原文是真实的，但这份文件的版面不是平台生成的，看到的金额、姓名等可能与原文不同。",
            "请以下面平台生成的票面为准，不要据这份文件报销或入账。",
            "请向开票单位或缴款人索取从平台下载的原文件。",
        ]
    if result.verdict is VerificationVerdict.CHANGED:
        return [
            "票据原文是真实的，票面内容没有变化；文件在生成之后有过其他改动，详见“逐项检查”。",
            *(_questioned(result) or [_USE_ORIGINAL]),
        ]
    if result.verdict is VerificationVerdict.UNKNOWN:
        return _unknown(result)
    return notices + _genuine(result)


def _unknown(result: VerificationResult) -> list[str]:
    if result.means is Means.FILE:
        return [
            "本平台没有登记过这份票据。请确认它是本地区开具的财政电子票据，而不是税务发票或外地票据。",
            "请不要据此报销或入账；可联系开票单位核实。",
        ]
    return [
        "请确认扫描的是完整、清晰的票面二维码，且票据由本地区财政部门监制。",
        "也可以改用输入查验或上传文件查验；仍查不到时请联系开票单位核实。",
    ]


def _genuine(result: VerificationResult) -> list[str]:
    if result.legal_state is LegalState.REVERSED:
        return [
            "该票据已被开票单位冲红，不能再用于报销、入账或理赔。",
            "冲红只改变票据的状态：下载的原文件仍与开具时完全相同，文件上没有标记，请以本页查验结果为准。",
            "如对冲红有疑问，请联系开票单位；应当重新开票的，请索取新票据。",
        ]
    if result.legal_state is LegalState.RED:
        return ["这是冲减原票据的红字票据，请与原票据一并处理，不能单独报销。"]
    advice = _questioned(result) or ["该票据可以作为入账凭证。请核对票面内容与实际业务是否一致。"]
    if result.times_checked > 1:
        advice.append("该票据此前已被查验过，报销单位请留意是否重复报销。")
    return advice


_USE_ORIGINAL = "请以下面平台生成的票面为准；归档和入账请使用从平台下载的原文件。"


def _questioned(result: VerificationResult) -> list[str]:
    """What to do with a bill that is genuine, but whose department doubts it; nothing for any other."""
    if result.writeoff is BillStanding.EXCEPTION:
        return [
            "票据真实，但财政部门核销时对它有疑问，正在核对，还没有结论。",
            "核对完成以前请暂缓报销和入账；可以向开票单位了解情况，过几天再查一次。",
        ]
    if not result.is_questioned:
        return []
    return [
        "票据真实，但财政部门认定它违规，应由开票单位整改，可能被冲红重开。",
        "整改完成以前请不要据此报销或入账；请联系开票单位，整改完成后再查一次。",
    ]
