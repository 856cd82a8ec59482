"""The addresses of figures, beside the tables of the register."""

from __future__ import annotations

from django.urls import path

from reports.api import figures

urlpatterns = [
    path("figures/", figures.FigureList.as_view(), name="figures"),
    path("figures/<str:measures>/", figures.Figures.as_view(), name="figures-by"),
]
