"""The addresses of figures, beside the tables of the register."""

from __future__ import annotations

from django.urls import path

from reports.api import debt, figures

urlpatterns = [
    path("debt-service/", debt.DebtServiceList.as_view(), name="debt-service"),
    path("figures/", figures.FigureList.as_view(), name="figures"),
    path("figures/<str:measures>/", figures.Figures.as_view(), name="figures-by"),
]
