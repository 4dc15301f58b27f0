"""The master key at a terminal: does it open the database, and what it is made of again from shares."""

from pathlib import Path

import click

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.shares import KeyShare, join_shares, read_share
from mingpiao.founding.service import last_ceremony
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.sealing.service import open_keys
from mingpiao.settings import Settings
from mingpiao.storage.database import Database
from mingpiao.storage.private import write_private
from mingpiao.storage.probe import require_ready


async def check(settings: Settings) -> str:
    """Open all keys in use with the master key, and say so. Raises the `Refusal` of what does not fit."""
    master = settings.master_key()
    await require_ready(settings.database_url)
    database = await Database.open(settings.database_url, pool_size=1)
    try:
        async with database.system() as connection:
            held = await last_ceremony(connection)
            if held is not None and held.key_fingerprint != master.fingerprint():
                raise refuse(
                    "founding.key_differs",
                    f"主密钥（指纹 {master.fingerprint()}）不是已分发的那一个（指纹 {held.key_fingerprint}）。"
                    "请检查主密钥文件，或用 mingpiao key restore 恢复。",
                    status=409,
                )
            opened = await open_keys(connection, master)
    finally:
        await database.close()
    if not opened:
        return f"主密钥指纹 {master.fingerprint()}。数据库中还没有签章私钥。"
    return f"主密钥正确（指纹 {master.fingerprint()}），可以打开全部 {opened} 个在用的签章私钥。"


def restore(file: Path) -> None:
    """Ask for shares until there are enough, and write the key file.

    Raises `Refusal`: those of `join_shares`; `key.file_exists` for a file with another key.
    """
    shares: list[KeyShare] = []
    while not shares or len(shares) < shares[0].threshold:
        typed = click.prompt(f"请输入第 {len(shares) + 1} 份份额", hide_input=True)
        try:
            share = read_share(typed)
            if any(each.number == share.number for each in shares):
                raise refuse("key.shares_missing", "这一份已经输入过，请输入另一份。", field="share")
        except Refusal as refusal:
            click.echo(refusal.problems[0].message, err=True)
            continue
        shares.append(share)
    key = join_shares(shares)
    if file.exists():
        if MasterKey.from_environment({"MINGPIAO_MASTER_KEY_FILE": str(file)}).hex() != key.hex():
            raise refuse("key.file_exists", f"{file} 中是另一个主密钥。请先核对并移走该文件。", status=409)
        click.echo(f"{file} 中已是这个主密钥（指纹 {key.fingerprint()}）。")
        return
    write_private(file, key.hex() + "\n")
    click.echo(f"主密钥已恢复到 {file}（指纹 {key.fingerprint()}）。请用 mingpiao key check 检查。")
