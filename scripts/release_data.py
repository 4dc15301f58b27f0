"""Writes what a release's database holds into a file, from which a later test migrates it.

Run it with the code of the release, and give the file the name of the release's newest migration:

git worktree add ../release c913113 && cd ../release && make setup
.venv/bin/python <this script> <this checkout>/tests/storage/releases/0005.sql.gz

The data are the demonstration's: seven units with bills, reversals, rules, evidence, qualifications and
applications, under the master key of the tests. Seals have a small picture, to keep the file small.
"""

import argparse
import asyncio
import gzip
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from mingpiao.demo import province, seals
from mingpiao.demo.units import demo_units
from mingpiao.sealing.model import SealImage
from mingpiao.settings import Settings
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade

_DATABASE = "mingpiao"
#: The first unit of each of these sorts: all that the demonstration needs.
_PROFILES = ("hospital", "charity", "association", "court", "police", "land", "university")
_BILLS = 160
#: As `tests.support.province.MASTER`.
_MASTER_KEY = bytes(range(16)).hex()
#: What a migration never touches, or what every database has for itself.
_LEFT_OUT = "('alembic_version', 'pgqueuer_log', 'pgqueuer_schedules', 'sessions', 'interface_nonces')"

_TABLES = f"""
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND relname NOT IN {_LEFT_OUT} ORDER BY relname
"""  # noqa: S608
_COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
_POOLS = """
SELECT format('SELECT open_bill_code(%L, %L);', code, kind_code) FROM number_pools ORDER BY code
"""
_SEQUENCES = """
SELECT format('SELECT setval(%L, %s);', pg_get_serial_sequence(relname, attname),
              (SELECT coalesce(last_value, 1) FROM pg_sequences
               WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence(relname, attname)))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND attnum > 0 AND NOT attisdropped AND pg_get_serial_sequence(relname, attname) IS NOT NULL
ORDER BY relname
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    with tempfile.TemporaryDirectory(prefix="mingpiao-release-") as name:
        directory = Path(name)
        server = EmbeddedServer(directory / "postgres", EmbeddedOptions(durable=False))
        try:
            server.start()
            upgrade(server.url)
            asyncio.run(province.build(_settings(server.url, directory), _tell, bills=_BILLS, units=_units()))
            # No time of making in the file: the same data give the same bytes.
            file.write_bytes(gzip.compress(_dump(server).encode(), mtime=0))
        finally:
            server.stop(immediate=True)
    print(f"{file}: {file.stat().st_size} bytes")


def _settings(url: str, directory: Path) -> Settings:
    key = directory / "master.key"
    key.write_text(_MASTER_KEY)
    key.chmod(0o600)
    seals.draw_unit_seal = seals.draw_supervisor_seal = _small_seal
    return Settings(database_url=url, data_dir=directory, master_key_file=key, demo=True, signer_processes=0)


def _units() -> list[object]:
    return [next(entry for entry in demo_units() if entry.profile == profile) for profile in _PROFILES]


def _tell(stage: str, done: int, count: int) -> None:
    if done == count:
        print(stage)


def _small_seal(*_: object) -> SealImage:
    buffer = BytesIO()
    Image.new("RGBA", (40, 40), (200, 30, 30, 128)).save(buffer, "PNG")
    return SealImage(format="png", data=buffer.getvalue(), width_mm=40, height_mm=40)


def _dump(server: EmbeddedServer) -> str:
    """A psql script that fills a database of the same schema; its triggers and foreign keys must sleep."""

    def ask(query: str) -> str:
        return server.run_sql(query, database=_DATABASE)

    parts = ["SET session_replication_role = replica;\n", ask(_POOLS), "DELETE FROM number_pools;\n"]
    for table in ask(_TABLES).split():
        columns = ask(_COLUMNS.format(table=table)).strip()
        rows = ask(f"COPY (SELECT {columns} FROM {table}) TO STDOUT")  # noqa: S608
        if rows:
            parts.append(f"DELETE FROM {table};\nCOPY {table} ({columns}) FROM stdin;\n{rows}\\.\n")  # noqa: S608
    return "".join([*parts, ask(_SEQUENCES)])


if __name__ == "__main__":
    main()
