"""`./run`: brings the embedded product up with the 2020 demo data, prints the city table, and serves."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import demo
from config.cycle_demo import run_cycle
from config.finance_demo import load_finance
from config.funds_demo import load_funds
from config.indicators_demo import load_indicators
from projects.services.reference import load_reference


class Command(BaseCommand):
    help = "Migrate, load reference and 2020 demo data through the intake, print the city table of June 2020, serve."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop after the table")
        parser.add_argument("--no-worker", action="store_true", help="serve without a worker: large files wait until one is started")
        parser.add_argument("--no-demo", action="store_true", help="an empty product: reference data only")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        load_reference(settings.BASE_DIR / "fixtures" / "reference")
        if not options["no_demo"]:
            demo.load_people()
            self.stdout.write("演示数据 / demo data 2020:")
            try:
                sent = demo.load_files(self.stdout.write)
            except demo.DemoError as error:
                raise CommandError(str(error)) from error
            run_cycle()
            load_funds()
            load_finance()
            load_indicators()
            if not sent:
                self.stdout.write("  已在库中 / already loaded")
            call_command("city_table", period="2020-06", stdout=self.stdout)
        self._say_address(options)
        if not options["no_serve"]:
            if not options["no_worker"]:
                self._start_worker()
            self._serve(options)

    def _say_address(self, options: dict[str, Any]) -> None:
        address = f"http://{options['host']}:{options['port']}/"
        self.stdout.write(f"\n地址 / address: {address}")
        if not options["no_demo"]:
            names = "、".join(f"{name}（{shown}）" for name, shown, _, _ in demo.PEOPLE[:4])
            self.stdout.write(f"登录 / sign in: {names} …\n密码 / password: {demo.demo_password()}   （{demo.password_file()}）")
        self.stdout.flush()

    def _start_worker(self) -> None:
        """One worker beside the server, so that large files need nothing else; it ends with the server."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--with-parent", str(os.getpid())]
        subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603 -- our own interpreter and command

    def _serve(self, options: dict[str, Any]) -> None:
        """Hand the process over to gunicorn: threads, because SQLite lets one writer in at a time anyway."""
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{options['host']}:{options['port']}"]
        command += ["--worker-class", "config.server.Worker", "--workers", "2", "--threads", "8", "--timeout", "120"]
        command += ["--access-logfile", os.devnull, "--no-control-socket"]
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 -- our own interpreter and arguments
