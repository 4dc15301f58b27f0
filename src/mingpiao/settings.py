"""All settings of the platform, in one frozen value read from `MINGPIAO_*` variables and command-line
options.

This module has the settings of the platform as a whole; each room's own settings are in its `settings.py`.
Only the faces read settings; rooms receive them as arguments.
"""

import ipaddress
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from mingpiao.crypto.keystore import ENVIRONMENT_FILE, MasterKey
from mingpiao.house.finding import room_settings

PREFIX = "MINGPIAO_"
#: Lines `MINGPIAO_NAME=value` in the data directory, which the first setup writes; systemd reads it, too.
SETTINGS_FILE = "settings.env"

AtLeastOne = Annotated[int, Meta(ge=1, le=256)]
LogLevel = Annotated[str, Meta(pattern="^(debug|info|warning|error)$")]

RoomSettings = TypeVar("RoomSettings", bound=msgspec.Struct)


class SettingsError(Exception):
    """The settings are wrong. The message has one Chinese line for each wrong setting, with the variable's
    name.
    """


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The platform's settings. The environment variable of each field is `MINGPIAO_` and the field's name in
    capitals.
    """

    database_url: Annotated[str, Meta(extra={"schemes": ("postgresql", "postgres"), "secret": True})] = ""
    """`postgresql://user:password@host:port/database`, PostgreSQL 15 or later."""

    data_dir: Path = Path("var")
    """Where files live that are not in the database: documents, logs, the embedded server."""

    file_store: Annotated[str, Meta(extra={"schemes": ("s3", "file")})] = ""
    """Where generated documents (OFD, PDF) are kept: a directory or `s3://bucket/prefix`. By default, the
    directory `files` under `data_dir`.
    """

    host: str = "127.0.0.1"
    """Address to listen on."""

    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    """Port to listen on; the variable `PORT` sets it too."""

    public_url: Annotated[str, Meta(extra={"schemes": ("http", "https")})] = ""
    """Address as users see it, printed into QR codes; `http://host:port` by default."""

    master_key_file: Path | None = None
    """File with the 32 hex digits of the master key. Without it, `MINGPIAO_MASTER_KEY` holds them."""

    web_processes: AtLeastOne = 1
    """Number of web processes that share the port."""

    connections: Annotated[int, Meta(ge=16, le=60_000)] = 1_000
    """Connections of clients that each web process serves at a time; those beyond hear 503."""

    pool_size: AtLeastOne = 8
    """Number of database connections in each pool of each process."""

    run_worker: bool = False
    """Whether the web process does background work too, where there is no worker process."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed, separated by commas."""

    cookie_secure: bool | None = None
    """Whether cookies are sent over HTTPS only; by default, yes if `public_url` begins with https."""

    demo: bool = False
    """A demonstration: seals and pages say so."""

    training: bool = False
    """A training site: it opens only databases of training sites, and everything says so."""

    training_url: Annotated[str, Meta(extra={"schemes": ("http", "https")})] = ""
    """Address of the training site beside this one, to which pages lead; of the training site, its own."""

    log_level: LogLevel = "info"
    """debug, info, warning or error."""

    pg_bin: Path | None = None
    """Directory of PostgreSQL's programs for the embedded server."""

    rooms: tuple[msgspec.Struct, ...] = ()
    """The settings of rooms: an instance of each room's `SETTINGS`. A room that is missing here has its
    defaults.
    """

    def of(self, kind: type[RoomSettings]) -> RoomSettings:
        """The settings of one room."""
        return next((each for each in self.rooms if isinstance(each, kind)), kind())

    def with_room(self, changed: msgspec.Struct) -> "Settings":
        """These settings with another value for one room."""
        others = tuple(each for each in self.rooms if type(each) is not type(changed))
        return msgspec.structs.replace(self, rooms=(*others, changed))

    def site_url(self) -> str:
        """`public_url` without a slash at its end, or the address that we listen on."""
        return self.public_url.rstrip("/") or f"http://{self._reachable_host()}:{self.port}"

    def local_url(self) -> str:
        """Address at which programs on this machine reach the web process."""
        return f"http://{self._reachable_host()}:{self.port}"

    def files_address(self) -> str:
        """Where generated documents are kept, as `file:///directory` or `s3://bucket/prefix`."""
        if "://" in self.file_store:
            return self.file_store
        return Path(self.file_store or self.data_dir / "files").expanduser().resolve().as_uri()

    def secure_cookies(self) -> bool:
        """Whether cookies go over HTTPS only."""
        return self.site_url().startswith("https://") if self.cookie_secure is None else self.cookie_secure

    def master_key(self) -> MasterKey:
        """The master key from its file, else from the environment. Raises `Refusal` that says what is
        missing.
        """
        if self.master_key_file is None:
            return MasterKey.from_environment()
        return MasterKey.from_environment({ENVIRONMENT_FILE: str(self.master_key_file)})

    def to_environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process."""
        fields = (
            (name, getattr(value, name)) for value in (self, *self.rooms) for name in value.__struct_fields__
        )
        return {
            PREFIX + name.upper(): _as_text(value)
            for name, value in fields
            if name != "rooms" and value not in (None, ())
        }

    def _reachable_host(self) -> str:
        if self.host in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not listened on
            return "127.0.0.1"
        return f"[{self.host}]" if ":" in self.host else self.host


def load(environment: Mapping[str, str] = os.environ, **options: Any) -> Settings:
    """Read the settings. Options that are not None take precedence over variables, variables over the settings
    file of the data directory, that file over defaults.

    Raises SettingsError that names every wrong setting.
    """
    known = variables()
    given: dict[str, Any] = {}
    environment = read_settings_file(settings_file(environment, options.get("data_dir"))) | dict(environment)
    if environment.get("PORT"):
        given["port"] = environment["PORT"]
    for name in known:
        if text := environment.get(PREFIX + name.upper(), "").strip():
            given[name] = text
    given |= {name: value for name, value in options.items() if value is not None}
    complaints: list[str] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values[name] = _read(known[name], value)
        except (msgspec.ValidationError, ValueError) as error:
            shown = "" if known[name].secret else f"={value}"
            complaints.append(f"设置 {PREFIX}{name.upper()}{shown} 无效：{_reason(known[name], error)}")
    if complaints:
        raise SettingsError("\n".join(complaints))
    rooms = tuple(kind(**own) for kind in room_settings() if (own := _of_kind(values, kind, known)))
    return Settings(rooms=rooms, **_of_kind(values, Settings, known))


def settings_file(environment: Mapping[str, str] = os.environ, data_dir: Path | None = None) -> Path:
    """The settings file of the data directory that an option or the environment names."""
    named = data_dir or environment.get(PREFIX + "DATA_DIR", "").strip() or Settings().data_dir
    return Path(named).expanduser() / SETTINGS_FILE


def read_settings_file(file: Path) -> dict[str, str]:
    """The variables of a settings file; none if there is none.

    Raises SettingsError for a file that cannot be read or has a line of another form.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"读不出设置文件 {file}，请检查文件和读取权限。") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().startswith(PREFIX):
            raise SettingsError(f"设置文件 {file} 第 {number} 行应写成 {PREFIX}名称=值 的样子，请更正。")
        found[name.strip()] = value.strip().strip("'\"")
    return found


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: the Struct that it belongs to, its type with limits, and its default.

    `schemes` are the allowed schemes of a setting that is an address; the value of a `secret` setting is
    never shown.
    """

    name: str
    owner: type[msgspec.Struct]
    type: Any
    default: Any
    schemes: tuple[str, ...] = ()
    secret: bool = False


@cache
def variables() -> Mapping[str, Variable]:
    """All settings by name: the platform's and those of rooms."""
    owners: tuple[type[msgspec.Struct], ...] = (Settings, *room_settings())
    found = [
        _variable(owner, field)
        for owner in owners
        for field in msgspec.structs.fields(owner)
        if field.name != "rooms"
    ]
    return {variable.name: variable for variable in found}


def _variable(owner: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> Variable:
    marks = [mark.extra or {} for mark in getattr(field.type, "__metadata__", ()) if isinstance(mark, Meta)]
    extra = {name: value for mark in marks for name, value in mark.items()}
    return Variable(
        name=field.name,
        owner=owner,
        type=field.type,
        default=field.default,
        schemes=extra.get("schemes", ()),
        secret=extra.get("secret", False),
    )


def _of_kind(
    values: Mapping[str, Any], kind: type[msgspec.Struct], known: Mapping[str, Variable]
) -> dict[str, Any]:
    return {name: value for name, value in values.items() if known[name].owner is kind}


def _read(variable: Variable, value: Any) -> Any:
    name = variable.name
    if name == "trusted_proxies" and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Path):
        value = str(value)
    read = msgspec.convert(value, variable.type, strict=False, dec_hook=_path)
    if variable.schemes and read and (name != "file_store" or "://" in read):
        _check_address(read, variable.schemes)
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


_REASONS = {
    "database_url": "应为 postgresql://用户:密码@主机:端口/数据库。",
    "file_store": "应为目录，或 s3://存储桶/前缀。",
    "port": "端口应为 1 至 65535 之间的整数。",
    "trusted_proxies": "应为用逗号分隔的 IP 地址或网段。",
    "log_level": "应为 debug、info、warning 或 error。",
}


def _reason(variable: Variable, error: Exception) -> str:
    """What a valid value of the setting is, in Chinese."""
    if variable.name in _REASONS:
        return _REASONS[variable.name]
    if variable.schemes:
        return f"应为以 {' 或 '.join(f'{scheme}://' for scheme in variable.schemes)} 开头的网址。"
    plain = {type(None), *get_args(variable.type), getattr(variable.type, "__origin__", variable.type)}
    if bool in plain:
        return "应为 true 或 false。"
    if int in plain:
        return "应为合理范围内的整数。"
    return str(error)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)
