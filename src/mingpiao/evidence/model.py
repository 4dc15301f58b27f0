"""Values of evidence: a file, what was read from it, and how it compares with a bill."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.reading.model import Found, PagePlace, TextLine


class EvidenceState(StrEnum):
    """待识别 → 识别中 → 已识别 or 无法识别."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def settled(self) -> bool:
        """Whether reading has ended, with or without success."""
        return self not in (EvidenceState.WAITING, EvidenceState.READING)


_STATE_LABELS = {
    EvidenceState.WAITING: "待识别",
    EvidenceState.READING: "识别中",
    EvidenceState.READ: "已识别",
    EvidenceState.UNREADABLE: "无法识别",
}


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A party of a file, such as 甲方, 付款方, 捐赠人. `role` is "payer", "payee" or "" (not stated).

    `amount` is the amount of this party's row in a list of recipients, in 元. `pays` and `receives` are the
    probabilities of the two roles, 0..1; `told` is what stands around it, in words of weights.
    """

    role: str
    name: Found
    code: Found | None = None
    account: Found | None = None
    bank: Found | None = None
    amount: Decimal | None = None
    pays: float = 0.0
    receives: float = 0.0
    told: tuple[str, ...] = ()


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in 元. `role` is "total", "instalment", "deposit" or "" ; `words` is true for 大写金额.

    `beside` is the amount in digits that an amount in words repeats; `likely`, `stage` and `share` are the
    probabilities that it is the total, one of several stages, or what a list gives to one party, 0..1.
    `owner` is the name in its row of a list.
    """

    value: Decimal
    role: str
    words: bool
    found: Found
    beside: Decimal | None = None
    likely: float = 0.0
    stage: float = 0.0
    share: float = 0.0
    owner: str = ""


class ReadPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page as read. `rotation` (0, 90, 180, 270 clockwise) turns the page of the file upright."""

    number: int
    width: float
    height: float
    rotation: int
    method: str  # "text", "ocr" or "mixed"
    text: str


#: What a file may say against its own force, with a Chinese sentence about it.
STATUS_KINDS = {
    "draft": "是草案或者尚未生效的稿件",
    "specimen": "是样本",
    "revoked": "已经作废、撤销或者退回",
    "expired": "已经过期",
    "replaced": "已经被另一份文件取代",
    "failed": "载明的款项没有支付成功",
    "unsigned": "没有签字盖章",
    "copy": "是复印件，没有注明与原件一致",
}


class HiddenText(msgspec.Struct, frozen=True, kw_only=True):
    """Text of a page that nobody sees: `found.text` is its beginning, `found.value` all that was kept of it.

    That is the first 1,000 characters of a page; `amounts` in 元 are those that stand in it. `shown` is the beginning of
    what people see in its place, where the file's text says otherwise than the page; "" where they see nothing.
    """

    page: int
    found: Found
    amounts: tuple[Decimal, ...] = ()
    shown: str = ""


class StatusMark(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says against its own force. `kind` is one of `STATUS_KINDS`; `sure` when it may not mean another."""

    kind: str
    found: Found
    sure: bool


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A remark of a large language model: `quote` is text on the page at `places`, `explanation` its own words."""

    quote: str
    explanation: str
    places: tuple[PagePlace, ...] = ()


#: What a large language model may point at, with its Chinese name.
POINTED_FACTS = {
    "payer": "付款方",
    "payee": "收款方",
    "total": "应付金额",
    "signed_on": "签订或付款日期",
    "account": "收款账号",
    "purpose": "款项用途",
    "status": "材料状态",
}


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """What a large language model takes for a fact: `fact` is one of `POINTED_FACTS`, `found` what stands there.

    Its value is read by the platform: an amount in 元 with two places, a day as 2026-03-01, digits of an account.
    """

    fact: str
    found: Found

    @property
    def label(self) -> str:
        return POINTED_FACTS[self.fact]


#: Kinds of files, with their Chinese names.
EVIDENCE_KINDS = {
    "contract": "合同",
    "policy": "政策文件",
    "donation": "捐赠协议",
    "transfer": "转账凭证",
    "other": "其他",
}


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """The facts extracted from a file. `kind` is one of `EVIDENCE_KINDS`.

    `likely` are the probabilities of its days, by the names of their members; `status` is what it says against its
    own force, `hidden` what its text layer says and nobody sees, which is in no other fact. `laid` is the text of the
    pages in which facts are searched as people see it, in plain characters: a line for each paragraph or row of a
    table, tabs between cells; "" in files that were read before it was kept.
    """

    kind: str
    pages: tuple[ReadPage, ...]
    laid: str = ""
    parties: tuple[Party, ...] = ()
    amounts: tuple[Amount, ...] = ()
    signed_on: Found | None = None
    starts_on: Found | None = None
    ends_on: Found | None = None
    document_numbers: tuple[Found, ...] = ()
    accounts: tuple[Found, ...] = ()
    purpose: Found | None = None
    seals: tuple[PagePlace, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    pointed: tuple[Pointed, ...] = ()
    likely: dict[str, float] = {}
    status: tuple[StatusMark, ...] = ()
    hidden: tuple[HiddenText, ...] = ()

    @property
    def totals(self) -> tuple[Amount, ...]:
        """Amounts that state the total. If the file has none but deposits, these count as the total."""
        stated = tuple(amount for amount in self.amounts if amount.role == "total")
        deposits_alone = all(amount.role == "deposit" for amount in self.amounts)
        return self.amounts if deposits_alone else stated

    @property
    def read_by_ocr(self) -> bool:
        """Whether any page, or a picture on it, was read by OCR, so that characters may be wrong."""
        return any(page.method != "text" for page in self.pages)

    @property
    def total(self) -> Decimal | None:
        """The total that the file states, in 元; None when it states none."""
        return next((amount.value for amount in self.totals), None)


class EvidenceReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a reading process found in a file: its facts, and the lines of its pages."""

    extraction: Extraction
    lines: tuple[TextLine, ...] = ()


class LikePaper(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be the same paper as another one; amount in 元."""

    name: str
    amount: Decimal
    bills: int


class EvidenceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's evidence file. `digest`, the SM3 of its bytes in hex, identifies it; amounts in 元.

    `paper` is the digest of the first file of the same paper, "" for that one itself. `used_amount` and `used_bills`
    count the bills of all its files. `like` is a file that may be the same paper, if bills used it.
    """

    unit_id: int
    digest: str
    name: str
    media_type: str
    size: int
    pages: int
    state: EvidenceState
    pages_done: int
    failure_code: str
    failure: str
    uploaded_by: str
    uploaded_at: datetime
    extraction: Extraction | None
    used_amount: Decimal
    used_bills: int
    paper: str = ""
    like: LikePaper | None = None


class EvidenceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which files a list shows; empty members do not restrict. Days (Asia/Shanghai) are inclusive.

    `name` is a part of the file's name. `region_codes` are all regions that are wanted, not only the highest.
    """

    unit_id: int | None = None
    region_codes: tuple[str, ...] = ()
    name: str = ""
    state: str = ""
    uploaded_from: date | None = None
    uploaded_to: date | None = None


class ListedEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's file as lists show it; amounts in 元.

    `kind` is empty until it is read. `stated` is the unit's amount in the file's list, else the file's total;
    None when it states none. `used_amount` and `used_bills` count bills that are not reversed.
    `uploaded_by_name` is empty when the unit's own system uploaded it. `paper_name` is the name of the first file of
    the same paper, "" for that one itself; bills of all its files count together.
    """

    unit_id: int
    unit_name: str
    unit_code: str
    region_code: str
    digest: str
    name: str
    pages: int
    state: EvidenceState
    failure: str
    uploaded_by_name: str
    uploaded_at: datetime
    kind: str
    stated: Decimal | None
    used_amount: Decimal
    used_bills: int
    paper_name: str = ""

    @property
    def kind_label(self) -> str:
        return EVIDENCE_KINDS.get(self.kind, self.kind)

    @property
    def left(self) -> Decimal | None:
        """The amount that bills may still use, negative when they used too much; None without a stated amount."""
        return None if self.stated is None else self.stated - self.used_amount


class ClaimVerdict(StrEnum):
    """相符, 不符, 未载明, or a hint, which has no effect on the bill."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    ABSENT = "absent"
    HINT = "hint"

    @property
    def label(self) -> str:
        return _VERDICT_LABELS[self]


_VERDICT_LABELS = {
    ClaimVerdict.AGREE: "相符",
    ClaimVerdict.CONTRADICT: "不符",
    ClaimVerdict.ABSENT: "未载明",
    ClaimVerdict.HINT: "提示",
}


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A place in one of the files."""

    digest: str
    place: PagePlace


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of the comparison of a bill with its files.

    `name` is one of `CLAIM_NAMES`; `expected` is what the bill says, `found` what the files say,
    `explanation` a Chinese sentence; `source` is "rules" or "model".
    """

    name: str
    verdict: ClaimVerdict
    expected: str
    found: str
    explanation: str
    marks: tuple[Mark, ...] = ()
    source: str = "rules"

    @property
    def label(self) -> str:
        return CLAIM_LABELS.get(self.name, self.name)


#: The claims of every comparison, in this order; rules read each as the field `evidence.<name>`.
CLAIM_NAMES = (
    "payer",
    "payee",
    "amount",
    "words",
    "date",
    "purpose",
    "usage",
    "account",
    "seal",
    "status",
    "hidden",
)
CLAIM_LABELS = {
    "payer": "缴款人",
    "payee": "收款单位",
    "amount": "金额",
    "words": "大小写金额",
    "date": "日期期限",
    "purpose": "款项用途",
    "usage": "累计使用",
    "account": "收款账号",
    "seal": "印章",
    "status": "材料效力",
    "hidden": "看不见的文字",
    "model": "智能研判",
}


class BillFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a bill that are compared with its evidence; `total` in 元, `issued_on` in Asia/Shanghai."""

    kind: str
    payer_name: str
    payer_code: str
    unit_name: str
    unit_code: str
    unit_account: str
    total: Decimal
    issued_on: date
    item_names: tuple[str, ...]
    remark: str
    extension: dict[str, str]


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a file by earlier bills that are not reversed: their sum in 元, and their number.

    It counts all files of the same paper. `paper` is the digest of the first of them, "" for the file alone, and
    `like` another file that may be the same paper, if bills used it.
    """

    amount: Decimal
    bills: int
    paper: str = ""
    like: LikePaper | None = None
