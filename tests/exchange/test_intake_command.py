"""`manage.py intake`: exit status, what it compares with, and whose the commit is."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from exchange.models import Upload
from projects.models import Project, Proposal
from tests.books import xlsx
from tests.conftest import Cast
from tests.exchange.test_intake_services import LIST, MONTH, sent
from tests.factories import make_sector

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast: Cast) -> Cast:
    make_sector("轨道交通")
    return cast


def run(folder: Path, table: str, *options: str) -> tuple[int, str]:
    path = folder / "市南区清单.xlsx"
    path.write_bytes(xlsx(table))
    out = StringIO()
    try:
        call_command("intake", str(path), *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_clean_blocked_and_refused_have_their_status(people: Cast, tmp_path: Path) -> None:
    assert run(tmp_path, LIST)[0] == 0
    assert run(tmp_path, LIST.replace("| 12000 |", "| 一万二 |"))[0] == 1
    empty = tmp_path / "空.xlsx"
    empty.write_bytes(b"")
    with pytest.raises(SystemExit) as ended:
        call_command("intake", str(empty), stdout=StringIO())
    assert ended.value.code == 2
    assert not Upload.objects.exists()


def test_without_commit_it_compares_and_keeps_nothing(people: Cast, tmp_path: Path) -> None:
    assert "库中还没有项目" in run(tmp_path, LIST)[1]
    sent(LIST, people.owner, unit=people.unit_a)
    uploads = Upload.objects.count()
    status, said = run(tmp_path, MONTH.replace("滨海大道改造工程", "不存在的项目").replace("'2019-370202-48-01-000001", ""))
    assert (status, Upload.objects.count()) == (1, uploads)
    assert "项目库中没有市南区的“不存在的项目”" in said


def test_the_shell_writes_decided_values_and_a_named_person_proposes_them(people: Cast, tmp_path: Path) -> None:
    sent(LIST, people.owner, unit=people.unit_a)
    named = ("--user", "owner", "--unit", "市南区")
    assert "变更1，无变化1，受阻0，变更申请1（未写入任何内容）" in run(tmp_path, LIST.replace("| 12000 |", "| 13000 |"), *named)[1]
    assert "另生成1条变更申请" in run(tmp_path, LIST.replace("| 12000 |", "| 13000 |"), *named, "--commit", "--reason", "调整")[1]
    assert "已申请待审核1" in run(tmp_path, LIST.replace("| 12000 |", "| 13000 |"), *named)[1]
    assert (Project.objects.filter(total_wan=13000).count(), Proposal.objects.count()) == (0, 1)
    assert "变更申请" not in run(tmp_path, LIST.replace("| 12000 |", "| 14000 |"), "--commit")[1]
    assert (Project.objects.filter(total_wan=14000).count(), Proposal.objects.count()) == (1, 1)


def test_commit_is_the_named_persons_and_within_their_scope(people: Cast, tmp_path: Path) -> None:
    assert run(tmp_path, LIST, "--commit", "--user", "stranger", "--unit", "市南区")[0] == 2
    assert not Project.objects.exists()
    assert run(tmp_path, LIST, "--commit", "--user", "owner", "--unit", "市南区", "--reason", "首批")[0] == 0
    kept = Project.history.filter(name="滨海大道改造工程").get()
    assert (kept.history_user, kept.door, kept.history_change_reason) == (people.owner, "command", "首批")
    with pytest.raises(CommandError, match="nobody"):
        run(tmp_path, LIST, "--commit", "--user", "nobody")


def test_json_is_of_the_file_alone(people: Cast, tmp_path: Path) -> None:
    document = json.loads(run(tmp_path, LIST, "--format", "json")[1])
    assert (document["kind"], len(document["rows"]), document["refused"]) == ("infrastructure_list", 2, None)
    assert document["rows"][0]["fields"]["total_investment"] == 12000
