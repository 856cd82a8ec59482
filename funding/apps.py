"""With what money."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = _("资金")

    def ready(self) -> None:
        """Show on the project page what a project has to do with money; declare what machines may read."""
        import_module(f"{self.name}.resources")
        from funding.admin.dossier_panel import PANEL  # noqa: PLC0415 -- models are not loaded when this module is
        from funding.admin.money_tab import MONEY  # noqa: PLC0415 -- models are not loaded when this module is
        from projects.panels import add_panel  # noqa: PLC0415 -- models are not loaded when this module is

        add_panel(MONEY)
        add_panel(PANEL)
