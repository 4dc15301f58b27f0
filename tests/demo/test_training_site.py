"""`mingpiao training`: beside a real site, and nothing of it."""

from pathlib import Path

from click.testing import CliRunner

from mingpiao.cli import main
from mingpiao.demo import site
from mingpiao.settings import load


def test_it_takes_no_database_key_file_store_or_address_of_the_real_site(tmp_path: Path) -> None:
    key = tmp_path / "real.key"
    (tmp_path / "settings.env").write_text("MINGPIAO_DATABASE_URL=postgresql://real@db/real\n")
    real = load(
        {
            "MINGPIAO_FILE_STORE": "s3://bills/made",
            "MINGPIAO_PUBLIC_URL": "https://pj.example.gov.cn",
            "MINGPIAO_MASTER_KEY_FILE": str(key),
            "MINGPIAO_TRAINING_URL": "https://lianxi.example.gov.cn",
        },
        data_dir=tmp_path,
        port=8001,
    )
    assert real.database_url == "postgresql://real@db/real"
    home = tmp_path / "training"
    own = site._settings_of(site.TRAINING, real, home, "postgresql://own@/training")
    # Its processes read all settings from their environment; where that is silent, from its own directory.
    read = load(own.to_environment())
    assert read == own
    assert (own.training, own.demo, own.database_url) == (True, False, "postgresql://own@/training")
    assert own.files_address() == (home / "files").as_uri()
    assert own.site_url() == "https://lianxi.example.gov.cn"
    assert own.data_dir == home
    assert own.master_key_file == home / "secrets" / "master.key"
    assert not key.exists()
    assert own.master_key().hex()


def test_a_reset_asks_first_and_deletes_the_training_site_alone(tmp_path: Path) -> None:
    for name in ("training", "files"):
        (tmp_path / name).mkdir()
    reset = ["training", "--data-dir", str(tmp_path), "reset"]
    refused = CliRunner().invoke(main, reset, input="n\n")
    assert (refused.exit_code, (tmp_path / "training").exists()) == (1, True)
    assert "不能恢复" in refused.output
    done = CliRunner().invoke(main, reset, input="y\n")
    assert done.exit_code == 0, done.output
    assert "演练数据已删除。运行 mingpiao training 重新建立。" in done.output
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == ["files"]
