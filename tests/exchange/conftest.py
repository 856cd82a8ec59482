"""What tests of background work share."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.services import progress


@pytest.fixture
def pulses(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Pulses in files: the thread that beats would wait for the rows of a test's own transaction, and the test for the thread."""
    kept = progress._FilePulses(tmp_path)
    monkeypatch.setattr(progress, "pulses", lambda: kept)
    return kept


@pytest.fixture
def large(settings: Any) -> None:
    """Every file is a large one."""
    settings.BACKGROUND_ROWS = 1
