"""Rule 1 of the house: no code of cases and drafts can send anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import alerts
from tests.alerts.imports import imported_by

SENDING = {
    "aiohttp",
    "apprise",
    "asyncio",
    "ftplib",
    "http",
    "httpx",
    "imaplib",
    "requests",
    "smtplib",
    "socket",
    "subprocess",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "webbrowser",
}
TELLS = ("telling/", "telling_commands.py")
"""Gather figures and headings for digest and alarms; no draft and no filing knows them."""
REGISTERED = {"alerts.telling_commands", "alerts.telling_commands.digest", "alerts.telling_commands.messages_app"}
"""What the list of commands names."""
ROOM = Path(alerts.__file__).parent
FOLDERS = ("recipients", "information_requests", "follow_ups", "telling")
MODULES = sorted((*ROOM.glob("*.py"), *(path for folder in FOLDERS for path in ROOM.glob(f"{folder}/*.py"))))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOM)))
def test_no_module_of_cases_and_drafts_knows_a_way_out(path: Path) -> None:
    imported = imported_by(path)
    roots = {name.split(".")[0] for name in imported}
    assert not (imported | roots) & SENDING
    if not path.relative_to(ROOM).as_posix().startswith(TELLS):
        assert not {name for name in imported if name.startswith(("alerts.messages", "alerts.telling"))} - REGISTERED


OUTSIDE = """
import sys
from pathlib import Path

WAYS = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "smtplib.", "ftplib.",
        "http.client", "urllib.", "webbrowser.")

def no_way_out(event, arguments):
    # Who writes a WARC record asks for this machine's own name.
    if event != "socket.gethostname" and event.startswith(WAYS):
        raise RuntimeError(f"a way out: {event}")

from alerts.outcomes import Outcome
from alerts.receipts import keep_receipt, receipt_of
from tests.alerts.legal_steps import TODAY, approved_case, became, file_case
from tests.builders import StoreBuilder

store = StoreBuilder(Path(sys.argv[1]))
store.register()
sys.addaudithook(no_way_out)
case_id = approved_case(store)
receipt = receipt_of("potvrda.pdf", b"%PDF-1.7")
keep_receipt(store.settings.evidence_folder, receipt)
file_case(store, case_id, receipt=receipt)
became(store, case_id, Outcome.PROCEDURE_STARTED, TODAY)
print("filed")
"""


def test_from_draft_to_outcome_nothing_opens_a_connection_or_starts_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE, str(tmp_path / "home")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOM.parent,
    )
    assert done.stdout.strip() == "filed", done.stderr
