"""The errors and refusals of sealing."""

from mingpiao.kernel.errors import Refusal, refuse


class SignerUnavailable(Refusal):
    """The signer could not answer, and nothing was sealed. The same request may succeed later."""

    def __init__(self) -> None:
        super().__init__(
            refuse("sealing.signer_unavailable", "签章服务暂时不可用，请稍后重试。", status=503).problems[0]
        )


def malformed_xml(reason: str) -> Refusal:
    """The bytes are not a sealed bill of the MOF data standard 1.1.0."""
    return refuse(
        "sealing.xml_malformed",
        f"这不是一份完整的财政电子票据 XML：{reason}。请上传从平台下载的原文件。",
        reason=reason,
    )


def malformed_seal(reason: str) -> Refusal:
    """The bytes are not an electronic seal or seal signature of GB/T 38540-2020."""
    return refuse(
        "sealing.seal_malformed",
        f"这不是合格的电子印章数据：{reason}。请上传从平台下载的原文件。",
        reason=reason,
    )
