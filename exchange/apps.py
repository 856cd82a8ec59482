"""Excel in."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("填报")

    def ready(self) -> None:
        """Declare what machines may read."""
        import_module(f"{self.name}.resources")
