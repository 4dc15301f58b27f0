"""What drawing a bill's PDF anew takes besides its XML, as files that go with the public certificates."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.model import FaceFile, FaceTemplate, FaceVersion
from mingpiao.layout.service import (
    LAYOUT_RELEASE,
    designed_template,
    face_version_of,
    picture_of_seals,
    render_pdf,
    template_for,
)
from mingpiao.sealing.model import Face

FILE = "looks.json"
SEALS = "seals"
_HASH_DIGITS = 64


class KindLook(msgspec.Struct, frozen=True, kw_only=True):
    """The face template of a bill kind, and its MainExt members (MOF name → Chinese label).

    `shipped` is the last version that the platform itself brings; `designed` holds the later ones by number.
    """

    template: str
    labels: dict[str, str]
    shipped: int = 1
    designed: dict[int, FaceTemplate] = {}


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that QR symbols lead to, the present one last, and how each kind (its code) looks."""

    addresses: tuple[str, ...]
    kinds: dict[str, KindLook]


def looks_of(catalog: Catalog, faces: Iterable[FaceVersion], address: str, former: Looks | None) -> Looks:
    """How bills look now, with the published `faces`; addresses of former exports are kept, as files bear them
    for ever.
    """
    designed: dict[str, dict[int, FaceTemplate]] = {}
    for face in faces:
        designed.setdefault(face.kind_code, {})[face.version] = face.template
    addresses = [known for known in former.addresses if known != address] if former else []
    kinds = {
        kind.code: KindLook(
            template=kind.template,
            labels={field.name: field.label for field in kind.extension_fields},
            shipped=kind.shipped_version,
            designed=designed.get(kind.code, {}),
        )
        for kind in catalog.kinds.values()
    }
    return Looks(addresses=(*addresses, address), kinds=kinds)


def write_looks(directory: Path, looks: Looks, seals: Mapping[str, bytes]) -> None:
    """Write `looks.json`, and each seal into `seals/`, named by its hash."""
    (directory / SEALS).mkdir(parents=True, exist_ok=True)
    for digest, seal in seals.items():
        (directory / SEALS / f"{digest}.esl").write_bytes(seal)
    fresh = directory / f"{FILE}.new"
    fresh.write_bytes(msgspec.json.encode(looks))
    fresh.replace(directory / FILE)


def read_looks(directory: Path) -> Looks | None:
    """What was exported to a directory; None when it holds certificates alone, or something unreadable."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=Looks)
    except (OSError, msgspec.DecodeError):
        return None


def with_face_files(looks: Looks, files: Iterable[FaceFile]) -> Looks:
    """The looks with the template versions of further files; what the export has itself stays."""
    kinds = dict(looks.kinds)
    for file in files:
        kind = kinds.get(file.kind)
        if kind is not None and file.version not in kind.designed:
            designed = kind.designed | {file.version: file.template}
            kinds[file.kind] = msgspec.structs.replace(kind, designed=designed)
    return msgspec.structs.replace(looks, kinds=kinds)


def missing_version(face: Face, looks: Looks) -> int | None:
    """The number of the template version that a bill was issued with, if the export does not have it."""
    kind, version = looks.kinds.get(face.code[2:6]), face_version_of(face)
    known = kind is None or version <= kind.shipped or version in kind.designed
    return None if known else version


def _template(face: Face, kind: KindLook, release: int) -> FaceTemplate:
    designed = kind.designed.get(face_version_of(face))
    if designed is None:
        return template_for(kind.template, kind.labels, release=release)
    return designed_template(designed, face, kind.labels)


def own_pdfs(xml: bytes, face: Face, directory: Path, looks: Looks) -> list[bytes]:
    """The bill's PDFs as this and former releases make them, under each known address; none when its kind,
    its template version or a seal of its is not among what was exported."""
    kind = looks.kinds.get(face.code[2:6])
    pictures = [_seal(directory, digest) for digest in (face.unit_seal.hash, face.supervisor_seal.hash)]
    unit, supervisor = pictures
    if kind is None or unit is None or supervisor is None or missing_version(face, looks):
        return []
    try:
        drawn = picture_of_seals(unit, supervisor)
        return [
            render_pdf(
                xml,
                _template(face, kind, release),
                drawn,
                check_base=address,
                release=release,
            )
            for address in reversed(looks.addresses)
            for release in range(LAYOUT_RELEASE, 0, -1)
        ]
    except Refusal:
        return []


def _seal(directory: Path, digest: str) -> bytes | None:
    if len(digest) != _HASH_DIGITS or not digest.isalnum():
        return None
    file = directory / SEALS / f"{digest}.esl"
    return file.read_bytes() if file.is_file() else None
