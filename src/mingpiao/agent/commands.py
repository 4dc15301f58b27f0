"""`mingpiao agent`: the commands of the local agent."""

from pathlib import Path
from typing import Any

import click

from mingpiao.kernel.errors import refuse

_HOME = Path.home() / ".mingpiao" / "agent"


@click.group()
@click.option("--store", type=click.Path(path_type=Path), default=_HOME, help="密钥目录。")
@click.pass_context
def agent(context: click.Context, store: Path) -> None:
    """UKey 助手：在本机保管密钥，用 PIN 为平台的网页签名。"""
    from mingpiao.agent.store import FileToken

    context.obj = FileToken(store)


@agent.command()
@click.option("--origin", "origins", multiple=True, required=True, help="允许的平台网址；可以写多次。")
@click.option("--port", type=int, default=17431, show_default=True, help="监听端口，只监听 127.0.0.1。")
@click.pass_obj
def serve(token: Any, origins: tuple[str, ...], port: int) -> None:
    """启动助手，供登录页使用。按 Ctrl-C 停止。"""
    import uvicorn

    from mingpiao.agent.server import HOST, create_agent

    allowed = [_origin(each) for each in origins]
    click.echo(f"UKey 助手已启动：http://{HOST}:{port}，允许 {'、'.join(allowed)}。")
    uvicorn.run(
        create_agent(token, port=port, origins=allowed),
        host=HOST,
        port=port,
        log_level="warning",
        server_header=False,
        access_log=False,
    )


def _origin(text: str) -> str:
    from mingpiao.crypto.challenges import signed_text

    origin = text.rstrip("/").lower()
    if signed_text(origin, "A" * 43) is None:
        message = f"网址 {text} 不对，应为 https://主机 或 http://主机:端口，没有路径。"
        raise refuse("agent.origin_malformed", message, status=422)
    return origin


@agent.command()
@click.argument("name")
@click.password_option("--pin", prompt="设置 PIN", confirmation_prompt="再次输入 PIN")
@click.option("--out", type=click.Path(path_type=Path), help="把证书申请写入文件。")
@click.pass_obj
def new(token: Any, name: str, pin: str, out: Path | None) -> None:
    """为 NAME 生成密钥，输出证书申请（PKCS#10），交给票据管理员在平台上提交。"""
    from mingpiao.crypto.pkcs10 import to_pem

    _key_id, request = token.make_key(name, pin)
    text = to_pem(request)
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="ascii")
    click.echo(f"证书申请已写入 {out}。")


@agent.command()
@click.argument("certificate", type=click.Path(path_type=Path))
@click.pass_obj
def install(token: Any, certificate: Path) -> None:
    """安装从平台下载的证书 CERTIFICATE。"""
    key = token.install(certificate.read_bytes())
    click.echo(f"{key.name}的证书已安装。")


@agent.command("list")
@click.pass_obj
def list_held(token: Any) -> None:
    """列出本机的密钥。"""
    for key in token.held_keys():
        state = "已安装证书" if key.certificate else "等待证书"
        left = f"PIN 还可以试{key.tries_left}次" if key.tries_left else "PIN 已锁死"
        click.echo(f"{key.key_id}  {key.name}  {state}  {left}")


@agent.command()
@click.argument("key_id")
@click.option("--pin", prompt="现在的 PIN", hide_input=True)
@click.password_option("--new-pin", prompt="新的 PIN", confirmation_prompt="再次输入新的 PIN")
@click.pass_obj
def pin(token: Any, key_id: str, pin: str, new_pin: str) -> None:
    """修改密钥 KEY_ID 的 PIN。"""
    token.change_pin(key_id, pin, new_pin)
    click.echo("PIN 已修改。")
