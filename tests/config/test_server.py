"""What a worker does when it has loaded the product."""

from __future__ import annotations

import gc

import pytest

from config import server


@pytest.fixture
def _collector() -> None:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("_collector")
def test_what_is_loaded_is_not_searched_for_cycles_again() -> None:
    server.settle()
    assert gc.get_freeze_count() > 10_000
    assert gc.isenabled()


@pytest.mark.usefixtures("_collector")
def test_a_worker_settles_once_the_product_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    monkeypatch.setattr(server.ThreadWorker, "load_wsgi", lambda self: loaded.append(gc.get_freeze_count()))
    server.Worker.load_wsgi(object.__new__(server.Worker))
    assert loaded == [0] or loaded[0] < gc.get_freeze_count()
