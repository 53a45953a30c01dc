"""Indicators: things an ad says that are worrying together. How they add up is `pipelines.risk`."""

from pipelines.indicators.rules import IndicatorDescription, describe

__all__ = ["IndicatorDescription", "describe"]
