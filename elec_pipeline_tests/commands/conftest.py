"""The receiver of messages, for tests of what commands tell."""

from elec_pipeline_tests.alerts.conftest import receiver

__all__ = ["receiver"]
