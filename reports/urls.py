"""Addresses of the reports."""

from django.urls import path

from reports import returns, views

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("city/", views.city, name="city"),
    path("city.xlsx", views.city_xlsx, name="city_xlsx"),
    path("returns.xlsx", returns.returns_xlsx, name="returns_xlsx"),
    path("city/projects/", views.projects, name="projects"),
]
