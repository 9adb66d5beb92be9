from __future__ import annotations

import pytest

from elec_pipeline.errors import ConfigurationError
from elec_pipeline.settings import Settings

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
