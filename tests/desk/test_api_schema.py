"""The API called with everything that its description allows and forbids: nothing fails, all is as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from alerts.desk.api.app import ROOT, api_routes
from alerts.desk.protection import Pace
from alerts.desk.running import RunsByHand
from tests.desk.api_client import Program, program
from tests.desk.conftest import DeskUnderTest
from tests.desk.legal_walks import approved_case, confirmed_case, filed_case

EXAMPLES = 6
"""Of each endpoint, allowed and forbidden: together they take less than a minute."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
FEW = {"/check/save": 2, "/check/save/pictures": 2}
"""Keeping an offer judges it, which takes a second."""
TOKEN = "authorization"
SECONDS = 600
"""For one answer, on a machine that does much else."""
QUIETLY = settings(
    max_examples=EXAMPLES,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def asker(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch) -> Program:
    """An admin's program at a desk with cases of every kind; it may ask as often as it likes, and starts no process."""
    monkeypatch.setattr(Pace, "admits", lambda *_, **__: True)
    monkeypatch.setattr(RunsByHand, "start", lambda *_, **__: None)
    desk.store.register()
    desk.store.complaint_case()
    for make in (confirmed_case, approved_case, filed_case):
        make(desk)
    return program(desk)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["allowed", "forbidden"])
def test_nothing_fails_and_all_answers_are_as_described(asker: Program, mode: GenerationMode) -> None:
    operations = list(_operations(asker))
    assert len(operations) == len(api_routes())
    for number, operation in enumerate(operations, start=31):
        # By somebody new each time: what was asked before may have disabled who asked it, or changed their role.
        _call(operation, program(asker.desk, days=number), mode)


def _operations(asker: Program) -> Iterator[Any]:
    address = f"{ROOT}/openapi.json"
    schema = schemathesis.openapi.from_asgi(address, asker.desk.app, headers=asker.headers, timeout=SECONDS)
    yield from (found.ok() for found in schema.get_all_operations())


def _call(operation: Any, asker: Program, mode: GenerationMode) -> None:
    @settings(QUIETLY, max_examples=FEW.get(operation.path, EXAMPLES))
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        # With its own token instead of a made-up one, so that a forbidden call is judged by what is sent.
        case.headers = {
            **{name: said for name, said in (case.headers or {}).items() if name.lower() != TOKEN},
            **asker.headers,
        }
        case.call_and_validate(checks=CHECKS, timeout=SECONDS)

    call()
