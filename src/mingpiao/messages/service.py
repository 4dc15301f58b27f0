"""Messages inside the platform: send one to a unit or a department, list them, mark them as read."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.errors import refuse
from mingpiao.messages.model import Message
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 30
_NEWEST_FIRST = Keyset(KeyColumn("message_id", int, True))
_NO_BOUND = 2**63 - 1

#: Whose messages somebody reads beside their own: a unit's (its id), a department's (its region), or nobody's.
Owner = int | str | None


async def tell_unit(
    connection: AsyncConnection,
    unit_id: int,
    topic: str,
    title: str,
    body: str,
    *,
    link: str = "",
    urgent: bool = False,
) -> bool:
    """Send a message to a unit; title and body are Chinese. False when it has one of the same `topic` already."""
    return await _tell(connection, topic, title, body, link, urgent=urgent, to={"unit_id": unit_id})


async def tell_department(
    connection: AsyncConnection,
    region_code: str,
    topic: str,
    title: str,
    body: str,
    *,
    link: str = "",
    urgent: bool = False,
    by: str = "",
) -> bool:
    """Send a message to a department. False when it has one of the same `topic` already.

    `by` is the actor whose doing it tells of: this person does not get it.
    """
    return await _tell(
        connection, topic, title, body, link, urgent=urgent, to={"region_code": region_code, "author": by}
    )


async def tell_person(
    connection: AsyncConnection,
    account_id: int,
    topic: str,
    title: str,
    body: str,
    *,
    link: str = "",
    urgent: bool = False,
) -> bool:
    """Send a message that only the person of an account reads. False when there is one of the same `topic` already."""
    return await _tell(connection, topic, title, body, link, urgent=urgent, to={"to_account_id": account_id})


async def settle(connection: AsyncConnection, *topics: str) -> None:
    """What these messages asked for is done: nobody needs to read them any more. Topics nobody was told are no error."""
    query = text("UPDATE messages SET settled_at = now() WHERE topic = ANY(:topics) AND settled_at IS NULL")
    await connection.execute(query, {"topics": list(topics)})


def of_revisions(topic: str, last: int) -> list[str]:
    """The topics of what was told at each revision of something, up to its revision `last`."""
    return [f"{topic}:{revision}" for revision in range(1, last + 1)]


async def _tell(
    connection: AsyncConnection,
    topic: str,
    title: str,
    body: str,
    link: str,
    *,
    urgent: bool,
    to: dict[str, Any],
) -> bool:
    result = await connection.execute(
        text(
            "INSERT INTO messages (unit_id, region_code, to_account_id, topic, title, body, link, urgent, author) "
            "VALUES (:unit_id, :region_code, :to_account_id, :topic, :title, :body, :link, :urgent, :author) "
            "ON CONFLICT (topic) DO NOTHING RETURNING message_id"
        ),
        {
            "unit_id": None,
            "region_code": None,
            "to_account_id": None,
            "topic": topic,
            "title": title,
            "body": body,
            "link": link,
            "urgent": urgent,
            "author": "",
        }
        | to,
    )
    return result.scalar_one_or_none() is not None


_LIST = """
SELECT messages.*, message_readers.read_at IS NOT NULL OR settled_at IS NOT NULL AS read
FROM messages LEFT JOIN message_readers
    ON message_readers.message_id = messages.message_id AND message_readers.account_id = :account_id
WHERE {whose} AND messages.message_id < :before AND author <> 'account:' || CAST(CAST(:account_id AS bigint) AS text)
ORDER BY messages.message_id DESC LIMIT :limit
"""
_UNREAD = """
SELECT count(*) FROM (
    SELECT FROM messages WHERE {whose} AND settled_at IS NULL AND author <> 'account:' || CAST(CAST(:account_id AS bigint) AS text)
    AND NOT EXISTS (
        SELECT FROM message_readers
        WHERE message_readers.message_id = messages.message_id AND account_id = :account_id)
    ORDER BY message_id DESC LIMIT 100) AS waiting
"""
_MARK_READ = """
INSERT INTO message_readers (message_id, account_id)
SELECT message_id, :account_id FROM messages WHERE {whose} AND message_id <= :newest
ON CONFLICT DO NOTHING
"""
_OPEN = """
WITH opened AS (
    INSERT INTO message_readers (message_id, account_id)
    SELECT message_id, :account_id FROM messages WHERE {whose} AND message_id = :message_id
    ON CONFLICT DO NOTHING)
SELECT link FROM messages WHERE {whose} AND message_id = :message_id
"""
_WHOSE_UNIT = "(unit_id = :owner OR to_account_id = :account_id)"
_WHOSE_REGION = "(region_code = :owner OR to_account_id = :account_id)"
_WHOSE_PERSON = "to_account_id = :account_id"


async def list_messages(
    connection: AsyncConnection,
    account_id: int,
    owner: Owner,
    *,
    after: str = "",
    limit: int = PAGE_SIZE,
) -> Page[Message]:
    """A page of the messages of a unit (its id) or a department (its region), and of the person's own, newest first.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    before = _NEWEST_FIRST.read(after)[0] if after else _NO_BOUND
    parameters = {"account_id": account_id, "owner": owner, "before": before, "limit": limit + 1}
    rows = await connection.execute(text(_LIST.format(whose=_whose(owner))), parameters)
    found = [
        Message(
            message_id=row.message_id,
            title=row.title,
            body=row.body,
            link=row.link,
            urgent=row.urgent,
            created_at=row.created_at,
            read=row.read,
        )
        for row in rows
    ]
    return _NEWEST_FIRST.page(found, limit)


async def count_unread(connection: AsyncConnection, account_id: int, owner: Owner) -> int:
    """The number of messages that the account has not read; counts to a hundred at most."""
    query = text(_UNREAD.format(whose=_whose(owner)))
    return int(await connection.scalar(query, {"account_id": account_id, "owner": owner}) or 0)


async def mark_read(connection: AsyncConnection, account_id: int, owner: Owner, newest: int) -> None:
    """Mark the message `newest` and all older ones as read by the account."""
    query = text(_MARK_READ.format(whose=_whose(owner)))
    await connection.execute(query, {"account_id": account_id, "owner": owner, "newest": newest})


async def open_message(connection: AsyncConnection, account_id: int, owner: Owner, message_id: int) -> str:
    """Mark one message as read by the account, and return its link ("" for none).

    Raises `Refusal` (`message.unknown`, 404) when the message is not addressed to `owner`.
    """
    query = text(_OPEN.format(whose=_whose(owner)))
    given = {"account_id": account_id, "owner": owner, "message_id": message_id}
    link: str | None = await connection.scalar(query, given)
    if link is None:
        raise refuse("message.unknown", "没有找到该消息，请从消息列表中选择。", status=404)
    return link


def _whose(owner: Owner) -> str:
    if owner is None:
        return _WHOSE_PERSON
    return _WHOSE_UNIT if isinstance(owner, int) else _WHOSE_REGION
