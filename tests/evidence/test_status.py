"""Whether a file is in force: marks of drafts, specimens and revoked papers, and the same words where they are none."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from tests.evidence.lines import line_at, page_of, read

import mingpiao
from mingpiao.evidence.comparison import compare
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Extraction
from mingpiao.reading.lines import read_lines
from mingpiao.reading.model import PageLines

FONTS = Path(mingpiao.__file__).parent / "letters" / "fonts"
TITLE = "设备采购合同"
BODY = (
    "甲方（付款方）：乌海市远航商贸有限公司",
    "乙方（收款方）：内蒙古大学",
    "合同总金额：人民币12,345.60元",
    "双方应当按照约定履行各自的义务，不得擅自变更。",
    "未尽事宜由双方另行协商，协商不成的向甲方所在地人民法院起诉。",
)
BILL = BillFacts(
    kind="0201",
    payer_name="乌海市远航商贸有限公司",
    payer_code="",
    unit_name="内蒙古大学",
    unit_code="",
    unit_account="",
    total=Decimal("12345.60"),
    issued_on=date(2026, 3, 10),
    item_names=("检测费",),
    remark="",
    extension={},
)


def kinds(says: Extraction) -> list[tuple[str, bool]]:
    return [(mark.kind, mark.sure) for mark in says.status]


def claim(*files: Extraction) -> Claim:
    made = compare(BILL, {str(number): says for number, says in enumerate(files)}, {})
    return next(each for each in made if each.name == "status")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("（征求意见稿）", "draft"),
        ("草  案", "draft"),
        ("【送审稿】", "draft"),
        ("（草案，供双方会商）", "draft"),
        ("讨论稿 第三版（3.12）——仅供双方磋商，不具法律效力", "draft"),
        ("征求意见稿，未经双方签署不生效", "draft"),
        ("关于下达培训补助经费的通知（征求意见稿）", "draft"),
        ("尚未生效", "draft"),
        ("样 张", "specimen"),
        ("SPECIMEN", "specimen"),
        ("作　废", "revoked"),
        ("本文件已废止", "revoked"),
        ("此件作废", "revoked"),
        ("已 撤 销", "revoked"),
        ("已过期", "expired"),
        ("（此件已被乌财发〔2026〕11号文件废止，自2026年2月1日起停止执行）", "revoked"),
        ("（存档：本协议已由双方2026年1月5日另行签订的协议替代，自该日起不再执行）", "replaced"),
        ("本合同由2027-F207-2号合同替代。2027.4.29", "replaced"),
        ("本协议已为双方2026年新签的协议所取代，特此注明。", "replaced"),
        ("已重新签订，此份作废。2024.7.8", "revoked"),
        ("交易状态：已退汇", "revoked"),
        ("处理结果\t交易失败", "failed"),
        ("交易类型：消费撤销(VOID)", "revoked"),
        ("当前状态：待授权", "failed"),
        ("交易状态：已撤回", "revoked"),
        ("凭证状态：已冲销", "revoked"),
        ("审批状态：驳回", "draft"),
        ("审批状态：审批未通过", "draft"),
        ("业务类型：退汇", "revoked"),
        ("已作废", "revoked"),
        ("已失效", "revoked"),
        ("已过期作废", "expired"),
        ("作废章", "revoked"),
        ("作废专用章", "revoked"),
        ("作廢", "revoked"),
        ("已註銷", "revoked"),
        ("樣本", "specimen"),
        ("样例", "specimen"),
        ("× 作废 ×", "revoked"),
        ("✕ 作废 ✕", "revoked"),
        ("※作废※", "revoked"),
        ("X作废X", "revoked"),
        ("《作废》", "revoked"),
        ("‹作废›", "revoked"),
        ("①作废", "revoked"),
        ("作\u00ad废", "revoked"),
        ("无效", "revoked"),
        ("此件无效", "revoked"),
        ("本合同自始无效", "revoked"),
        ("作废 2025年3月1日", "revoked"),
        ("2025.3.1作废", "revoked"),
        ("兹声明作废", "revoked"),
        ("合同已解除", "revoked"),
        ("已终止", "revoked"),
        ("红冲", "revoked"),
        ("双方确认，本合同自始无效，互不追究。", "revoked"),
        ("本合\u00ad同已经双方协商一致解\u00ad除。", "revoked"),
        (f"{'经双方多次友好协商，' * 14}本合同已于2026年2月1日解除。", "revoked"),
    ],
)
def test_a_mark_says_that_a_paper_is_not_in_force(row: str, kind: str) -> None:
    says = read(TITLE, row, *BODY)
    assert kinds(says) == [(kind, True)]
    (mark,) = says.status
    assert mark.found.places[0].page == 1
    told = claim(says)
    assert told.verdict is ClaimVerdict.CONTRADICT
    assert told.found == mark.found.value
    assert told.found in told.explanation
    assert [one.place for one in told.marks] == list(mark.found.places)


@pytest.mark.parametrize(
    "row",
    [
        "本协议草案经双方讨论后于2026年3月1日正式签署。",
        "作废的票据应当全部联次一并保存。",
        "本协议自双方签字盖章之日起生效。",
        "逾期未支付的，本合同自动终止，已收款项不予退还。",
        "原协议自本协议签订之日起作废。",
        "本办法自2026年3月1日起施行，2019年印发的《收费管理办法》同时废止。",
        "如乙方违约，本合同已约定的优惠条件取消。",
        "双方签订新的合同后，本合同作废。",
        "逾期未交齐材料的，本通知作废。",
        "本合同由双方代表签字，替代口头约定。",
        "根据《内蒙古自治区收费管理办法（草案）》，现就有关事项约定如下。",
        "乙方向甲方提供检测样本和样张各三份。",
        "货物样本由甲方保存",
        "交易状态：交易成功",
        "业务状态：已入账",
        "本合同未经双方书面同意不得撤销。",
        "合同失效后，双方的保密义务继续有效。",
        "本通知有效期届满后自动失效",
        "中标结果公告已撤销的供应商不得参加。",
        "撤销合同的，应当书面通知对方。",
        "报名资料应当包括身份证复印件。",
        "《示范文本》由主管部门制定，本合同据此订立。",
        "本合同由乙方指定人员代替乙方签字。",
        "此凭证由会计代替出纳签收。",
        "本收据已作废的发票号为00317。",
        "本单据已附作废发票三张。",
        "本协议书已取代双方此前一切口头约定。",
        "原合同作废。",
        "该合同已解除。",
        "撤销",
        "取消",
        "注销",
        "合同终止",
        "票据作废",
        "逾期",
        "过期作废",
        "此收据未盖章无效",
        "本合同已约定终止条件。",
        "如双方另有约定，本合同已约定的期限终止。",
        "若甲方破产，本合同已被法院解除。",
        "本合同已载明原有约定作废。",
    ],
)
def test_the_same_words_in_running_text_are_no_mark(row: str) -> None:
    says = read(TITLE, *BODY, row, "其余条款不变。")
    assert says.status == ()
    assert claim(says).verdict is ClaimVerdict.AGREE


def test_a_cell_of_a_table_speaks_of_its_own_row() -> None:
    says = read(
        "票据使用情况表", "序号\t号码\t金额\t情况", "1\t00012\t500.00\t作废", "2\t00013\t800.00\t正常"
    )
    assert kinds(says) == [("revoked", False)]
    assert claim(says).verdict is ClaimVerdict.HINT


def test_one_of_several_receipts_on_a_page_may_be_void() -> None:
    page = page_of("收款收据", "今收到会费500.00元", "收款人：张敏")
    below = (
        line_at("收款收据", 0.12, 0.5, scale=1.6),
        line_at("作废", 0.4, 0.55, scale=2),
        line_at("今收到会费800.00元", 0.12, 0.6),
        line_at("收款人：张敏", 0.12, 0.65),
    )
    says = extract(
        [PageLines(number=1, width=595, height=842, rotation=0, method="text", lines=(*page.lines, *below))]
    )
    assert kinds(says) == [("revoked", False)]


def test_large_words_that_head_clauses_elsewhere_are_marks() -> None:
    page = page_of(TITLE, *BODY, "其余条款不变。")
    for word in ("取消", "合同终止", "票据作废"):
        large = msgspec.structs.replace(page, lines=(*page.lines, line_at(word, 0.4, 0.6, scale=2)))
        assert kinds(extract([large])) == [("revoked", True)]


def test_a_stamp_on_one_of_several_receipts_is_not_sure() -> None:
    page = page_of("收款收据", "今收到会费500.00元", "收款方式：现金", "收款人：张敏")
    stamps = [line_at("作废", 0.4, top, scale=2) for top in (0.12, 0.6)]
    below = (line_at("收款收据", 0.12, 0.5, scale=1.6), line_at("今收到会费800.00元", 0.12, 0.6))
    both = msgspec.structs.replace(page, lines=(*page.lines, *below))
    # A scan may have the stamp among its lines too.
    one = msgspec.structs.replace(both, lines=(*both.lines, stamps[1]), aslant=(stamps[1],))
    assert kinds(extract([one])) == [("revoked", False)]
    assert kinds(extract([msgspec.structs.replace(both, aslant=tuple(stamps))])) == [("revoked", True)]
    assert kinds(extract([msgspec.structs.replace(page, aslant=(stamps[0],))])) == [("revoked", True)]


def test_only_titles_that_are_repeated_make_several_papers() -> None:
    page = page_of("收款收据", "今收到会费500.00元", "收款人：张敏")
    drawn_large = [("作废", 0.5), ("作废", 0.55), ("———", 0.6), ("———", 0.65), ("·", 0.7), ("·", 0.75)]
    large = tuple(line_at(text, 0.4, top, scale=2) for text, top in drawn_large)
    assert kinds(extract([msgspec.structs.replace(page, lines=(*page.lines, *large))])) == [("revoked", True)]


def test_what_one_of_several_receipts_on_a_page_says_is_not_sure() -> None:
    for row in ("此凭证已作废。", "交易状态：已退汇"):
        page = page_of("电子回单", "付款方：张敏", "金额：500.00元", row)
        below = (line_at("电子回单", 0.12, 0.5, scale=1.6), line_at("付款方：李明", 0.12, 0.6))
        both = msgspec.structs.replace(page, lines=(*page.lines, *below))
        assert kinds(extract([page])) == [("revoked", True)]
        assert kinds(extract([both])) == [("revoked", False)]


def test_a_copy_without_confirmation_is_a_hint() -> None:
    says = read(TITLE, *BODY, "复印件")
    assert kinds(says) == [("copy", False)]
    told = claim(says)
    assert told.verdict is ClaimVerdict.HINT
    assert told.explanation.startswith("材料上写有“复印件”，不能判断这份材料是否")
    assert read(TITLE, *BODY, "复印件", "与原件核对一致").status == ()


def test_a_blank_day_below_signatures_without_a_seal_is_a_hint() -> None:
    foot = ("甲方（盖章）：\t乙方（盖章）：", "法定代表人：\t法定代表人：")
    blank = read(TITLE, *BODY, *foot, "日期：　　年　　月　　日\t日期：　　年　　月　　日")
    assert kinds(blank) == [("unsigned", False)]
    told = claim(blank)
    assert told.verdict is ClaimVerdict.HINT
    assert "不能判断这份材料是否没有签字盖章" in told.explanation
    signed = read(TITLE, *BODY, *foot, "日期：2026年3月1日\t日期：2026年3月1日")
    assert signed.status == ()
    page = page_of(TITLE, *BODY, *foot, "日期：　　年　　月　　日")
    sealed = msgspec.structs.replace(page, seals=(page.lines[-1].place,))
    assert extract([sealed]).status == ()
    assert read(TITLE, *BODY, "工期为　　年　　月　　日").status == ()


def test_one_revoked_file_among_others_counts() -> None:
    told = claim(read(TITLE, *BODY), read(TITLE, *BODY, "作废"))
    assert told.verdict is ClaimVerdict.CONTRADICT
    assert [one.digest for one in told.marks] == ["1"]
    assert claim().verdict is ClaimVerdict.ABSENT


# -- watermarks ------------------------------------------------------------------------------------


def drawn(draw: Callable[[Canvas], None]) -> PageLines:
    pdfmetrics.registerFont(TTFont("status", next(FONTS.rglob("*SC*egular*.ttf"))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 595))
    canvas.setFont("status", 12)
    for place, row in enumerate((TITLE, *BODY)):
        canvas.drawString(30, 540 - 28 * place, row)
    draw(canvas)
    canvas.save()
    (page,) = read_lines(out.getvalue(), "application/pdf")
    return page


def _across(word: str) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.translate(210, 430)
        canvas.rotate(35)
        canvas.setFillGray(0.85)
        canvas.setFont("status", 60)
        canvas.drawCentredString(0, 0, word)

    return draw


def test_a_watermark_is_a_mark_and_stands_in_no_line() -> None:
    page = drawn(_across("征求意见稿"))
    assert [line.text for line in page.lines] == [TITLE, *BODY]
    assert [line.text for line in page.aslant] == ["征求意见稿"]
    assert kinds(extract([page])) == [("draft", True)]


def _turned(angle: int, size: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.translate(210, 250)
        canvas.rotate(angle)
        canvas.setFont("status", size)
        canvas.drawCentredString(0, 0, "已作废")

    return draw


def _stacked(size: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("status", size)
        for place, letter in enumerate("已作废"):
            canvas.drawString(210, 300 - 1.2 * size * place, letter)

    return draw


@pytest.mark.parametrize("draw", [_turned(90, 40), _turned(180, 40), _turned(270, 12), _stacked(40)])
def test_a_mark_is_read_however_it_stands(draw: Callable[[Canvas], None]) -> None:
    page = drawn(draw)
    assert [line.text for line in page.lines][: len(BODY) + 1] == [TITLE, *BODY]
    assert [line.text for line in page.aslant] == ["已作废"]
    assert kinds(extract([page])) == [("revoked", True)]


def test_the_narrow_head_of_a_column_is_no_mark() -> None:
    page = drawn(_stacked(12))
    assert page.aslant == ()
    assert extract([page]).status == ()


def test_a_watermark_that_is_repeated_is_one_mark_with_its_places() -> None:
    def draw(canvas: Canvas) -> None:
        for x, y in ((80, 200), (220, 300), (300, 120)):
            canvas.saveState()
            canvas.translate(x, y)
            canvas.rotate(-30)
            canvas.setFillGray(0.8)
            canvas.drawString(0, 0, "样本样本")
            canvas.restoreState()

    says = extract([drawn(draw)])
    assert kinds(says) == [("specimen", True)]
    assert len(says.status[0].found.places) == 3


def test_a_watermark_of_an_office_says_nothing_of_force() -> None:
    says = extract([drawn(_across("内蒙古大学财务处"))])
    assert says.status == ()
    assert [party.name.value for party in says.parties] == [
        party.name.value for party in extract([drawn(lambda _: None)]).parties
    ]


def test_a_red_stamp_across_the_writing_of_a_scan_is_read() -> None:
    face = str(next(FONTS.rglob("*SC*egular*.ttf")))
    page = Image.new("RGB", (1100, 640), "white")
    pen = ImageDraw.Draw(page)
    for place, row in enumerate((TITLE, *BODY)):
        pen.text((60, 40 + 90 * place), row, "black", ImageFont.truetype(face, 32))
    stamp = Image.new("RGBA", (460, 150))
    ink = ImageDraw.Draw(stamp)
    ink.rounded_rectangle((4, 4, 455, 145), 14, outline=(200, 24, 36), width=8)
    ink.text((230, 75), "已废止", (200, 24, 36), ImageFont.truetype(face, 90), anchor="mm")
    turned = stamp.rotate(14, Image.Resampling.BICUBIC, expand=True)
    whole = Image.new("RGB", page.size, "white")
    whole.paste(turned, (380, 160), turned)
    out = io.BytesIO()
    ImageChops.multiply(page, whole).save(out, "PNG")
    (read_page,) = read_lines(out.getvalue(), "image/png")
    assert [line.text for line in read_page.aslant] == ["已废止"]
    says = extract([read_page])
    assert kinds(says) == [("revoked", True)]
    assert claim(says).verdict is ClaimVerdict.CONTRADICT
