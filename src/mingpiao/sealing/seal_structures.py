"""The ASN.1 of electronic seals and their signatures: GB/T 38540-2020, version 4."""

from typing import Any, ClassVar

from asn1crypto import core

Fields = list[tuple[Any, ...]]


class Header(core.Sequence):
    """头信息: `id` is "ES", `version` 4, `vendor` names the maker of the software."""

    _fields: ClassVar[Fields] = [
        ("id", core.IA5String),
        ("version", core.Integer),
        ("vendor", core.IA5String),
    ]


class Certificates(core.SequenceOf):
    """The certificates that may sign with a seal, as whole DER certificates (certListType 1)."""

    _child_spec = core.OctetString


class Property(core.Sequence):
    """印章属性: kind, name, who may sign with it, and its period of validity."""

    _fields: ClassVar[Fields] = [
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("cert_list_type", core.Integer),
        ("cert_list", Certificates),
        ("created", core.GeneralizedTime),
        ("valid_from", core.GeneralizedTime),
        ("valid_to", core.GeneralizedTime),
    ]


class Picture(core.Sequence):
    """印章图像: `type` names the format; width and height in mm."""

    _fields: ClassVar[Fields] = [
        ("type", core.IA5String),
        ("data", core.OctetString),
        ("width", core.Integer),
        ("height", core.Integer),
    ]


class SealInfo(core.Sequence):
    """印章信息, which the seal maker signs."""

    _fields: ClassVar[Fields] = [
        ("header", Header),
        ("seal_id", core.IA5String),
        ("property", Property),
        ("picture", Picture),
        ("extensions", core.Any, {"optional": True}),
    ]


class Seal(core.Sequence):
    """SESeal: an electronic seal with the signature of its maker over DER(SealInfo)."""

    _fields: ClassVar[Fields] = [
        ("info", SealInfo),
        ("cert", core.OctetString),
        ("algorithm", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
    ]


class ToSign(core.Sequence):
    """TBS_Sign: what the holder of a seal signs. `data_hash` is the SM3 of Signature.xml."""

    _fields: ClassVar[Fields] = [
        ("version", core.Integer),
        ("seal", Seal),
        ("time", core.GeneralizedTime),
        ("data_hash", core.OctetBitString),
        ("property_info", core.IA5String),
        ("extensions", core.Any, {"explicit": 0, "optional": True}),
    ]


class SealSignature(core.Sequence):
    """SES_Signature: the content of SignedValue.dat."""

    _fields: ClassVar[Fields] = [
        ("to_sign", ToSign),
        ("cert", core.OctetString),
        ("algorithm", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
        ("time_stamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]
