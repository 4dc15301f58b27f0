"""Why a paper cannot be read."""


class PaperUnreadable(Exception):
    """A paper that cannot be read: a stable `code` (`evidence.damaged`) and a Chinese sentence for its owner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["PaperUnreadable"], tuple[str, str]]:
        """Raised in the reading process and told to another: both parts travel."""
        return PaperUnreadable, (self.code, self.message)


def empty() -> PaperUnreadable:
    """`evidence.empty`: there is no page."""
    return PaperUnreadable("evidence.empty", "文件是空的，没有任何页面，请重新上传。")


def not_a_pdf() -> PaperUnreadable:
    """`evidence.not_a_pdf`: the content is of another type."""
    return PaperUnreadable("evidence.not_a_pdf", "文件内容不是 PDF，请上传 PDF 格式的佐证材料。")


def encrypted() -> PaperUnreadable:
    """`evidence.encrypted`: a password is needed."""
    return PaperUnreadable("evidence.encrypted", "文件设有打开密码，请去除密码后重新上传。")


def damaged() -> PaperUnreadable:
    """`evidence.damaged`: cut off or not well-formed."""
    return PaperUnreadable("evidence.damaged", "文件已损坏或不完整，请用阅读软件检查后重新上传。")


def too_many_pages(count: int, limit: int) -> PaperUnreadable:
    """`evidence.too_many_pages`."""
    return PaperUnreadable(
        "evidence.too_many_pages", f"文件共 {count} 页，超过 {limit} 页的上限，请只上传与本次开票有关的页面。"
    )


def too_large_page(number: int) -> PaperUnreadable:
    """`evidence.too_large_page`: a page or picture beyond every paper size."""
    return PaperUnreadable(
        "evidence.too_large_page", f"第 {number} 页的幅面过大，无法识别，请按 A4 等常用幅面扫描后重新上传。"
    )


def nothing_to_read() -> PaperUnreadable:
    """`evidence.nothing_to_read`: no text on any page."""
    return PaperUnreadable(
        "evidence.nothing_to_read", "没有在文件中识别到文字，请确认页面清晰、完整后重新上传。"
    )
