"""A setup as one TOML file, and the commented example of it."""

import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from mingpiao.founding.model import FoundingPlan
from mingpiao.kernel.errors import refuse


def example() -> str:
    """The commented example of a plan."""
    return files(__package__).joinpath("example.toml").read_text("utf-8")


def read_plan(file: Path) -> FoundingPlan:
    """The plan of a TOML file. Raises `Refusal` (`founding.plan_malformed`), which names the place."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), FoundingPlan)
    except tomllib.TOMLDecodeError as error:
        raise refuse(
            "founding.plan_malformed", f"{file} 不是正确的 TOML 文件：{error}。请更正后重试。"
        ) from error
    except UnicodeDecodeError as error:
        raise refuse("founding.plan_malformed", f"{file} 应为 UTF-8 编码的文本，请另存后重试。") from error
    except msgspec.ValidationError as error:
        message = f"{file} 的内容不完整或名称不对：{error}。请对照 mingpiao setup --example 更正。"
        raise refuse("founding.plan_malformed", message) from error
