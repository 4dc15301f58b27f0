"""Settings: read from the environment and options, and refused by name."""

from pathlib import Path

import pytest

from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.settings import SealingSettings
from mingpiao.settings import Settings, SettingsError, load


def test_defaults_are_safe_and_local() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.site_url()) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.files_address() == Path("var/files").absolute().as_uri()
    assert settings.secure_cookies() is False


def test_environment_and_options_and_which_wins() -> None:
    environment = {
        "PORT": "8080",
        "MINGPIAO_DATABASE_URL": "postgresql://a:b@db:5432/mingpiao",
        "MINGPIAO_DATA_DIR": "/srv/mingpiao",
        "MINGPIAO_TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16",
        "MINGPIAO_PUBLIC_URL": "https://bills.example/",
        "MINGPIAO_DEMO": "true",
    }
    settings = load(environment, port=9000, host=None)
    assert settings.port == 9000
    assert load(environment).port == 8080
    assert load({**environment, "MINGPIAO_PORT": "8081"}).port == 8081
    assert settings.host == "127.0.0.1"
    assert settings.trusted_proxies == ("10.0.0.1", "192.168.0.0/16")
    assert settings.site_url() == "https://bills.example"
    assert settings.secure_cookies() is True
    assert settings.files_address() == "file:///srv/mingpiao/files"
    assert load({"MINGPIAO_FILE_STORE": "s3://bills/made"}).files_address() == "s3://bills/made"
    assert settings.demo is True


def test_survives_the_way_through_a_child_processs_environment() -> None:
    settings = Settings(
        database_url="postgresql://x@/y?host=/run/z",
        data_dir=Path("/srv/data"),
        port=8123,
        master_key_file=Path("/srv/key"),
        trusted_proxies=("10.0.0.0/8", "::1"),
        cookie_secure=False,
        rooms=(SealingSettings(signer_processes=2),),
    )
    assert load(settings.to_environment()) == settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "0", "MINGPIAO_PORT=0 无效：端口应为 1 至 65535"),
        ("PORT", "eighty", "MINGPIAO_PORT=eighty 无效"),
        ("MINGPIAO_DATABASE_URL", "mysql://x/y", "应为 postgresql://"),
        ("MINGPIAO_PUBLIC_URL", "bills.example", "应为以 http:// 或 https:// 开头"),
        ("MINGPIAO_FILE_STORE", "ftp://files/made", "应为目录，或 s3://"),
        ("MINGPIAO_TRUSTED_PROXIES", "10.0.0.1,proxy", "IP 地址或网段"),
        ("MINGPIAO_COOKIE_SECURE", "perhaps", "应为 true 或 false"),
        ("MINGPIAO_POOL_SIZE", "0", "整数"),
        ("MINGPIAO_LOG_LEVEL", "loud", "debug、info、warning 或 error"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({name: value})
    assert words in str(caught.value)


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"PORT": "x", "MINGPIAO_DEMO": "y"})
    assert len(str(caught.value).splitlines()) == 2


def test_the_master_key_comes_from_its_file_and_is_never_in_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text("00112233445566778899aabbccddeeff\n")
    settings = Settings(master_key_file=file)
    assert settings.master_key().hex() == "00112233445566778899aabbccddeeff"
    assert "00112233" not in repr(settings) + str(settings.to_environment())


def test_a_missing_master_key_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINGPIAO_MASTER_KEY", raising=False)
    monkeypatch.delenv("MINGPIAO_MASTER_KEY_FILE", raising=False)
    with pytest.raises(Refusal) as caught:
        Settings().master_key()
    assert caught.value.problems[0].code == "crypto.master_key_missing"
