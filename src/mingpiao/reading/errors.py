"""Errors for files that cannot be read.

Their codes begin with `evidence`, since callers of the API know them from uploads of evidence.
"""


class FileUnreadable(Exception):
    """A file that cannot be read: a stable `code` (`evidence.damaged`) and a Chinese sentence for its owner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["FileUnreadable"], tuple[str, str]]:
        """Pickle with both arguments, since the error passes from the reading process to another."""
        return FileUnreadable, (self.code, self.message)


def empty() -> FileUnreadable:
    """`evidence.empty`: there is no page."""
    return FileUnreadable("evidence.empty", "文件是空的，没有任何页面，请重新上传。")


def not_a_pdf() -> FileUnreadable:
    """`evidence.not_a_pdf`: the content is of another type."""
    return FileUnreadable("evidence.not_a_pdf", "文件内容不是 PDF，请上传 PDF 格式的佐证材料。")


def encrypted() -> FileUnreadable:
    """`evidence.encrypted`: a password is needed."""
    return FileUnreadable("evidence.encrypted", "文件设有打开密码，请去除密码后重新上传。")


def damaged() -> FileUnreadable:
    """`evidence.damaged`: cut off or not well-formed."""
    return FileUnreadable("evidence.damaged", "文件已损坏或不完整，请用阅读软件检查后重新上传。")


def too_many_pages(count: int, limit: int) -> FileUnreadable:
    """`evidence.too_many_pages`."""
    return FileUnreadable(
        "evidence.too_many_pages", f"文件共 {count} 页，超过 {limit} 页的上限，请只上传与本次开票有关的页面。"
    )


def too_large_page(number: int) -> FileUnreadable:
    """`evidence.too_large_page`: a page or picture beyond every file size."""
    return FileUnreadable(
        "evidence.too_large_page", f"第 {number} 页的幅面过大，无法识别，请按 A4 等常用幅面扫描后重新上传。"
    )


def too_complex(reason: str = "") -> FileUnreadable:
    """`evidence.too_complex`: nested or unfolded beyond all use; `reason` is for who asks."""
    told = f"（{reason}）" if reason else ""
    return FileUnreadable(
        "evidence.too_complex", f"文件内容过于复杂，超出了识别的限度{told}，请另存为普通 PDF 后重新上传。"
    )


def nothing_to_read() -> FileUnreadable:
    """`evidence.nothing_to_read`: no text on any page."""
    return FileUnreadable(
        "evidence.nothing_to_read", "没有在文件中识别到文字，请确认页面清晰、完整后重新上传。"
    )
