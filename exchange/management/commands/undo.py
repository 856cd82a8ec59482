"""`manage.py undo UPLOAD --reason …`: take a committed upload back from a shell, or bring it back with --redo.

Exit 0 done (or nothing to do), 1 some places stay because they were changed since, 2 refused.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from exchange.models import Reversal, Upload
from exchange.services.beside import beside
from exchange.services.faults import UploadError
from exchange.services.inverse import inversion_of
from exchange.services.leases import require_free
from exchange.services.undo import check_reversible, check_scope, redo, undo
from exchange.services.undo_words import kept_places, place_lines, review_words, why_words
from projects.models import Door, Project

DONE, KEPT, REFUSED = 0, 1, 2


class Command(BaseCommand):
    help = "Take a committed upload back cell by cell; what was changed since stays and is named. Exit status: 0 done, 1 some stay, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("upload", metavar="UPLOAD", help="the upload's number (#12) or the address part of its page")
        parser.add_argument("--reason", default="", help="why; goes into the history of every row (not needed with --dry-run)")
        parser.add_argument("--dry-run", action="store_true", help="say what would go back and what would stay; write nothing")
        parser.add_argument("--redo", action="store_true", help="bring back what an undo took away")
        parser.add_argument("--user", help="the person who does it, by sign-in name; scope and history are that person's")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        upload = self._upload(options["upload"])
        actor = self._actor(options["user"])
        kind = Reversal.Kind.REDO if options["redo"] else Reversal.Kind.UNDO
        if not options["dry_run"] and not options["reason"].strip():
            raise CommandError("--reason：请写明原因\n--reason: say why", returncode=REFUSED)
        try:
            document = self._plan(upload, kind, actor) if options["dry_run"] else self._carry_out(upload, kind, actor, options["reason"])
        except UploadError as refusal:
            document = {"upload": upload.pk, "refused": refusal.code, "zh": refusal.zh, "en": refusal.en}
        self._tell(document, options["format"])
        status = REFUSED if document.get("refused") else KEPT if document["kept"] else DONE
        if status:
            self.stdout.flush()
            sys.exit(status)

    def _upload(self, text: str) -> Upload:
        number = text.removeprefix("#")
        rows = Upload.objects.filter(pk=int(number)) if number.isdecimal() and len(number) < 16 else Upload.objects.filter(public_id=text)
        found = rows.first()
        if found is None:
            raise CommandError(f"没有编号为“{text}”的上传\n{text}: there is no such upload", returncode=REFUSED)
        return found

    def _actor(self, name: str | None) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"--user {name}：没有这个登录名的用户\n--user {name}: nobody signs in by that name", returncode=REFUSED)
        return user

    def _plan(self, upload: Upload, kind: Reversal.Kind, actor: User | None) -> dict[str, Any]:
        check_reversible(upload, kind)
        check_scope(upload, actor)
        plan = inversion_of(upload, redo=kind == Reversal.Kind.REDO)
        with_it = beside(upload, kind, plan)
        return {
            "upload": upload.pk,
            "kind": kind.value,
            "dry_run": True,
            "places": len(plan.items),
            "reverted": [line.as_json() for line in place_lines(upload, plan.going)],
            "kept": [line.as_json() for line in kept_places(upload, plan)],
            "proposals": with_it.proposals,
            "nil": with_it.nil,
            "reviews_restored": len(plan.restored),
            "reviews_lost": len(plan.unreviewed),
            "removed_projects": len(plan.deletes.get(Project, [])),
        }

    def _carry_out(self, upload: Upload, kind: Reversal.Kind, actor: User | None, reason: str) -> dict[str, Any]:
        require_free(upload)
        verb = redo if kind == Reversal.Kind.REDO else undo
        done = verb(upload, actor=actor, reason=reason, door=Door.COMMAND)
        record = done.reversals.order_by("number").last()
        kept = record.kept if record is not None else []
        counts = record.counts if record is not None else {}
        return {"upload": done.pk, "kind": kind.value, "dry_run": False, "state": done.state, "outcome": done.outcome, **counts, "kept": kept}

    def _tell(self, document: dict[str, Any], form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        elif document.get("refused"):
            self.stdout.write(f"#{document['upload']}: 未执行 — {document['zh']}\n    refused — {document['en']}")
        elif document["dry_run"]:
            word = "恢复" if document["kind"] == Reversal.Kind.REDO else "撤回"
            going = document["reverted"]
            said = f"{document['places']}处中可{word}{len(going)}处，保留{len(document['kept'])}处（未写入任何内容）"
            self.stdout.write(f"#{document['upload']}: {said}")
            if count := document["proposals"]:
                self.stdout.write(f"  {count}条待审的变更申请一并撤回" if word == "撤回" else f"  {count}条变更申请重新待审")
            if count := document["nil"]:
                self.stdout.write(f"  {count}个单位原报的“本月无变化”恢复有效" if word == "撤回" else f"  {count}个单位的“本月无变化”随之撤回")
            if words := review_words(document["reviews_restored"], document["reviews_lost"])[0]:
                self.stdout.write(f"  {words.removeprefix('；')}")
            for line in going:
                self.stdout.write(f"  [{word}] {_place(line)} {line['project']} {line['field']}: {_change(line)}")
            self._list(document["kept"])
        else:
            self.stdout.write(f"#{document['upload']}: {document['outcome']}")
            self._list(document["kept"])

    def _list(self, kept: list[dict[str, Any]]) -> None:
        for line in kept:
            now = f"现为“{line['now']}”，" if line["now"] else ""
            cause = f"（{line['cause']}）" if line["cause"] else ""
            self.stdout.write(f"  [保留] {_place(line)} {line['project']} {line['field']}: {now}{why_words(line)[0]}{cause}")


def _place(line: dict[str, Any]) -> str:
    return f"{line['sheet'] + '!' if line['sheet'] else ''}{line['row']}" if line["row"] else "—"


def _change(line: dict[str, Any]) -> str:
    return f"{line['now']} → {line['target']}" if line["target"] else "整条"
