"""The receiver of messages, for tests of what people are told of."""

from elec_pipeline_tests.alerts.conftest import receiver

__all__ = ["receiver"]
