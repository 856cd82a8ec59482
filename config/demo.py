"""The demo year: people, then the workbooks of `fixtures/demo/manifest.json` through the intake, in order. No back door."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Membership, ReportingUnit, User
from accounts.roles import Role
from exchange import bulk
from exchange.models import Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.receive import receive
from projects.models import Door, ListVersion, Project, ProjectList, Source
from projects.values import Month

FOLDER = settings.BASE_DIR / "fixtures" / "demo"
Say = Callable[[str], Any]

# Sign-in name, shown name, role, unit.
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("city", "市级管理员", Role.CITY_ADMINISTRATOR, None),
    ("officer", "市级经办人", Role.CITY_OFFICER, None),
    ("reviewer", "市级审核人", Role.CITY_REVIEWER, None),
    ("laoshan", "崂山区经办人", Role.DISTRICT_OFFICER, "laoshan"),
    ("laoshan-reviewer", "崂山区审核人", Role.DISTRICT_REVIEWER, "laoshan"),
    ("bi", "数据分析用户", Role.BI_READER, None),
    ("system", "系统管理员", Role.SYSTEM_ADMINISTRATOR, None),
    ("security", "安全管理员", Role.SECURITY_ADMINISTRATOR, None),
    ("audit", "审计员", Role.AUDITOR, None),
)


class DemoError(Exception):
    """A demo file did not go through the intake."""


def password_file() -> Path:
    return Path(settings.DATA_DIR) / "demo-password.txt"


def demo_password() -> str:
    """The one password of the demo people, made at random on the first start and kept beside the database."""
    path = password_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(3)), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()


def load_people() -> None:
    """Add the demo people that are missing; existing ones stay as they are."""
    password = demo_password()
    units = {unit.key: unit for unit in ReportingUnit.objects.all()}
    for name, shown, role, unit in PEOPLE:
        if User.objects.filter(username=name).exists():
            continue
        with transaction.atomic():
            user = User.objects.create_user(name, f"{name}@example.invalid", password, display_name=shown, is_staff=True)
            Membership.objects.create(user=user, role=role, unit=units[unit] if unit else None)


def load_files(say: Say, folder: Path = FOLDER) -> int:
    """Send every demo workbook that is not committed yet; answers how many were sent. DemoError names what blocks one."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    actor = User.objects.get(username="officer")
    sent = 0
    for entry in sorted(manifest["files"], key=lambda item: item["order"]):
        path = folder / entry["path"]
        content = path.read_bytes()
        if Upload.objects.filter(filename=path.name, state=Upload.State.COMMITTED).exists():
            continue
        period = Month.parse(entry["period"]) if entry.get("period") else None
        upload = receive(content, path.name, actor=actor, period=period, list_version=_list_version(entry.get("list")))
        upload = check(upload, actor=actor)
        if upload.state != Upload.State.CHECKED or upload.counts.get("error"):
            worst = [finding["zh"] for finding in upload.findings[:3]]
            raise DemoError(f"{path.name}: {upload.outcome} {worst}")
        commit(upload, actor=actor, reason="2020年演示数据", door=Door.COMMAND)
        _mark_synthetic(upload, actor)
        say(f"  {path.name}: {upload.outcome}")
        sent += 1
    return sent


def _mark_synthetic(upload: Upload, actor: User) -> None:
    """Mark what is invented: a demo project is synthetic unless its remark names a public fact, which then is its source."""
    rows = []
    made = Project.history.filter(upload_id=upload.pk, history_type="+").values("id")
    for project in Project.objects.filter(pk__in=made).exclude(remarks=""):
        public = project.remarks.startswith("公开")
        rows.append([project.pk, project.revision, not public, project.remarks[:300] if public else "演示数据（虚构）"])
    with transaction.atomic():
        bulk.update(Project, ["is_synthetic", "source"], rows, source=Source(Door.COMMAND, actor.pk, None, "标记演示数据"))


def _list_version(entry: dict[str, Any] | None) -> ListVersion | None:
    if entry is None:
        return None
    found, _ = ProjectList.objects.get_or_create(key=entry["key"], defaults={"name": entry["name"], "year": entry["year"], "kind": entry["kind"]})
    version, _ = ListVersion.objects.get_or_create(
        list=found,
        number=entry["number"],
        defaults={
            "as_of": date.fromisoformat(entry["as_of"]),
            "title": entry.get("title", ""),
            "doc_no": entry.get("doc_no", ""),
            "declared_count": entry.get("declared_count"),
            "declared_total_wan": entry.get("declared_total_wan"),
            "source": entry.get("source", ""),
            "note": entry.get("note", ""),
        },
    )
    return version
