"""The admin's own configuration: Django's admin with this product's site class."""

from django.contrib.admin.apps import AdminConfig


class PipelineAdminConfig(AdminConfig):
    default_site = "config.site.PipelineAdminSite"
