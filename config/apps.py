"""The wiring as an app (for its commands), and Django's admin with this product's site class."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class WiringConfig(AppConfig):
    name = "config"


class PipelineAdminConfig(AdminConfig):
    default_site = "config.site.PipelineAdminSite"
