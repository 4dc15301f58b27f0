"""Face versions as JSON files for version control: whole, in one order, so that a difference shows what changed."""

import re
from typing import Any

import msgspec

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.layout import loading
from mingpiao.layout.model import FaceFile, FaceTemplate, FaceVersion

#: A face with every part that the check allows is a fifth of this.
MAX_FACE_BYTES = 256 * 1024
#: A NUL as JSON writes it, which the database cannot store; not a backslash and the same letters.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def face_file(version: FaceVersion) -> tuple[str, bytes]:
    """The name and content of a version's file."""
    file = FaceFile(
        kind=version.kind_code,
        version=version.version,
        valid_from=version.valid_from,
        note=version.note,
        template=version.template,
    )
    content = msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
    return f"{version.kind_code}-{version.version:02d}.json", content


def read_face_file(data: bytes, kind_code: str) -> FaceTemplate:
    """The template in a file: an exported version of the kind, or a template alone, whole or with `extends`
    naming one that comes with the platform.

    Raises `Refusal` (`face.file_unreadable` or `face.file_of_other_kind`, 422; `layout.template_invalid`).
    """
    if len(data) > MAX_FACE_BYTES:
        raise _unreadable(f"文件超过 {MAX_FACE_BYTES // 1024} kB")
    try:
        content = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(str(error)) from error
    if _NUL.search(msgspec.json.encode(content)):
        raise _unreadable("文字中有不能使用的字符 U+0000")
    if "template" in content:
        if content.get("kind") != kind_code:
            raise refuse(
                "face.file_of_other_kind",
                f"文件是票种 {str(content.get('kind'))[:10]} 的票面，请在该票种下导入。",
                field="file",
                status=422,
            )
        content = content["template"]
    if not isinstance(content, dict):
        raise _unreadable("template 应为对象")
    try:
        return msgspec.convert(loading.resolved(content), FaceTemplate)
    except msgspec.ValidationError as error:
        raise _unreadable(str(error)) from error
    except Refusal as refusal:
        raise _unreadable(refusal.problems[0].message.rstrip("。")) from refusal


def _unreadable(reason: str) -> Refusal:
    return refuse(
        "face.file_unreadable",
        f"不是可用的票面样式文件（{reason[:200]}），请选择从平台导出的 JSON 文件。",
        field="file",
        status=422,
    )
