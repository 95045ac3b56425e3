"""Configuration: what a project may change, and how a mistake in it is answered."""

from pathlib import Path

import pytest

from advisor.config import Config, load_config
from advisor.errors import ConfigError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config(folder=tmp_path) == Config()


def test_advisor_toml_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.advisor]\nfail_on = "info"\n')
    assert load_config(folder=tmp_path).fail_on == "info"
    (tmp_path / "advisor.toml").write_text('fail_on = "warning"\n')
    assert load_config(folder=tmp_path).fail_on == "warning"


def test_an_unknown_key_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "advisor.toml").write_text('fail_one = "info"\n')
    with pytest.raises(ConfigError, match="fail_one") as error:
        load_config(folder=tmp_path)
    assert "fail_on" in error.value.hint


def test_a_wrong_type_names_the_key(tmp_path: Path) -> None:
    (tmp_path / "advisor.toml").write_text("rule_dirs = 3\n")
    with pytest.raises(ConfigError, match="rule_dirs"):
        load_config(folder=tmp_path)


def test_broken_toml_names_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "advisor.toml").write_text("fail_on = \n")
    with pytest.raises(ConfigError, match=r"advisor\.toml.*line 1"):
        load_config(folder=tmp_path)


def test_an_override_of_an_unknown_rule_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "advisor.toml").write_text('[rules.NOPE1]\nseverity = "off"\n')
    with pytest.raises(ConfigError, match="NOPE1"):
        load_config(folder=tmp_path).rule_set()


def test_a_rule_folder_of_the_project_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "house" / "OWN1-house-rule"
    folder.mkdir(parents=True)
    (folder / "rule.toml").write_text(
        'id = "OWN1"\nname = "house-rule"\nseverity = "info"\nsince = "1"\ncondition = "a"\neffect = "b"\nfix = "c"\n'
    )
    (tmp_path / "advisor.toml").write_text('rule_dirs = ["own"]\n')
    assert load_config(folder=tmp_path).rule_set(tmp_path)["OWN1"].name == "house-rule"
