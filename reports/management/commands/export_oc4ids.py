"""`manage.py export_oc4ids --output FILE`: what is public of the projects as an OC4IDS 0.9 package, checked before it is written."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.roles import Action
from projects.moment import parse_day, until_end_of
from reports.oc4ids.export import Outcome, export_file, is_placeholder, write_package
from reports.selection import reach_of, whole_reach

SHOWN = 200
FAULTS, REFUSED = 1, 2


class _Nowhere(io.RawIOBase):
    """Takes what is written and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        return len(part)


class Command(BaseCommand):
    help = "Write what is public of the projects as an OC4IDS 0.9 package. Nothing is written if any of it does not fit the standard."

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--output", metavar="FILE", help="the file to write; what is there stays until the new one stands")
        where.add_argument("--check", action="store_true", help="write nothing, only say what the file would be")
        parser.add_argument(
            "--as-of", metavar="YYYY-MM-DD", help="as the database knew it at the end of this day; what is public is what is public now"
        )
        parser.add_argument("--user", metavar="NAME", help="only the projects that this person may export")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _user(options["user"])
        projects = (whole_reach() if user is None else reach_of(user, Action.EXPORT)).projects
        known = _known(options["as_of"])
        until = None if known is None else until_end_of(known)
        if options["check"]:
            outcome = write_package(_Nowhere(), projects, until)  # type: ignore[arg-type]
        else:
            try:
                outcome = export_file(Path(options["output"]), projects, until)
            except OSError as error:
                raise CommandError(f"{options['output']}: {error.strerror}", returncode=REFUSED) from error
        if not outcome.stands:
            raise CommandError(_told(outcome), returncode=FAULTS)
        if options["output"]:
            detail: dict[str, Any] = {
                "report": "oc4ids",
                "door": "command",
                "projects": outcome.written,
                "known": options["as_of"] or "",
                "sha256": outcome.sha256,
            }
            audit.record("report.export", actor=user, **detail)
            self.stdout.write(str(options["output"]))
        self.stdout.write(f"{outcome.written} projects, {outcome.closed} not public")
        if is_placeholder():
            self.stderr.write(
                f"前缀 {settings.OC4IDS_PREFIX} 只是占位，尚未登记，不得称为已发布：向 data@open-contracting.org 申请后设 PIPELINE_OC4IDS_PREFIX\n"
                "the prefix is a placeholder: do not call this published (ask data@open-contracting.org, then set PIPELINE_OC4IDS_PREFIX)"
            )


def _user(name: str | None) -> User | None:
    if name is None:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"--user {name}：没有这个在用的用户 (no such active user)", returncode=REFUSED)
    return found


def _known(text: str | None) -> date | None:
    if text is None:
        return None
    day = parse_day(text)
    if day is None or day > timezone.localdate():
        said = "应写作2020-06-30，且不晚于今天 (a day is written 2020-06-30 and is not after today)"
        raise CommandError(f"--as-of {text}：{said}", returncode=REFUSED)
    return day


def _told(outcome: Outcome) -> str:
    """Every fault by its project and path."""
    shown = [str(fault) for fault in outcome.faults[:SHOWN]]
    rest = len(outcome.faults) - len(shown) + outcome.more_faults
    more = [f"… 还有{rest}处 (and {rest} more)"] if rest else []
    return "\n".join(["没有写入：与OC4IDS标准不符 (nothing was written: not as OC4IDS has it)", *shown, *more])
