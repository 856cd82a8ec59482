"""Who may do what, and where."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("系统")

    def ready(self) -> None:
        """Declare what machines may read."""
        import_module(f"{self.name}.resources")
