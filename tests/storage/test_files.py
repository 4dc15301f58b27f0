"""The file store: a folder, and S3 through the same port."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from mingpiao.storage.files import FileStore


class _Bucket(BaseHTTPRequestHandler):
    """As much of S3 as keeping and reading whole objects needs."""

    objects: ClassVar[dict[str, bytes]] = {}

    def do_PUT(self) -> None:
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        self._answer(404 if found is None else 200, found or b"")

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "cn-north-1",
    }.items():
        monkeypatch.setenv(name, value)
    yield _Bucket.objects
    server.shutdown()
    server.server_close()
    _Bucket.objects.clear()


async def test_a_bucket_keeps_whole_files_under_its_prefix(bucket: dict[str, bytes]) -> None:
    store = FileStore.open("s3://bills/made")
    assert await store.get("v1/15060125/1.ofd") is None
    await store.put("v1/15060125/1.ofd", b"first")
    await store.put("v1/15060125/1.ofd", b"second")
    assert await store.get("v1/15060125/1.ofd") == b"second"
    assert bucket == {"/bills/made/v1/15060125/1.ofd": b"second"}


async def test_a_folder_is_made_when_missing(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    store = FileStore.open(folder.as_uri())
    assert await store.get("v1/1.pdf") is None
    await store.put("v1/1.pdf", b"face")
    assert await store.get("v1/1.pdf") == b"face"
    assert (folder / "v1" / "1.pdf").read_bytes() == b"face"
    (tmp_path / "upload").write_bytes(b"face")
    await store.put_file("v1/2.pdf", tmp_path / "upload")
    modes = {each.name: each.stat().st_mode & 0o777 for each in (folder, *folder.rglob("*"))}
    assert modes == {"b": 0o700, "v1": 0o700, "1.pdf": 0o600, "2.pdf": 0o600}
