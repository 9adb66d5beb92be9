from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

import dashboard
from elec_pipeline import redaction
from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings import Settings, settings
from elec_pipeline.store import urls

KEY = {"rte_client_id": "id", "rte_client_secret": "secret"}
HERE = "http://127.0.0.1:8790"


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({}, "odre"),
        (KEY, "rte"),
        ({"rte_base_url": HERE}, "simulator"),
        ({"elec_source": "odre", **KEY}, "odre"),
        ({"elec_source": "simulator"}, "simulator"),
    ],
)
def test_auto_is_rte_with_credentials_and_the_open_data_without(given: dict[str, str], source: str) -> None:
    assert Settings.model_validate(given).source == source


def test_rte_without_credentials_names_the_way_out() -> None:
    with pytest.raises(ConfigurationError, match="ELEC_SOURCE=odre"):
        assert Settings.model_validate({"elec_source": "rte"}).source


@pytest.mark.parametrize(
    ("given", "fallback"),
    [
        (KEY, ""),
        ({"elec_fallback": "odre", **KEY}, "odre"),
        ({"elec_fallback": "odre"}, ""),
        ({"elec_fallback": "odre", "elec_source": "simulator"}, ""),
        ({"elec_fallback": "odre", "elec_source": "simulator", "odre_base_url": HERE}, "odre"),
    ],
    ids=["off", "on", "the source itself", "real for simulated", "simulated for simulated"],
)
def test_the_open_data_stands_in_where_it_is_set_and_of_a_kind(given: dict[str, str], fallback: str) -> None:
    assert Settings.model_validate(given).fallback == fallback


def test_a_host_is_taken_without_its_path() -> None:
    given = {"odre_base_url": "https://odre.opendatasoft.com/api/explore/v2.1/"}
    assert Settings.model_validate(given).odre_base_url == "https://odre.opendatasoft.com"
    with pytest.raises(ValueError, match="ODRE_BASE_URL"):
        Settings.model_validate({"odre_base_url": "odre"})


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    """Reads the settings of this process as it does, from an environment and a file `.env` of the test's own."""

    def read_from(env_file: str | bytes = "", **environment: str) -> Settings:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        (tmp_path / ".env").write_bytes(env_file if isinstance(env_file, bytes) else env_file.encode())
        settings.cache_clear()
        return settings()

    monkeypatch.chdir(tmp_path)
    yield read_from
    settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("ELEC_SOURCE", "foo", "auto, rte, odre or simulator"),
        ("ELEC_FALLBACK", "rte", "empty or odre"),
        ("ELEC_API_PORT", "http", "a whole number from 1 to 65535"),
        ("ELEC_API_PORT", "65536", "a whole number from 1 to 65535"),
        ("ELEC_API_PORT", "0", "a whole number from 1 to 65535"),
        ("ELEC_API_PREDICT", "perhaps", "true or false"),
        ("ELEC_ALERT_RTE_HOURS", "26", "a whole number from 0 to 25"),
        ("ELEC_ALERT_PEAK_MW", "80 GW", "a whole number from 0 to 150000"),
        ("ELEC_ALERT_COLD_C", "0.5", "a whole number from -60 to 30"),
        ("ELEC_API_CORS_ORIGINS", "app.example", "origins such as https://app.example without a path"),
        ("ELEC_API_CORS_ORIGINS", "https://*.example", "origins such as"),
        ("ELEC_API_CORS_ORIGINS", "https://app.example:99999", "origins such as"),
        ("ELEC_ALLOWED_HOSTS", "https://elec.example", "host names by comma"),
        ("ELEC_HOME", "~nosuchuser/elec", "a folder"),
        *(
            (name, value, "a URL that starts with http:// or https:// and has a host")
            for name in ("RTE_BASE_URL", "ODRE_BASE_URL", "OPEN_METEO_URL", "OPEN_METEO_PREVIOUS_RUNS_URL")
            for value in ("odre", "ftp://odre.example", "https://", "http://a b", "http://h:99999", "http://[::1")
        ),
        ("ELEC_DAGSTER_URL", "localhost:3000", "a URL that starts with http:// or https:// and has a host"),
    ],
)
def test_a_bad_setting_is_one_sentence_with_its_name_its_value_and_what_is_allowed(
    read: Callable[..., Settings], name: str, value: str, allowed: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(**{name: value})
    assert str(caught.value).startswith(f"{name} is {value!r}: it must be {allowed}")
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_several_bad_settings_are_a_line_each(read: Callable[..., Settings]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(ELEC_SOURCE="foo", ELEC_API_PORT="x", ODRE_BASE_URL="odre")
    lines = str(caught.value).splitlines()
    assert {line.split()[0] for line in lines} == {"ELEC_SOURCE", "ELEC_API_PORT", "ODRE_BASE_URL"}


def test_no_bad_setting_shows_a_secret(read: Callable[..., Settings]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read("ODRE_BASE_URL=htps://me:pass-word-1@odre.example\nELEC_DAGSTER_URL=me:pass-word-2@host\n")
    assert "pass-word-1" not in str(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        read(ELEC_API_KEY="k3y-\udce9", ELEC_UI_PASSWORD="pass-\udce9")
    assert str(caught.value).splitlines() == [
        "ELEC_API_KEY cannot be used: it must be a text in UTF-8.",
        "ELEC_UI_PASSWORD cannot be used: it must be a text in UTF-8.",
    ]


@pytest.mark.parametrize("content", ["ELEC_SOURCE=odre\n".encode("utf-16"), b"ELEC_MODEL=\xe9\n"])
def test_an_env_file_in_another_encoding_is_one_sentence(read: Callable[..., Settings], content: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"\.env .* UTF-8"):
        read(content)


def test_an_empty_setting_is_the_default_also_over_the_env_file(read: Callable[..., Settings]) -> None:
    names = [name.upper() for name in Settings.model_fields if name not in ("elec_ui_password", "db_password")]
    empty = read("".join(f"{name}=\n" for name in names))
    assert empty == read()
    assert read("ELEC_SOURCE=odre\n", ELEC_SOURCE=" ").elec_source == "auto"


PASTED = [
    'RTE_CLIENT_ID="my-id\\n"\nRTE_CLIENT_SECRET="my-secret\\n"\n',
    "RTE_CLIENT_ID=' my-id '\nRTE_CLIENT_SECRET=\"'my-secret'\"\n",
    "RTE_CLIENT_ID=“my-id”\nRTE_CLIENT_SECRET=\ufeffmy-secret\u200b\n",
]


@pytest.mark.parametrize("env_file", PASTED)
def test_pasted_credentials_are_trimmed_with_a_warning_that_shows_neither(
    read: Callable[..., Settings], caplog: pytest.LogCaptureFixture, env_file: str
) -> None:
    here = read(env_file)
    assert here.rte_credentials() == ("my-id", "my-secret")
    said = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in said] == ["RTE_CLIENT_ID", "RTE_CLIENT_SECRET"]
    assert "my-" not in "".join(said)


@pytest.mark.parametrize("escaped", ['"my-id\\n"', "my-id\\r\\n", "\n my-id\t"])
def test_so_are_those_of_an_environment_that_knows_no_quotes(read: Callable[..., Settings], escaped: str) -> None:
    assert read(RTE_CLIENT_ID=escaped, RTE_CLIENT_SECRET="s").rte_credentials() == ("my-id", "s")


def test_other_texts_lose_a_pair_of_quotes_and_passwords_lose_nothing(read: Callable[..., Settings]) -> None:
    here = read(
        DATABASE_URL=' "postgresql://ada@db/elec"\n',
        ELEC_SOURCE="'odre'",
        ELEC_MODEL="it's",
        ELEC_UI_PASSWORD='" "',
    )
    assert here.database_url.get_secret_value() == "postgresql://ada@db/elec"
    assert (here.source, here.elec_model, here.elec_ui_password.get_secret_value()) == ("odre", "it's", '" "')


SECRETS = [name.upper() for name, field in Settings.model_fields.items() if field.annotation is SecretStr]


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_stand_in_a_file(read: Callable[..., Settings], tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("postgresql://ada:hush-hush-1@db/elec\n", encoding="utf-8")
    here = read(**{f"{name}_FILE": str(tmp_path / "secret"), name: ""})
    assert getattr(here, name.lower()).get_secret_value() == "postgresql://ada:hush-hush-1@db/elec"
    assert "hush-hush-1" not in repr(here)
    assert redaction.scrub("the server said: hush-hush-1") == "the server said: ***"


def test_the_name_of_a_file_may_stand_in_the_env_file(read: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("my-key", encoding="utf-8")
    assert read(f"ELEC_API_KEY_FILE={tmp_path}/key\n").elec_api_key.get_secret_value() == "my-key"
    assert read("ELEC_API_KEY_FILE=\n").elec_api_key.get_secret_value() == ""


def test_a_password_in_a_file_keeps_its_blanks_but_for_the_end_of_the_line(
    read: Callable[..., Settings], tmp_path: Path
) -> None:
    (tmp_path / "password").write_bytes(b' a "b" \r\n')
    here = read(ELEC_UI_PASSWORD_FILE=str(tmp_path / "password"))
    assert here.elec_ui_password.get_secret_value() == ' a "b" '


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"x" * 70_000, "too large to hold a secret"),
    ],
)
def test_a_file_that_holds_no_secret_is_a_sentence(
    read: Callable[..., Settings], tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigurationError, match=re.escape(said)) as caught:
        read(DB_PASSWORD_FILE=str(tmp_path / "secret"))
    assert str(caught.value).startswith(f"DB_PASSWORD_FILE names {tmp_path / 'secret'}, which ")
    assert redaction.scrub("nothing to hide") == "nothing to hide"


def test_a_secret_that_is_given_twice_is_refused(read: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("my-key", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="ELEC_API_KEY and ELEC_API_KEY_FILE are both set"):
        read(ELEC_API_KEY_FILE=str(tmp_path / "key"), ELEC_API_KEY="other")


OLDER = {"DB_HOST": "db.example", "DB_PORT": "5433", "DB_NAME": "power", "DB_USER": "ada"}
HARD = " p@ss:w/ord?#%40&=+'\"\\[é€ "


@pytest.mark.parametrize("password", ["plain", HARD, "***", "a b", ""])
def test_the_older_layouts_settings_are_a_url_whatever_the_password(
    read: Callable[..., Settings], caplog: pytest.LogCaptureFixture, password: str
) -> None:
    url = read(**OLDER, DB_PASSWORD=password).database_url.get_secret_value()
    parts = make_url(urls.for_sqlalchemy(url))
    assert (parts.host, parts.port, parts.database, parts.username) == ("db.example", 5433, "power", "ada")
    assert (parts.password or "") == password
    assert urls.password(url) == password
    assert not caplog.records


@pytest.mark.parametrize("host", ["/var/run/postgresql", "::1", "one,two"])
def test_their_host_may_be_a_socket_an_ipv6_address_or_several(read: Callable[..., Settings], host: str) -> None:
    url = read(DB_HOST=host, DB_NAME="power").database_url.get_secret_value()
    assert urls.parameter(url, "host") == host


def test_database_url_goes_before_them_and_a_warning_names_them(
    read: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    both = read(DATABASE_URL="postgresql://ada@db/elec", **OLDER, DB_PASSWORD="hush-hush")
    assert both.database_url.get_secret_value() == "postgresql://ada@db/elec"
    [said] = [record.getMessage() for record in caplog.records]
    assert said == (
        "DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD are not used: DATABASE_URL is set, which goes before."
    )


def test_what_a_container_engine_sets_of_a_linked_container_is_no_database(read: Callable[..., Settings]) -> None:
    linked = {"DB_PORT": "tcp://172.17.0.5:5432", "DB_NAME": "/web/db"}
    assert read(**linked).database_url.get_secret_value() == ""
    assert read(DATABASE_URL="postgresql://ada@db/elec", **linked).remarks


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DB_HOST": "db.example"}, "DB_HOST is set and DB_NAME is not"),
        ({**OLDER, "DB_PORT": "many"}, "DB_PORT is 'many': it must be a whole number from 1 to 65535"),
        ({**OLDER, "DB_PORT": "70000"}, "DB_PORT is '70000'"),
    ],
)
def test_half_a_database_in_the_older_words_is_a_sentence(
    read: Callable[..., Settings], given: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        read(**given)


def test_every_origin_may_be_allowed(read: Callable[..., Settings]) -> None:
    assert read(ELEC_API_CORS_ORIGINS="*").cors_origins == ["*"]
    assert read(ELEC_API_CORS_ORIGINS="https://App.example:443,").cors_origins == ["https://app.example"]


def test_redaction_knows_the_variables_of_every_secret() -> None:
    fields = Settings.model_fields.items()
    secrets = {name.upper() for name, field in fields if field.annotation is SecretStr}
    assert set(redaction.SECRET_VARIABLES) == secrets
    assert (
        set(redaction.ADDRESS_VARIABLES) == {name.upper() for name, _ in fields if name.endswith("_url")} - secrets
    )


COMMANDS = {
    "elec": ["elec", "doctor"],
    "dagster": ["dagster", "asset", "list", "-m", "elec_pipeline.definitions"],
    "code server": ["dagster", "api", "grpc", "-m", "elec_pipeline.definitions", "-p", "{port}"],
    "dashboard": ["streamlit", "run", "{dashboard}", "--server.port", "{port}", "--server.headless", "true"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_program_shows_a_traceback_of_a_bad_setting(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    places = {"{port}": port, "{dashboard}": str(Path(dashboard.__file__).parent / "app.py")}
    program, *rest = (places.get(each, each) for each in COMMANDS[command])
    inherited = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    done = subprocess.run(  # noqa: S603 - our own commands
        [Path(sys.executable).parent / program, *rest],
        env={**inherited, "ELEC_SOURCE": "foo", "ELEC_HOME": str(tmp_path), "COLUMNS": "300"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (1, 2)
    assert "elec: ELEC_SOURCE is 'foo': it must be auto, rte, odre or simulator.\n" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "pydantic" not in done.stdout + done.stderr
