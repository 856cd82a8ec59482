"""`manage.py migrate` as Django has it, with the BI views taken away before and made again after: see `reports.bi.install`."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from reports.bi.install import group_role, install_views, remove_views, role_exists


class Command(MigrateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        remove_views()
        try:
            super().handle(*args, **options)
        finally:
            self._make_views(int(options["verbosity"]))

    def _make_views(self, verbosity: int) -> None:
        """Only over tables that stand as this version has them; a migration to an older state leaves none."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        install_views()
        if verbosity and connection.vendor == "postgresql" and not role_exists():
            self.stdout.write(
                f"BI 视图已建立，但数据库账号无权建立角色“{group_role()}”：见 manage.py bi_role sql / "
                f"the views are there, the role {group_role()} is not: see `manage.py bi_role sql`"
            )
