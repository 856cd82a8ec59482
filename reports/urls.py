"""Addresses of the reports."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("city/", views.city, name="city"),
    path("city.xlsx", views.city_xlsx, name="city_xlsx"),
    path("city/projects/", views.projects, name="projects"),
]
