"""Addresses."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.api import token_page
from accounts.explain_page import explain_page
from config import explained  # noqa: F401 -- registers what it explains
from config.views import home, robots, set_moment, todo, upload_by_number
from reports import kit_pages
from reports.oc4ids.door import open_data

urlpatterns = [
    path("", home, name="home"),
    path("todo/", todo, name="todo"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", RedirectView.as_view(url=static("frame/mark.svg")), name="favicon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("moment/", set_moment, name="set-moment"),
    path("uploads/by-number/<int:number>/", upload_by_number, name="upload-by-number"),
    path("uploads/", include("exchange.urls")),
    path("reports/", include("reports.urls")),
    path("api/v1/", include("config.api")),
    path("tokens/", token_page.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", token_page.revoke, name="token-revoke"),
    path("tokens/<int:pk>/kit/", kit_pages.kit_page, name="token-kit"),
    path("tokens/<int:pk>/kit/<path:name>", kit_pages.kit_file, name="token-kit-file"),
    path("open/oc4ids.json", open_data, name="open-data"),
    path("odata/v4/", include("reports.odata.urls")),
    path("explain/", explain_page, name="explain"),
    path("admin/", admin.site.urls),
]
handler403 = "accounts.explain_page.refused"
handler400 = "config.views.bad_request"
handler404 = "config.views.nowhere"
handler500 = "config.views.failed"
