"""Sample files on disk, with which a visitor tries evidence and certificates in the demonstration."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from mingpiao.demo.certificates import sample_certificate
from mingpiao.demo.evidence import file_of
from mingpiao.demo.units import DemoUnit
from mingpiao.issuing.model import IssueRequest, Payer, RequestItem
from mingpiao.units.model import Unit

#: How long the renewed certificate is valid.
_RENEWED = timedelta(days=5 * 365)


class _Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that a visitor may fill in, and the content of its file; amounts in 元."""

    profile: str
    kind: str
    kind_name: str
    payer: str
    item: str
    item_name: str
    total: str
    stated: str
    extension: dict[str, str]
    outcome: str


_SAMPLES = (
    _Sample(
        profile="charity",
        kind="0301",
        kind_name="公益事业捐赠统一票据",
        payer="苏和",
        item="030104",
        item_name="助学定向捐赠",
        total="12000.00",
        stated="12000.00",
        extension={"Custom1": "金秋助学", "Custom2": "货币"},
        outcome="材料与票面相符，直接开具",
    ),
    _Sample(
        profile="charity",
        kind="0301",
        kind_name="公益事业捐赠统一票据",
        payer="萨仁",
        item="030101",
        item_name="货币捐赠",
        total="30000.00",
        stated="20000.00",
        extension={"Custom1": "草原生态保护", "Custom2": "货币"},
        outcome="材料载明20000.00元，金额不符，需要核实",
    ),
    _Sample(
        profile="hospital",
        kind="0201",
        kind_name="行政事业单位资金往来结算票据",
        payer="朝鲁",
        item="020103",
        item_name="暂收押金",
        total="600.00",
        stated="600.00",
        extension={"Custom1": "暂收款项"},
        outcome="材料与票面相符，直接开具",
    ),
)


def write_samples(directory: Path, members: Sequence[tuple[Unit, DemoUnit]], on: date) -> None:
    """Write files, and a list that says which file is for which bill; existing files are replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    first: dict[str, tuple[Unit, DemoUnit]] = {}
    for member in members:
        first.setdefault(member[1].profile, member)
    lines = ["演示用的佐证材料和资质证书。按下列内容填写票据并上传对应的文件：", ""]
    for sample in _SAMPLES:
        if sample.profile in first:
            unit, entry = first[sample.profile]
            file = file_of(_described(sample, entry), unit, on)
            (directory / file.name).write_bytes(file.data)
            lines += _told(sample, unit, file.name)
    if "charity" in first:
        certificate = sample_certificate(*first["charity"], on, on + _RENEWED)
        (directory / certificate.name).write_bytes(certificate.data)
        lines += [
            certificate.name,
            f"  {first['charity'][0].name}换发的证书，由票据管理员在“资质证书”上传",
            "",
        ]
    (directory / "说明.txt").write_text("\n".join(lines), "utf-8")


def _described(sample: _Sample, entry: DemoUnit) -> IssueRequest:
    stated = Decimal(sample.stated)
    return IssueRequest(
        business_no=f"SAMPLE-{sample.payer}",
        kind=sample.kind,
        payer=Payer(name=sample.payer, type="1"),
        items=(RequestItem(code=sample.item, quantity=Decimal(1), rate=stated, amount=stated),),
        total=stated,
        handler=entry.handler,
        extension=sample.extension,
    )


def _told(sample: _Sample, unit: Unit, file_name: str) -> list[str]:
    others = "，".join(sample.extension.values())
    return [
        file_name,
        f"  单位：{unit.name}　票种：{sample.kind_name}",
        f"  缴款人：个人 {sample.payer}　项目：{sample.item_name}　数量：1　金额：{sample.total}　其他信息：{others}",
        f"  结果：{sample.outcome}",
        "",
    ]
