"""Addresses of the reports."""

from django.urls import path

from reports import (
    book_pages,
    campaigns,
    dashboard,
    debt_pages,
    doors_page,
    figure_page,
    finance_pages,
    indicator_pages,
    light_pages,
    money_pages,
    quality_pages,
    returns,
    timeline_pages,
    views,
)

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("city/", views.city, name="city"),
    path("city.xlsx", views.city_xlsx, name="city_xlsx"),
    path("monthly.xlsx", book_pages.monthly_xlsx, name="monthly_xlsx"),
    path("quality/", quality_pages.quality_page, name="quality"),
    path("quality/unit/", quality_pages.unit_page, name="quality_unit"),
    path("quality.xlsx", quality_pages.quality_xlsx, name="quality_xlsx"),
    path("campaign.xlsx", campaigns.campaign_xlsx, name="campaign_xlsx"),
    path("returns.xlsx", returns.returns_xlsx, name="returns_xlsx"),
    path("money/", money_pages.money_page, name="money"),
    path("money.xlsx", money_pages.money_xlsx, name="money_xlsx"),
    path("gap/", finance_pages.gap_page, name="gap"),
    path("gap.xlsx", finance_pages.gap_xlsx, name="gap_xlsx"),
    path("rolling/", finance_pages.rolling_page, name="rolling"),
    path("rolling.xlsx", finance_pages.rolling_xlsx, name="rolling_xlsx"),
    path("reserve/", finance_pages.reserve_page, name="reserve"),
    path("reserve.xlsx", finance_pages.reserve_xlsx, name="reserve_xlsx"),
    path("debt/", debt_pages.debt_page, name="debt"),
    path("debt.xlsx", debt_pages.debt_xlsx, name="debt_xlsx"),
    path("figure/", figure_page.figure, name="figure"),
    path("indicators/", indicator_pages.indicators_page, name="indicators"),
    path("indicators/trend/", indicator_pages.trend_page, name="indicator"),
    path("indicators.xlsx", indicator_pages.indicators_xlsx, name="indicators_xlsx"),
    path("project/<str:uid>/", timeline_pages.timeline_page, name="timeline"),
    path("lights/", light_pages.lights_page, name="lights"),
    path("lights.xlsx", light_pages.lights_xlsx, name="lights_xlsx"),
    path("lights/simulator/", light_pages.simulator, name="light_simulator"),
    path("same-figures/", doors_page.same_figures, name="same_figures"),
    path("city/projects/", views.projects, name="projects"),
]
