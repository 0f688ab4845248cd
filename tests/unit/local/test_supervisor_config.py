"""The generated configuration of the supervisor."""

from __future__ import annotations

import configparser
import os
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.folders import make_folders
from infra.local.secret_files import make_secrets
from infra.local.services import ALL
from infra.local.supervisor_config import configuration_text
from infra.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "a 100% home", port_base=18000, env={"CORRIDOR_DATABASE": "corridor"})
    make_folders(settings)
    make_secrets(settings)
    return settings


def parse(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read_string(text)
    return parser


def test_every_service_is_a_program_that_waits_to_be_started(settings: Settings) -> None:
    parser = parse(configuration_text(settings))
    programs = [name for name in parser.sections() if name.startswith("program:")]
    assert programs == [f"program:{each.name}" for each in ALL]
    assert all(parser[name]["autostart"] == "false" for name in programs)


def test_no_secret_but_the_supervisors_own_stands_in_it(settings: Settings) -> None:
    text = configuration_text(settings)
    found = [path.name for path in (settings.home / "secrets").iterdir() if path.read_text().strip() in text]
    assert found == ["supervisor"]


def test_it_listens_on_this_machine_only_and_asks_for_a_password(settings: Settings) -> None:
    server = parse(configuration_text(settings))["inet_http_server"]
    assert server["port"] == "127.0.0.1:18006"
    assert server["password"] == settings.secret("supervisor")


def test_percent_signs_of_paths_are_escaped(settings: Settings) -> None:
    assert "a 100%% home" in parse(configuration_text(settings))["supervisord"]["logfile"]


def test_an_existing_kafka_is_not_started(settings: Settings) -> None:
    other = replace(settings, env={**settings.env, "CORRIDOR_KAFKA_BOOTSTRAP": "k:9092"})
    assert "program:kafka" not in parse(configuration_text(other)).sections()


def test_a_changed_setting_marks_every_service(settings: Settings) -> None:
    def marks(given: Settings) -> list[str]:
        parser = parse(configuration_text(given))
        return [parser[f"program:{each.name}"]["environment"] for each in ALL]

    same = replace(settings, env={**settings.env, "CORRIDOR_TEST_X": "1", "PATH": os.defpath})
    other = replace(settings, env={**settings.env, "CORRIDOR_DATABASE": "another"})
    assert marks(same) == marks(settings)
    assert not set(marks(other)) & set(marks(settings))
