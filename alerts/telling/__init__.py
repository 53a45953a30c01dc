"""Gathering what people are to be told. Only figures and headings go on to `alerts.messages`, which words and sends."""
