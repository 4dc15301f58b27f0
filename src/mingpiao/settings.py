"""All that can be set, in one frozen value read from `MINGPIAO_*` variables and command-line options.

Only the faces read settings; rooms are handed what they need.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from mingpiao.crypto.keystore import ENVIRONMENT_FILE, MasterKey

PREFIX = "MINGPIAO_"

Count = Annotated[int, Meta(ge=0, le=64)]
AtLeastOne = Annotated[int, Meta(ge=1, le=256)]
Limit = Annotated[int, Meta(ge=1, le=1_000_000)]
LogLevel = Annotated[str, Meta(pattern="^(debug|info|warning|error)$")]


class SettingsError(Exception):
    """Settings that cannot work; the message has one Chinese line for each, naming the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The product's settings; each field is `MINGPIAO_` and its name in capitals in the environment."""

    database_url: str = ""
    """`postgresql://user:password@host:port/database`, PostgreSQL 15 or later."""

    data_dir: Path = Path("var")
    """Where files live that are not in the database: documents, logs, the embedded server."""

    file_store: str = ""
    """Where made documents (OFD, PDF) are kept: a directory or `s3://bucket/prefix`; `files` under `data_dir`
    unless told."""

    host: str = "127.0.0.1"
    """Address to listen on."""

    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    """Port to listen on; plain `PORT` is understood too."""

    public_url: str = ""
    """Address as users see it, printed into QR codes; `http://host:port` unless told."""

    master_key_file: Path | None = None
    """File with the 32 hex digits of the master key; else `MINGPIAO_MASTER_KEY` holds them."""

    signer_processes: Count = min(os.cpu_count() or 1, 64)
    """Processes of each web process that alone hold private keys; one a core unless told, 0 signs inside."""

    web_processes: AtLeastOne = 1
    """Web processes that share the port."""

    pool_size: AtLeastOne = 8
    """Database connections of each pool of each process."""

    run_worker: bool = False
    """Whether the web process does background work too, where there is no worker process."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed, separated by commas."""

    cookie_secure: bool | None = None
    """Cookies over HTTPS only; unless told, as `public_url` begins with https."""

    wrong_checks_per_bill: Limit = 10
    """Wrong answers a day about one bill, after which it is not checked by its face until tomorrow."""

    wrong_checks_per_address: Limit = 30
    """Wrong answers a day from one network address, after which it gets no more until tomorrow."""

    checked_files_per_minute: Limit = 60
    """Files that one network address may have checked in a minute."""

    review_working_days: Annotated[int, Meta(ge=1, le=30)] = 3
    """Working days that a department has to decide about an appeal."""

    export_rows_at_once: Limit = 10_000
    """Rows of a list that are exported while the browser waits; longer exports are left to the worker."""

    clamd: str = ""
    """clamd that looks for viruses in uploaded files: `host:port` or the path of its socket; none when empty."""

    reader_processes: AtLeastOne = 2
    """Processes of each worker that read files; one of several is kept for files that have text."""

    model_url: str = ""
    """Address of a large model's OpenAI-compatible interface, as `https://host/v1`; none when empty."""

    model_key: str = ""
    """Key for the large model's interface."""

    model_name: str = ""
    """Name of the large model."""

    model_seconds: Limit = 30
    """How long the large model is waited for, in seconds; files are read without it then."""

    demo: bool = False
    """A demonstration: seals and pages say so."""

    log_level: LogLevel = "info"
    """debug, info, warning or error."""

    pg_bin: Path | None = None
    """Directory of PostgreSQL's programs for the embedded server."""

    def site_url(self) -> str:
        """`public_url` without a slash at its end, or the address that we listen on."""
        return self.public_url.rstrip("/") or f"http://{self._reachable_host()}:{self.port}"

    def local_url(self) -> str:
        """Address at which this machine reaches the web process."""
        return f"http://{self._reachable_host()}:{self.port}"

    def files_address(self) -> str:
        """Where made documents are kept, as `file:///directory` or `s3://bucket/prefix`."""
        if "://" in self.file_store:
            return self.file_store
        return Path(self.file_store or self.data_dir / "files").expanduser().resolve().as_uri()

    def secure_cookies(self) -> bool:
        """Whether cookies go over HTTPS only."""
        return self.site_url().startswith("https://") if self.cookie_secure is None else self.cookie_secure

    def master_key(self) -> MasterKey:
        """The master key from its file, else from the environment; a refusal says what is missing."""
        if self.master_key_file is None:
            return MasterKey.from_environment()
        return MasterKey.from_environment({ENVIRONMENT_FILE: str(self.master_key_file)})

    def to_environment(self) -> dict[str, str]:
        """These settings as environment variables, for a process that we start."""
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {PREFIX + name.upper(): _as_text(value) for name, value in fields if value not in (None, ())}

    def _reachable_host(self) -> str:
        if self.host in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not listened on
            return "127.0.0.1"
        return f"[{self.host}]" if ":" in self.host else self.host


def load(environment: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Read settings: options that are not None win over variables, variables over defaults.

    Raises SettingsError that names every wrong one.
    """
    given: dict[str, Any] = {}
    if environment.get("PORT"):
        given["port"] = environment["PORT"]
    for name in Settings.__struct_fields__:
        if text := environment.get(PREFIX + name.upper(), "").strip():
            given[name] = text
    given |= {name: value for name, value in options.items() if value is not None}
    complaints: list[str] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values[name] = _read(name, value)
        except (msgspec.ValidationError, ValueError) as error:
            shown = "" if name in _SECRETS else f"={value}"
            complaints.append(f"设置 {PREFIX}{name.upper()}{shown} 无效: {_reason(name, error)}")
    if complaints:
        raise SettingsError("\n".join(complaints))
    return Settings(**values)


def _read(name: str, value: Any) -> Any:
    if name == "trusted_proxies" and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Path):
        value = str(value)
    kind = next(field.type for field in msgspec.structs.fields(Settings) if field.name == name)
    read = msgspec.convert(value, kind, strict=False, dec_hook=_path)
    if name == "database_url":
        _check_address(read, ("postgresql", "postgres"))
    elif name in {"public_url", "model_url"} and read:
        _check_address(read, ("http", "https"))
    elif name == "file_store" and "://" in read:
        _check_address(read, ("s3", "file"))
    elif name == "trusted_proxies":
        for part in read:
            ipaddress.ip_network(part, strict=False)
    return read


def _path(kind: type, value: Any) -> Any:
    if issubclass(kind, Path) and isinstance(value, str):
        return Path(value).expanduser().absolute()
    raise NotImplementedError(kind)


def _check_address(address: str, schemes: tuple[str, ...]) -> None:
    if urlsplit(address).scheme not in schemes:
        raise ValueError(address)


#: Settings that may hold a password are not shown.
_SECRETS = frozenset({"database_url", "model_key", "model_url"})

_REASONS = {
    "database_url": "应为 postgresql://用户:密码@主机:端口/数据库。",
    "public_url": "应为以 http:// 或 https:// 开头的网址。",
    "model_url": "应为以 http:// 或 https:// 开头的网址。",
    "file_store": "应为目录, 或 s3://存储桶/前缀。",
    "port": "端口应为 1 至 65535 之间的整数。",
    "trusted_proxies": "应为用逗号分隔的 IP 地址或网段。",
    "log_level": "应为 debug、info、warning 或 error。",
}


_COUNTS = frozenset(
    {
        "signer_processes",
        "web_processes",
        "pool_size",
        "wrong_checks_per_bill",
        "wrong_checks_per_address",
        "checked_files_per_minute",
        "review_working_days",
        "reader_processes",
        "model_seconds",
    }
)


def _reason(name: str, error: Exception) -> str:
    """What the setting should be, in Chinese."""
    if name in _REASONS:
        return _REASONS[name]
    if name in {"run_worker", "cookie_secure", "demo"}:
        return "应为 true 或 false。"
    if name in _COUNTS:
        return "应为合理范围内的整数。"
    return str(error)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)
