"""Figures out."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.roles import Action


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("报表")

    def ready(self) -> None:
        """Add the reports to the rail (which needs the models, so not before they are loaded)."""
        from accounts.navigation import NavItem, may, register  # noqa: PLC0415 -- models are not loaded when this module is
        from projects.panels import (  # noqa: PLC0415 -- models are not loaded when this module is
            Column,
            Panel,
            add_campaign_link,
            add_column,
            add_panel,
            add_project_link,
        )
        from reports.campaigns import download  # noqa: PLC0415 -- models are not loaded when this module is
        from reports.light_panel import light_column, light_panel  # noqa: PLC0415 -- models are not loaded when this module is
        from reports.timeline_pages import timeline_link  # noqa: PLC0415 -- models are not loaded when this module is

        add_campaign_link("xlsx", download)
        add_project_link("timeline", timeline_link)
        add_panel(Panel("lights", _("红黄绿灯"), "reports/light_panel.html", light_panel, order=5))
        add_column(Column("light", _("灯"), light_column, order=5))
        register(
            NavItem("overview", _("总览"), "reports:dashboard", may(Action.VIEW), order=10),
            NavItem("reports", _("投资进展表"), "reports:city", may(Action.VIEW), order=10),
            NavItem("reports", _("亮灯"), "reports:lights", may(Action.VIEW), order=20),
            NavItem("reports", _("经济运行重要指标"), "reports:indicators", may(Action.VIEW), order=25),
            NavItem("reports", _("填报质量"), "reports:quality", may(Action.VIEW), order=30),
            NavItem("funding", _("资金缺口"), "reports:gap", may(Action.VIEW), order=84),
            NavItem("reports", _("三年滚动计划表"), "reports:rolling", may(Action.VIEW), order=40),
            NavItem("reports", _("储备项目"), "reports:reserve", may(Action.VIEW), order=50),
            NavItem("funding", _("资金总览"), "reports:money", may(Action.VIEW), order=10),
            NavItem("funding", _("还本付息"), "reports:debt", may(Action.VIEW), order=55),
            NavItem("data", _("同数同源"), "reports:same_figures", may(Action.VIEW), order=20),
            NavItem("reports", _("全部报表"), "reports:index", may(Action.VIEW), order=90),
        )
