"""The measurement of figures runs, on both databases, and what it measures is right."""

from __future__ import annotations

from argparse import Namespace

import pytest

from benchmarks.figures import fill, measure
from projects.models import MonthReport, Project


@pytest.mark.django_db
def test_figures_are_measured_on_data_that_the_database_makes(capsys):
    fill(120, 2)
    assert (Project.objects.count(), MonthReport.objects.count()) == (120, 240)
    measure(Namespace(months=2, repeat=1))
    said = capsys.readouterr().out
    assert "marks of it                                         120\n" in said
    assert said.endswith("rows that differ from the plain aggregate: 0\n")
