"""The settings file of a setup: lines that the platform and systemd read. What stands there is not overwritten."""

from collections.abc import Mapping
from pathlib import Path

from mingpiao.kernel.errors import refuse
from mingpiao.settings import PREFIX, SettingsError, load, read_settings_file, variables
from mingpiao.storage.private import write_private

_HEAD = "# 由首次设置写入。systemd 可以用 EnvironmentFile 读取；修改后请重新启动网站和后台任务。\n"


def check_settings(values: Mapping[str, str]) -> None:
    """Raise `Refusal` (`setting.unknown` or `setting.wrong`) unless all values may be set."""
    if unknown := sorted(set(values) - set(variables())):
        raise refuse(
            "setting.unknown", f"没有名为 {'、'.join(unknown)} 的设置，请核对名称。", field="settings"
        )
    if any("\n" in value or "'" in value or '"' in value for value in values.values()):
        raise refuse("setting.wrong", "设置的值不能含引号和换行，请修改。", field="settings")
    try:
        load(
            {PREFIX + name.upper(): value for name, value in values.items()}
            | {f"{PREFIX}DATA_DIR": "/nonexistent"}
        )
    except SettingsError as error:
        raise refuse("setting.wrong", str(error), field="settings") from error


def write_settings(file: Path, values: Mapping[str, str]) -> bool:
    """Add settings to a file, readable by its owner only; False if they stand there already.

    Raises `Refusal`: see `check_settings`; `setting.differs` for one that stands there with another value.
    """
    check_settings(values)
    there = read_settings_file(file)
    wanted = {PREFIX + name.upper(): value for name, value in values.items()}
    if differing := [name for name in wanted if there.get(name, wanted[name]) != wanted[name]]:
        raise refuse(
            "setting.differs",
            f"设置文件 {file} 中已有不同的 {'、'.join(differing)}。首次设置不会覆盖，请在文件中修改或改为相同的值。",
            field="settings",
            status=409,
        )
    if set(wanted) <= set(there):
        return False
    lines = [f"{name}={value}" for name, value in sorted((there | wanted).items())]
    write_private(file, _HEAD + "\n".join(lines) + "\n")
    return True
