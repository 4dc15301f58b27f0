"""Whether a certificate of a person holds: its CA, its days, its use, and what CAs say of it since."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto import x509
from mingpiao.kernel.errors import refuse
from mingpiao.sealing.service import revoked_since
from mingpiao.ukeys.model import KeyAuthority


def require_trusted(
    certificate: x509.Certificate, authorities: Sequence[KeyAuthority], moment: datetime, field: str = ""
) -> None:
    """Raise `Refusal` unless a trusted CA issued a certificate that holds at a moment and is one of a person.

    `ukey.certificate_self_signed`, `…_foreign`, `…_not_yet`, `…_expired`, `…_wrong_use` (422).
    """
    roots = [x509.read(each.certificate) for each in authorities]
    if certificate.is_authority or certificate.subject_der == certificate.issuer_der:
        message = "该证书是自签名证书，不是由受信任的机构签发的。请使用已签发的 UKey。"
        raise refuse("ukey.certificate_self_signed", message, field=field, status=422)
    if not any(certificate.issued_by(root) for root in roots):
        message = "该证书不是由平台信任的机构签发的。请使用已签发的 UKey。"
        raise refuse("ukey.certificate_foreign", message, field=field, status=422)
    if certificate.valid_from > moment:
        raise refuse(
            "ukey.certificate_not_yet", "该证书还没有生效，请核对电脑的时间。", field=field, status=422
        )
    if certificate.valid_to < moment:
        message = "该证书已过期，请由票据管理员重新申请 UKey 证书。"
        raise refuse("ukey.certificate_expired", message, field=field, status=422)
    if not certificate.may_identify or x509.chain_problem(certificate, roots, moment):
        message = "该证书的用途不是身份认证（可能是加密证书），请选择签名证书。"
        raise refuse("ukey.certificate_wrong_use", message, field=field, status=422)


async def require_unrevoked(
    connection: AsyncConnection, certificate: x509.Certificate, field: str = ""
) -> None:
    """Raise `Refusal` (`ukey.certificate_revoked`, 422) for a certificate that an imported list names."""
    if await revoked_since(connection, certificate.issuer, certificate.serial) is not None:
        message = "签发机构已吊销该证书，请由票据管理员重新申请 UKey 证书。"
        raise refuse("ukey.certificate_revoked", message, field=field, status=422)
