"""Forms that arrived after their session had ended, kept for an hour for the account that filled them in.

The content is encrypted under the master key. Reading it takes two things: the random token in the browser's
cookie, and a session of the same account.
"""

import secrets
from datetime import timedelta

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import KeptForm
from mingpiao.identity.sessions import token_hash
from mingpiao.identity.tables import form_owners, kept_forms
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database

#: How long a form is kept for its author to sign in again.
KEPT_FOR = timedelta(hours=1)
#: How long the platform remembers whose page a CSRF token was on, for pages that stay open.
OWNED_FOR = timedelta(days=7)
MAX_CONTENT = 256 * 1024
#: The number of forms kept for one account; older ones are deleted.
MAX_FORMS = 10


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was just kept, and the account for which it is kept."""

    account_id: int
    form: KeptForm


async def remember_owner(connection: AsyncConnection, csrf_token: str, account_id: int) -> None:
    """Record which account's pages carry a CSRF token, so that it is known after the session has ended."""
    values = {"csrf_hash": token_hash(csrf_token), "account_id": account_id, "made_at": now()}
    await connection.execute(upsert(form_owners).values(values).on_conflict_do_nothing())


class KeptForms:
    """The forms that are kept for their authors."""

    def __init__(self, database: Database, master_key: MasterKey) -> None:
        self._database = database
        self._master_key = master_key

    async def keep(self, csrf_token: str, token: str, form: KeptForm) -> Kept | None:
        """Keep a form for the account whose page it was on, under the token of the browser's cookie.

        Its CSRF token shows whose page it was on. Returns None if no account is known for it, or the form is
        too large. Only the newest ten forms of an account are kept. It replaces the kept form that has the `form_id` of `form`.
        """
        content = msgspec.json.encode(form)
        if len(content) > MAX_CONTENT:
            return None
        async with self._database.system() as connection:
            account_id = await _owner(connection, csrf_token)
            if account_id is None:
                return None
            await _forget(connection, token, account_id, form.form_id)
            form_id = await self._store(connection, token, account_id, content)
            await _thin_out(connection, account_id)
        return Kept(account_id=account_id, form=msgspec.structs.replace(form, form_id=form_id))

    async def _store(self, connection: AsyncConnection, token: str, account_id: int, content: bytes) -> str:
        form_id, hashed = secrets.token_urlsafe(12), token_hash(token)
        await connection.execute(
            insert(kept_forms).values(
                token_hash=hashed,
                form_id=form_id,
                account_id=account_id,
                content=self._master_key.wrap(content, _label(hashed, form_id, account_id)),
                kept_at=now(),
            )
        )
        return form_id

    async def waiting(self, token: str, account_id: int) -> list[KeptForm]:
        """The forms of an account that are kept under the cookie's token, the newest first; never those of
        other accounts.
        """
        hashed = token_hash(token)
        query = (
            select(kept_forms.c.form_id, kept_forms.c.content)
            .where(
                kept_forms.c.token_hash == hashed,
                kept_forms.c.account_id == account_id,
                kept_forms.c.kept_at > now() - KEPT_FOR,
            )
            .order_by(kept_forms.c.kept_at.desc(), kept_forms.c.form_id)
        )
        async with self._database.system() as connection:
            rows = (await connection.execute(query)).all()
        opened = (self._open(row.content, row.form_id, hashed, account_id) for row in rows)
        return [form for form in opened if form is not None]

    def _open(self, content: bytes, form_id: str, hashed: bytes, account_id: int) -> KeptForm | None:
        try:
            plain = self._master_key.unwrap(content, _label(hashed, form_id, account_id))
        except Refusal:
            return None  # Kept under an earlier master key, or for another account: nobody can read it.
        return msgspec.structs.replace(msgspec.json.decode(plain, type=KeptForm), form_id=form_id)

    async def forget(self, token: str, account_id: int, form_id: str) -> None:
        """Delete an account's kept form, after it was sent again."""
        async with self._database.system() as connection:
            await _forget(connection, token, account_id, form_id)


async def _owner(connection: AsyncConnection, csrf_token: str) -> int | None:
    """The account whose session used a CSRF token in the last seven days, or None."""
    query = select(form_owners.c.account_id).where(
        form_owners.c.csrf_hash == token_hash(csrf_token), form_owners.c.made_at > now() - OWNED_FOR
    )
    return (await connection.execute(query)).scalar_one_or_none()


async def _forget(connection: AsyncConnection, token: str, account_id: int, form_id: str) -> None:
    await connection.execute(
        delete(kept_forms).where(
            kept_forms.c.token_hash == token_hash(token),
            kept_forms.c.account_id == account_id,
            kept_forms.c.form_id == form_id,
        )
    )


async def _thin_out(connection: AsyncConnection, account_id: int) -> None:
    newest = (
        select(kept_forms.c.form_id)
        .where(kept_forms.c.account_id == account_id)
        .order_by(kept_forms.c.kept_at.desc())
        .limit(MAX_FORMS)
    )
    await connection.execute(
        delete(kept_forms).where(kept_forms.c.account_id == account_id, kept_forms.c.form_id.not_in(newest))
    )


def _label(hashed: bytes, form_id: str, account_id: int) -> str:
    """The associated data of the encryption: a row copied to another account cannot be decrypted."""
    return f"kept form {hashed.hex()} {form_id} {account_id}"
