"""docs/api.md: its examples run as they are written, and its tables are those of the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.evidence import hostile
from tests.gateway.conftest import Live, begin_write_off, fetch

from mingpiao.evidence.service import MAX_BYTES as MAX_FILE_BYTES
from mingpiao.evidence.service import MAX_FILES, MAX_PAGES
from mingpiao.gateway.batches import MAX_BYTES
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.model import MAX_BATCH, MAX_CHANGES
from mingpiao.gateway.openapi import document
from mingpiao.gateway.router import MAX_BODY_BYTES, RESOURCES
from mingpiao.gateway.totals import MAX_IDENTITIES, MAX_TOTALS_BYTES
from mingpiao.rules.library import library_rules
from mingpiao.writeoff.service import MAX_LINES

pytestmark = pytest.mark.whole

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The one code block of a language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    text: str = block
    return text


def run(command: list[str], live: Live, directory: Path) -> str:
    """What an example prints; it must end well."""
    environment = os.environ | {
        "MINGPIAO_URL": live.address,
        "MINGPIAO_APP": live.app_id,
        "MINGPIAO_SECRET": live.secret,
    }
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_curl_example_runs_as_written(live: Live, tmp_path: Path) -> None:
    (tmp_path / "example.sh").write_text(example("bash"), encoding="utf-8")
    lines = run(["bash", "example.sh"], live, tmp_path).splitlines()
    issued = re.fullmatch(r"已开具 (\d{8}) (\d{10})", lines[0])
    assert issued is not None
    size = (tmp_path / "bill.ofd").stat().st_size
    assert lines[1:] == ["normal", f"已下载 {size} 字节", "已冲红，红票金额 -10.00"]
    assert (tmp_path / "bill.ofd").read_bytes()[:2] == b"PK"
    bill_id = int(issued[1] + issued[2])
    assert fetch(live, "SELECT state FROM bills WHERE bill_id = $1", bill_id) == "reversed"


def test_no_rule_asks_about_the_people_of_the_examples() -> None:
    text = example("bash") + example("python")
    people = set(re.findall(r'"(?:name|handler)": "(\w+)"', text)) | set(re.findall(r'-\d", "(\w+)"', text))
    assert people == {"苏和", "王建国", "乌日娜", "白音", "那日苏"}
    (rule,) = (rule for rule in library_rules() if rule.code == "PAYER-EXAMPLE")
    assert [name for name in people if name in rule.condition] == []


def test_the_python_example_runs_as_written_on_the_standard_library(live: Live, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(example("python"), encoding="utf-8")
    # -I keeps this project's packages and settings away, -S whatever else is installed.
    lines = run([sys.executable, "-I", "-S", "example.py"], live, tmp_path).splitlines()
    assert len(lines) == 5
    assert re.fullmatch(r"已开具 \d{8} \d{10} 10\.00", lines[0])
    assert lines[1].startswith("被拒绝 bill.total_mismatch total 合计金额应等于各项金额之和10.00元")
    assert re.fullmatch(r"已开具 \d{8} \d{10} 10\.00", lines[2])
    assert lines[3] == "重复提交 200 True"
    counted = fetch(live, "SELECT count(*) FROM bills WHERE unit_id = $1", live.hospital.unit_id)
    assert lines[4:] == [f"本单位共有票据 {counted}"]


def test_the_upload_example_runs_as_written(live: Live, tmp_path: Path) -> None:
    program = example("python").partition("def outpatient_bill")[0] + example("py")
    (tmp_path / "example.py").write_text(program, encoding="utf-8")
    (tmp_path / "合同.pdf").write_bytes(hostile.plain_pdf("An agreement between two parties", pages=2))
    lines = run([sys.executable, "-I", "-S", "example.py"], live, tmp_path).splitlines()
    assert lines == ["200 read 合同.pdf 2"]


def test_the_write_off_example_runs_as_written(live: Live, tmp_path: Path) -> None:
    begin_write_off(live)
    program = example("bash").partition("business_no=")[0] + example("shell")
    (tmp_path / "example.sh").write_text(program, encoding="utf-8")
    lines = run(["bash", "example.sh"], live, tmp_path).splitlines()
    assert lines == ['"agrees":true', '{"automatic":false,"months":[]}']


def test_the_examples_of_rounding_and_refunds_run_as_written(live: Live, tmp_path: Path) -> None:
    program = example("python").partition('prefix = f"PY-')[0] + example("python3")
    (tmp_path / "example.py").write_text(program, encoding="utf-8")
    assert run([sys.executable, "-I", "-S", "example.py"], live, tmp_path).splitlines() == [
        "负数的行 422 amount.not_positive items/1/rate",
        "抹零 201 10.00",
        "减免 201 10.00 8.00",
        "部分退费 20.00 -20.00 10.00",
    ]


def test_the_error_table_is_the_codes() -> None:
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| (\d{3}) \| (.+) \| ([是否]) \|$", PAGE, re.MULTILINE)
    expected = [(code, str(e.status), e.title, "是" if e.retry else "否") for code, e in ERROR_TYPES.items()]
    assert rows == expected


def test_every_route_is_named() -> None:
    named = re.findall(r"^\| `(GET|POST|PUT) (/api/v1/[^`?]*)", PAGE, re.MULTILINE)
    shapes = {(method, re.sub(r"\{[^}]*\}", "{}", path)) for method, path in named}
    described = {
        (method.upper(), re.sub(r"\{[^}]*\}", "{}", "/api/v1" + path))
        for path, item in document(RESOURCES)["paths"].items()
        for method in item
    }
    others = {("GET", f"/api/v1/bills/{{}}/{{}}/document.{ending}") for ending in ("pdf", "xml")}
    assert shapes == described - others


@pytest.mark.parametrize(
    "sentence",
    [
        f"请求体 | {MAX_BODY_BYTES // 1024**2} MB；批量开票 {MAX_BYTES // 1024**2} MB",
        f"一份佐证材料 | {MAX_FILE_BYTES // 1024**2} MB，{MAX_PAGES} 页",
        f"一张票的佐证材料 | 至多 {MAX_FILES} 份",
        f"批量 | 1 至 {MAX_BATCH:,} 张",
        f"增量获取 | 每页至多 {MAX_CHANGES} 张",
        f"报送合计 | {MAX_TOTALS_BYTES // 1024**2} MB；至多 {MAX_LINES:,} 行，逐张比对至多 {MAX_IDENTITIES:,} 张",
    ],
)
def test_the_limits_are_the_codes(sentence: str) -> None:
    assert sentence in PAGE
