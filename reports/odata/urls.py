"""Addresses of OData: the present at the root, each cut at a root of its own, so that BI tools see a service of its own."""

from django.urls import URLPattern, include, path, re_path

from reports.odata import views

_SERVICE: list[URLPattern] = [
    path("", views.Service.as_view(), name="service"),
    path("$metadata", views.Metadata.as_view(), name="metadata"),
    re_path(r"^(?P<name>[A-Za-z]\w*)/?$", views.Many.as_view(), name="set"),
    re_path(r"^(?P<name>[A-Za-z]\w*)/\$count$", views.Count.as_view(), name="count"),
    re_path(r"^(?P<name>[A-Za-z]\w*)\((?P<key>[^()]*)\)$", views.One.as_view(), name="row"),
    path("<path:rest>", views.Nowhere.as_view(), name="nowhere"),
]
app_name = "odata"
urlpatterns = [path("cut/<str:cut>/", include(_SERVICE)), *_SERVICE]
