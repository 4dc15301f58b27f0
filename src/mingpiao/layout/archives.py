"""A ZIP that somebody uploads for the file in it."""

import posixpath

from mingpiao.kernel.errors import refuse
from mingpiao.layout.ofd import ENTRY_PATH
from mingpiao.layout.package import open_package

_ENDINGS = (".ofd", ".pdf", ".xml")
#: What computers put into archives on their own account.
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_NAMED = 3


def only_file_within(data: bytes) -> bytes | None:
    """The one file that a ZIP was made for; None when it is an OFD itself or cannot be read at all.

    Refusal `layout.archive` when it holds several files, none, or one that is no OFD, PDF or XML.
    """
    package, _ = open_package(data)
    if package is None or ENTRY_PATH in package.parts:
        return None
    names = [name for name in package.parts if not is_litter(name)]
    if len(names) == 1 and names[0].casefold().endswith(_ENDINGS):
        return package.parts[names[0]]
    listed = "、".join(posixpath.basename(name)[:40] for name in names[:_NAMED])
    more = "等" if len(names) > _NAMED else ""
    told = f"内有 {len(names)} 个文件（{listed}{more}）" if names else "里面没有文件"
    raise refuse(
        "layout.archive",
        f"这是一个压缩包（ZIP），不是票据文件，{told}。请解压后逐个上传其中的 OFD、PDF 或 XML 文件。",
        status=422,
    )


def files_within(data: bytes) -> dict[str, bytes] | None:
    """The files that people put into a ZIP, by their names; None when it is an OFD itself or cannot be read."""
    package, _ = open_package(data)
    if package is None or ENTRY_PATH in package.parts:
        return None
    return {_readable(name): part for name, part in package.parts.items() if not is_litter(name)}


def _readable(name: str) -> str:
    """A name as it was typed: Chinese Windows writes GBK, which readers of ZIP take for code page 437."""
    try:
        return name.encode("cp437").decode("gb18030")
    except UnicodeError:
        return name


def is_litter(name: str) -> bool:
    """Whether a computer or a mail program left this file, and no person put it there."""
    return name.startswith("__MACOSX/") or posixpath.basename(name).casefold() in _LITTER
