from __future__ import annotations

import base64
import html
import io
import json
import logging
import pickle
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest

from elec_pipeline import errors
from elec_pipeline.errors import ElecError
from elec_pipeline.guard import ScrubbedRecord, ScrubbedStream
from elec_pipeline.redaction import STARS, remember, scrub, url_secrets
from elec_pipeline.settings import settings

ID, SECRET = "3f2c-client-id", 'S3cr3t/+=%&"\\é x'
PASSWORD, READER, KEY = "pa@ss/w0rd?!", "r3ader-pass", "api-k3y-value"
URL = f"postgresql://ada:{quote(PASSWORD, safe='')}@db.example:5432/elec?sslpassword=s5lpass-word"


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.cache_clear()  # what another test's imports have read knows none of these
    monkeypatch.setenv("RTE_CLIENT_ID", ID)
    monkeypatch.setenv("RTE_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("ELEC_READONLY_DATABASE_URL", f"postgresql://eve:{READER}@db.example/elec")
    monkeypatch.setenv("ELEC_API_KEY", KEY)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pr0xy-word@proxy.example:3128")
    yield
    settings.cache_clear()


def b64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    "secret", [ID, SECRET, PASSWORD, READER, KEY, "s5lpass-word", "pr0xy-word", quote(PASSWORD, safe="")]
)
def test_every_secret_goes_in_every_form(secret: str) -> None:
    forms = [
        secret, secret.upper(), quote(secret), quote(secret, safe=""), quote(secret, safe="").lower(),
        quote_plus(secret), quote(quote(secret, safe=""), safe=""), json.dumps(secret),
        json.dumps(json.dumps(secret)), json.dumps(secret, ensure_ascii=False), repr(secret),
        repr(secret.encode()), html.escape(secret),
        secret.encode().hex(), secret.encode().hex().upper(), b64(secret), b64(secret).rstrip("="),
        base64.urlsafe_b64encode(secret.encode()).decode(), quote(b64(secret), safe=""),
        b64(f"x{secret}"), b64(f"xy{secret}z"), b64(f"somebody:{secret}"), b64(secret, "latin-1"),
    ]  # fmt: skip
    for form in forms:
        said = scrub(f"it said: {form} (so)")
        assert STARS in said
        assert secret.lower() not in said.lower()
        bare = form.strip("'\"=")
        assert bare[3:-3] not in said, form
        assert said.startswith("it said: ")
        assert said.endswith(" (so)")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_basic_header_goes_as_a_whole(encoding: str) -> None:
    assert scrub(f"Authorization: Basic {b64(f'{ID}:{SECRET}', encoding)}") == "Authorization: Basic ***"


def test_a_text_without_secrets_stays_as_it_is() -> None:
    for text in ("", "the simulator answers", "postgresql://ada@db.example/elec", "İstanbul ﬁ", "Pa"):
        assert scrub(text) is text


@pytest.mark.parametrize("weak", ["simulator", "postgres", "elec", "pw", "x", ""])
def test_a_common_or_short_value_does_not_turn_words_into_stars(
    monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    for name in ("RTE_CLIENT_ID", "RTE_CLIENT_SECRET", "ELEC_API_KEY"):
        monkeypatch.setenv(name, weak)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://postgres:{weak}@db.example/elec")
    sentence = "The simulator answers; postgresql and elec_pipeline too: pwd, x and y."
    assert scrub(sentence) == sentence
    if weak:
        assert (
            scrub(f"postgresql://postgres:{weak}@db.example/elec") == "postgresql://postgres:***@db.example/elec"
        )
        assert scrub(f"host=db password={weak} dbname=elec") == "host=db password=*** dbname=elec"


def test_a_short_secret_goes_as_a_word_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEC_API_KEY", "load24")
    assert scrub("key load24, payload245") == "key ***, payload245"


def test_a_host_that_lacks_its_scheme_is_no_secret_and_its_password_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELEC_DAGSTER_URL", "dagster.example:3000")
    monkeypatch.setenv("ODRE_BASE_URL", "me:0dre-pass@odre.example")
    assert scrub("dagster.example:3000, 0dre-pass") == "dagster.example:3000, ***"


def test_a_secret_in_another_encoding_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEC_API_KEY", "k3y-\udce9-of-latin")
    assert scrub("it was k3y-\udce9-of-latin and k3y-%ED%B3%A9-of-latin") == "it was *** and ***"


def test_what_is_set_later_and_what_is_remembered_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scrub("another-k3y t0ken-of-now") == "another-k3y t0ken-of-now"
    monkeypatch.setenv("ELEC_API_KEY", "another-k3y")
    remember("t0ken-of-now")
    assert scrub("another-k3y t0ken-of-now") == "*** ***"


def test_a_pasted_line_break_or_quote_hides_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTE_CLIENT_SECRET", '"pasted-secret"\n')
    assert scrub("it was pasted-secret") == "it was ***"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://ada:p@ss-w@rd@db/elec", "p@ss-w@rd"),
        ("postgresql://ada:p/ass?wo#rd@db/elec", "p/ass?wo#rd"),
        ("postgresql://ada:pass-word@db/elec?options=a@b", "pass-word"),
        ("postgresql://db/elec?user=ada&password=pass%2Dword", "pass-word"),
        ("https://me:pass-word@odre.example", "pass-word"),
    ],
)
def test_passwords_are_found_in_urls_that_are_not_quite_right_too(url: str, secret: str) -> None:
    assert secret in url_secrets(url)


def test_settings_that_make_no_sense_keep_no_secret_from_being_known(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    monkeypatch.setenv("ELEC_API_PORT", "none")
    assert scrub(f"key {KEY}") == "key ***"


@pytest.mark.parametrize(
    "kind", [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ElecError)]
)
def test_no_typed_error_carries_a_secret(kind: type[ElecError]) -> None:
    error = kind(f"it said {SECRET}")
    for shown in (str(error), repr(error), str(error.args), str(pickle.loads(pickle.dumps(error)).args)):  # noqa: S301
        assert SECRET not in shown
        assert repr(SECRET)[1:-1] not in shown
    assert error.args == ("it said ***",)


def test_a_log_record_is_scrubbed_with_arguments_stack_trace_and_cause() -> None:
    written = io.StringIO()
    logger = logging.getLogger("a library")
    logger.addHandler(logging.StreamHandler(written))
    logger.handlers[0].setFormatter(logging.Formatter("%(message)s"))
    former = logging.getLogRecordFactory()
    logging.setLogRecordFactory(ScrubbedRecord)
    try:
        logger.warning("header %s of %d", {"Authorization": b64(f"{ID}:{SECRET}")}, 7)
        logger.warning("%(key)s", {"key": KEY}, stack_info=True)
        try:
            try:
                raise OSError(SECRET)  # noqa: TRY301 - to be caught
            except OSError as cause:
                raise ValueError(PASSWORD) from cause
        except ValueError:
            logger.exception(URL)
    finally:
        logging.setLogRecordFactory(former)
    said = written.getvalue()
    assert "of 7" in said
    assert "ValueError: ***" in said
    assert "OSError: ***" in said
    for secret in (ID, SECRET, PASSWORD, KEY, quote(PASSWORD, safe="")):
        assert secret not in said


def test_a_stream_writes_no_secret_and_is_a_stream_otherwise() -> None:
    below = io.StringIO()
    stream = ScrubbedStream(below)
    print("one", SECRET, file=stream)
    try:
        raise ValueError(PASSWORD)  # noqa: TRY301 - to be caught
    except ValueError:
        traceback.print_exc(file=stream)
    stream.writelines([KEY, "\n"])
    stream.flush()
    assert stream.isatty() is False
    assert below.getvalue().startswith("one ***\nTraceback")
    assert below.getvalue().endswith("ValueError: ***\n***\n")


def test_it_is_quick_and_cheap_to_import() -> None:
    line = "2026-01-15 12:00:00 +0000 - dagster.daemon.SchedulerDaemon - INFO - Checking for new runs\n"
    scrub(line)
    began = time.perf_counter()
    for _ in range(2000):
        scrub(line)
    assert time.perf_counter() - began < 1  # 30 microseconds each, on a slow machine that does other things too
    code = "import sys; from elec_pipeline.redaction import scrub; scrub('x'); print(*sys.modules)"
    loaded = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"dagster", "pandas", "sqlalchemy", "requests", "numpy"} & set(loaded)
