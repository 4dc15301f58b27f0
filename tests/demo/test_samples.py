"""Files for visitors: each does what the list beside them says."""

from decimal import Decimal
from pathlib import Path

import msgspec

from mingpiao.demo.samples import write_samples
from mingpiao.demo.units import demo_units
from mingpiao.evidence.extraction import extract
from mingpiao.kernel.clock import today
from mingpiao.qualifications.model import QualificationType
from mingpiao.qualifications.service import read_fields
from mingpiao.reading.lines import read_lines


def test_the_samples_say_what_the_list_says(tmp_path: Path) -> None:
    members = [
        (msgspec.structs.replace(entry.unit, unit_id=entry.ordinal), entry)
        for entry in demo_units()
        if entry.profile in ("charity", "hospital")
    ]
    write_samples(tmp_path, members, today())
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "慈善组织证书-换发.pdf",
        "押金协议-朝鲁.pdf",
        "捐赠协议-苏和.pdf",
        "捐赠协议-萨仁.pdf",
        "说明.txt",
    ]
    told = (tmp_path / "说明.txt").read_text("utf-8")
    totals = {}
    for file in tmp_path.glob("*协议-*.pdf"):
        assert file.name in told
        amounts = extract(read_lines(file.read_bytes(), "application/pdf")).amounts
        totals[file.stem] = {amount.value for amount in amounts}
    assert totals == {
        "押金协议-朝鲁": {Decimal("600.00")},
        "捐赠协议-苏和": {Decimal("12000.00")},
        "捐赠协议-萨仁": {Decimal("20000.00")},
    }
    certificate = (tmp_path / "慈善组织证书-换发.pdf").read_bytes()
    reading = read_fields(read_lines(certificate, "application/pdf"))
    assert reading.value("qualification_type") == QualificationType.CHARITY.value
    charity = next(unit for unit, entry in members if entry.profile == "charity")
    assert reading.value("code") == charity.uscc
