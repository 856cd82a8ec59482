"""`manage.py intake FILE...`: the road of an upload from a shell. Exit 0 clean, 1 findings that block, 2 refused."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from accounts.models import ReportingUnit, User
from exchange.models import Upload
from exchange.neutral import as_document
from exchange.parse import ReadRow, read_workbook
from exchange.raw import Refusal
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.dry import judged_rows
from exchange.services.faults import NotAllowedError, UploadError
from exchange.services.lookups import Lookups
from exchange.services.mappings import answers_for
from exchange.services.reading import add_said, book_findings, city_reference, sender_place, shown_findings
from exchange.services.receive import receive
from exchange.sheets import Kind
from exchange.workbook import read_book
from projects.models import Door, Project
from projects.period import FORM_EN, Period
from projects.services.halves import part_refusal

CLEAN, BLOCKED, REFUSED = 0, 1, 2
_MARKS = {"error": "阻断", "warning": "需说明", "info": "提示"}
_BESIDE = (
    *(("proposals", "变更申请"), ("waiting", "已申请待审核")),
    *(("voids", "将退回草稿的已审核月报"), ("voids_submitted", "将退回草稿的已提交月报")),
)


class Command(BaseCommand):
    help = "Read and check workbooks, and commit them with --commit. Exit status: 0 clean, 1 findings that block, 2 refused."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--unit", help="reporting unit by name, short name or alias")
        parser.add_argument("--period", help="the month reported, YYYY-MM; a half month: YYYY-MMA, YYYY-MMB")
        parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="refuse files of another kind")
        parser.add_argument("--commit", action="store_true", help="store the file and carry its plan out")
        parser.add_argument("--hold-bad-rows", action="store_true", help="commit the good rows and hold those that block")
        parser.add_argument("--user", help="the person who commits, by sign-in name; scope and history are that person's")
        parser.add_argument("--reason", default="", help="the word on findings that need a reason")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        period = self._period(options["period"])
        unit = self._unit(options["unit"])
        options["actor"] = self._actor(options["user"])
        documents = []
        worst = CLEAN
        for path in options["files"]:
            document, status = self._one(path, unit, period, options)
            worst = max(worst, status)
            documents.append(document)
        if options["format"] == "json":
            self.stdout.write(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False))
        if worst:
            self.stdout.flush()
            sys.exit(worst)

    def _period(self, text: str | None) -> Period | None:
        if text is None:
            return None
        try:
            period = Period.parse(text)
        except ValueError:
            raise CommandError(f"--period {text}: give a month as {FORM_EN}", returncode=REFUSED) from None
        refused = part_refusal(period) if database_ready() else None
        if refused is not None:
            raise CommandError(f"--period {text}：{refused.zh}\n--period {text}: {refused.en}", returncode=REFUSED)
        return period

    def _unit(self, name: str | None) -> ReportingUnit | None:
        if name is None:
            return None
        unit = Lookups.load(None).unit(name) if database_ready() else None
        if unit is None:
            raise CommandError(f"--unit {name}: no reporting unit goes by that name (load_reference first?)", returncode=REFUSED)
        return unit

    def _actor(self, name: str | None) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name, is_active=True).first() if database_ready() else None
        if user is None:
            raise CommandError(f"--user {name}: nobody signs in by that name", returncode=REFUSED)
        return user

    def _one(self, path: Path, unit: ReportingUnit | None, period: Period | None, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """One file: its document and the exit status it asks for."""
        try:
            content = path.read_bytes()
        except OSError as error:
            return self._refused(path, f"无法读取文件：{error.strerror}", f"can't read the file: {error.strerror}", options)
        if options["commit"]:
            return self._commit(path, content, unit, period, options)
        try:
            book = read_book(content, path.name)
            reading = read_workbook(
                book, city_reference(), period.month if period else None, sender_place(unit), answers_for(unit) if database_ready() else ()
            )
            rows = list(judged_rows(reading, unit=unit))
            add_said(reading, book_findings(book))
            document = as_document(reading, rows)
        except Refusal as refusal:
            return self._refused(path, refusal.zh, refusal.en, options)
        if options["kind"] and reading.kind != options["kind"]:
            return self._refused(
                path, f"该文件读作 {reading.kind}，不是 {options['kind']}", f"read as {reading.kind}, not {options['kind']}", options
            )
        findings = shown_findings(reading.findings)
        if options["format"] == "text":
            if database_ready() and Project.objects.exists():
                return document, self._rehearse(path, content, unit, period, options)
            self._tell(path, reading.kind, str(reading.report_period or "—"), rows, findings)
            self.stdout.write("  （未与库中数据比较：库中还没有项目）")
        return document, BLOCKED if any(finding["severity"] == "error" for finding in findings) else CLEAN

    def _refused(self, path: Path, zh: str, en: str, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        if options["format"] == "text":
            self.stdout.write(f"{path.name}: 未接收 — {zh}\n    refused — {en}")
        return {"file": path.name, "kind": "unknown", "report_period": None, "refused": zh, "rows": [], "errors": []}, REFUSED

    def _tell(self, path: Path, kind: str, period: str, rows: list[ReadRow], findings: list[dict[str, Any]]) -> None:
        count = {mark: sum(f["count"] for f in findings if f["severity"] == mark) for mark in _MARKS}
        said = "，".join(f"{_MARKS[mark]}{number}" for mark, number in count.items())
        self.stdout.write(f"{path.name}: {kind} {period}，{len(rows)}行；{said}")
        self._list(findings)

    def _list(self, findings: list[dict[str, Any]]) -> None:
        for finding in findings:
            sheet = f"{finding['sheet'].strip()}!" if finding["sheet"] else ""
            last = f"–{finding['row_end']}" if finding["row_end"] and finding["row_end"] != finding["row"] else ""
            place = f"{sheet}{finding['col'] or ''}{finding['row'] or ''}{last}" or "—"
            advice = f"  → {finding['zh_fix']}" if finding["zh_fix"] else ""
            self.stdout.write(f"  [{_MARKS[finding['severity']]}] {place} {finding['heading']}: {finding['zh']}{advice}")

    def _rehearse(self, path: Path, content: bytes, unit: ReportingUnit | None, period: Period | None, options: dict[str, Any]) -> int:
        """Check against what is stored, as the commit would, and keep nothing of it."""
        with transaction.atomic():
            upload = check(receive(content, path.name, actor=options["actor"], unit=unit, period=period), actor=options["actor"])
            transaction.set_rollback(True)
        counts = upload.counts
        said = "，".join(f"{_MARKS[mark]}{counts[mark]}" for mark in _MARKS)
        self.stdout.write(f"{path.name}: {upload.kind} {self._month(counts)}，{counts['rows']}行；{said}")
        asked = "".join(f"，{word}{counts[name]}" for name, word in _BESIDE if counts[name])
        self.stdout.write(
            f"  与库中数据比较：新增{counts['create']}，变更{counts['change']}，无变化{counts['same']}，受阻{counts['held']}{asked}（未写入任何内容）"
        )
        self._list(upload.findings)
        return BLOCKED if counts["error"] else CLEAN

    @staticmethod
    def _month(counts: dict[str, Any]) -> str:
        return str(counts["months"][-1]) if counts.get("months") else "—"

    def _commit(
        self, path: Path, content: bytes, unit: ReportingUnit | None, period: Period | None, options: dict[str, Any]
    ) -> tuple[dict[str, Any], int]:
        """Receive, check and commit, as the page does."""
        actor = options["actor"]
        try:
            upload = check(receive(content, path.name, actor=actor, unit=unit, period=period, kind=options["kind"] or ""), actor=actor)
        except NotAllowedError as error:
            return self._refused(path, error.zh, error.en, options)
        if upload.state == Upload.State.REFUSED:
            return self._refused(path, upload.outcome, upload.outcome_en, options)
        status = CLEAN
        outcome = ""
        try:
            upload = commit(
                upload, actor=actor, reason=options["reason"] or "命令行提交，未另作说明", door=Door.COMMAND, hold_bad_rows=options["hold_bad_rows"]
            )
            outcome = upload.outcome
            if upload.counts.get("warning") and not options["reason"]:
                outcome += f"{upload.counts['warning']}处需说明的问题以“{upload.reason}”为说明，可用 --reason 写明。"
        except UploadError as error:
            status = BLOCKED
            outcome = error.zh
        if options["format"] == "text":
            self.stdout.write(f"{path.name}: #{upload.pk} {upload.kind}，{upload.counts['rows']}行。{outcome}")
            self._list(upload.findings)
        document = {"file": path.name, "kind": upload.kind, "upload": upload.pk, "state": upload.state, "outcome": outcome, "counts": upload.counts}
        return {**document, "refused": None, "findings": upload.findings}, status


def database_ready() -> bool:
    """Whether the tables exist: reading and checking a file needs none of them."""
    try:
        return ReportingUnit._meta.db_table in connection.introspection.table_names()
    except DatabaseError:
        return False
