"""The designed faces in the database: finding them, and the one row that a change of one locks."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.layout.model import FaceState, FaceTemplate, FaceVersion
from mingpiao.layout.tables import face_versions
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock

FACE_VERSIONS = NamedLock("face versions")

#: Two digits of the specimen code name a version.
MAX_VERSION = 99


class FaceShelf:
    """The published faces in the memory of a process. They never change, so each is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, int], FaceTemplate] = {}

    async def get(self, kind_code: str, version: int) -> FaceTemplate:
        """The template of a published version. Raises `Refusal` (`face.version_missing`, 503)."""
        known = self._known.get((kind_code, version))
        if known is not None:
            return known
        async with self._database.system() as connection:
            found = await published(connection, kind_code)
        if version not in found:
            raise refuse(
                "face.version_missing",
                f"票种{kind_code}第{version}版的票面样式不在本系统中，请联系系统管理员。",
                status=503,
            )
        self._known |= {(kind_code, number): template for number, template in found.items()}
        return found[version]


async def published(connection: AsyncConnection, kind_code: str) -> Mapping[int, FaceTemplate]:
    """The published templates of a kind by version."""
    query = _published().where(face_versions.c.kind_code == kind_code)
    rows = (await connection.execute(query)).mappings()
    return {row["version"]: as_version(row).template for row in rows}


async def all_published(connection: AsyncConnection) -> Sequence[FaceVersion]:
    """The published versions of all kinds."""
    rows = (await connection.execute(_published())).mappings()
    return [as_version(row) for row in rows]


def _published() -> Select[Any]:
    return (
        select(face_versions)
        .where(face_versions.c.state == FaceState.PUBLISHED.value)
        .order_by(face_versions.c.kind_code, face_versions.c.version)
    )


async def versions_of(connection: AsyncConnection, kind_code: str) -> list[FaceVersion]:
    """All versions of a kind's face, newest first; empty while only the one of the platform is used."""
    query = select(face_versions).where(face_versions.c.kind_code == kind_code)
    rows = (await connection.execute(query.order_by(face_versions.c.version.desc()))).mappings()
    return [as_version(row) for row in rows]


async def face_drafts(connection: AsyncConnection) -> dict[str, FaceVersion]:
    """The versions that are not published yet, by kind; a kind has at most one."""
    query = select(face_versions).where(face_versions.c.state == FaceState.DRAFT.value)
    rows = (await connection.execute(query)).mappings()
    return {row["kind_code"]: as_version(row) for row in rows}


async def get_version(connection: AsyncConnection, kind_code: str, version: int) -> FaceVersion:
    """One version; raises `Refusal` (`face.unknown`, 404)."""
    return await _one(connection, _named(kind_code, version), version)


async def lock_version(connection: AsyncConnection, kind_code: str, version: int) -> FaceVersion:
    """One version, locked until the transaction ends; raises `Refusal` (`face.unknown`, 404)."""
    return await _one(connection, FACE_VERSIONS.on(_named(kind_code, version)), version)


def _named(kind_code: str, version: int) -> Select[Any]:
    named = (face_versions.c.kind_code == kind_code, face_versions.c.version == version)
    return select(face_versions).where(*named)


async def _one(connection: AsyncConnection, query: Select[Any], version: int) -> FaceVersion:
    if not 1 < version <= MAX_VERSION:
        raise unknown_face()
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise unknown_face()
    return as_version(row)


def unknown_face() -> Refusal:
    """The refusal `face.unknown` (404)."""
    return refuse("face.unknown", "没有找到该票面版本，请返回制样列表查看。", status=404)


def as_version(row: RowMapping) -> FaceVersion:
    """The version in a row; times are in Asia/Shanghai."""
    members: dict[str, Any] = {str(name): value for name, value in row.items()}
    content = members.pop("content")
    moments = {
        name: to_shanghai(members[name]) if members[name] else None for name in ("saved_at", "published_at")
    }
    known = {"template": msgspec.convert(content, FaceTemplate), "makers": tuple(members["makers"])}
    return FaceVersion(**(members | moments | known | {"state": FaceState(members["state"])}))
