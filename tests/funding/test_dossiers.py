"""一案两书: kept and changed by the project's own unit, its files given out as attachments alone; what is lacking is listed."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.events import detail_words, is_worded
from accounts.models import AuditEvent
from funding.ledger import Step
from funding.models import Dossier, DossierPaper, IncomeSource, PaperFile, PostedRowError
from funding.services.checks import check_gift
from funding.services.dossiers import bond_projects, keep_file
from projects.findings import Severity
from projects.models import Door, Project, Source
from tests.factories import make_project
from tests.funding.money import give, make_bond, of_bond
from tests.projects.admin_pages import errors_of, form_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 \xe6\xb5\x8b\xe8\xaf\x95"


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:funding_dossier_{name}", args=args)


@pytest.fixture
def project(cast) -> Project:
    return make_project("甲路", cast.unit_a)


def pdf(name: str = "实施方案.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def filled(client: Any, address: str, **changes: Any) -> dict[str, Any]:
    """The add form as it opens, with a paper and an income filled in."""
    given = {"papers-0-firm": "某咨询公司", "papers-0-issued_on": "2020-03-01", "incomes-0-name": "停车费", "incomes-0-amount_wan": "300.5"}
    return form_of(client.get(address), **{**given, **changes})


def test_a_district_keeps_the_papers_of_its_projects(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    coverage = {"coverage": "1.23", "coverage_method": "bonds", "coverage_on": "2020-03-01", "built_from": "2020", "built_to": "2022"}
    assert client.post(address, filled(client, address, **coverage, **{"papers-0-file": pdf()})).status_code == 302
    dossier = Dossier.objects.get()
    assert (dossier.project, dossier.coverage, dossier.revision) == (project, Decimal("1.2300"), 1)
    paper = dossier.papers.get()
    assert (paper.kind, paper.firm, paper.filename, paper.sha256) == ("plan", "某咨询公司", "实施方案.pdf", hashlib.sha256(PDF).hexdigest())
    assert dossier.incomes.get().amount_wan == Decimal("300.5")
    kept = PaperFile.objects.get()
    assert (bytes(kept.content), kept.size, kept.by, kept.door) == (PDF, len(PDF), cast.owner, Door.ADMIN)


def test_rows_that_stay_as_offered_are_not_stored(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    offered = form_of(client.get(address))
    assert [offered[f"papers-{n}-kind"] for n in range(3)] == ["plan", "finance", "legal"]
    assert client.post(address, offered).status_code == 302
    assert (DossierPaper.objects.count(), IncomeSource.objects.count()) == (0, 0)


def test_a_new_file_leaves_the_old_one_in_reach(cast, signed_in, project) -> None:
    client, add = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    client.post(add, filled(client, add, **{"papers-0-file": pdf()}))
    address = page("change", Dossier.objects.get().pk)
    newer = form_of(client.get(address), **{"papers-0-file": pdf("实施方案（改）.pdf", b"%PDF new"), "change_reason": "按评审意见修改"})
    assert client.post(address, newer).status_code == 302
    assert [file.filename for file in PaperFile.objects.order_by("id")] == ["实施方案.pdf", "实施方案（改）.pdf"]
    assert DossierPaper.objects.get().filename == "实施方案（改）.pdf"
    text = client.get(address).content.decode()
    assert all(page("file", file.pk) in text for file in PaperFile.objects.all())
    history = client.get(page("history", Dossier.objects.get().pk)).content.decode()
    assert "实施方案（改）.pdf" in history
    assert "按评审意见修改" in history
    assert "停车费" in history
    noted = AuditEvent.objects.get(event="dossier.change")
    assert "材料 文件" in detail_words(noted, {})


def test_the_same_file_again_adds_nothing(project) -> None:
    paper = DossierPaper.objects.create(dossier=Dossier.objects.create(project=project), kind="plan")
    source = Source(Door.ADMIN)
    assert keep_file(paper, "a.pdf", PDF, source=source) is not None
    assert keep_file(paper, "a.pdf", PDF, source=source) is None
    assert keep_file(paper, "b.pdf", PDF, source=source) is not None
    assert paper.history.count() == 3
    with pytest.raises(PostedRowError):
        PaperFile.objects.all().delete()
    with pytest.raises(PostedRowError):
        PaperFile.objects.update(filename="x")


def test_a_file_is_an_attachment_for_those_who_see_the_project(cast, signed_in, project) -> None:
    paper = DossierPaper.objects.create(dossier=Dossier.objects.create(project=project), kind="legal")
    kept = keep_file(paper, "../法律<意见>.pdf", PDF, source=Source(Door.ADMIN))
    assert kept is not None
    address = page("file", kept.pk)
    for person in (cast.owner, cast.city, cast.reviewer):
        response = signed_in(person).get(address)
        assert (response.status_code, response.content, response["Content-Type"]) == (200, PDF, "application/octet-stream")
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
    assert signed_in(cast.stranger).get(address).status_code == 404
    noted = AuditEvent.objects.filter(event="dossierpaper.download")
    assert noted.count() == 3
    assert is_worded("dossierpaper.download")


@pytest.mark.parametrize(
    "sent, said",
    [
        (pdf("方案.exe"), "不收“方案.exe”这种文件"),
        (pdf("方案.pdf", b""), "文件是空的"),
        (pdf("方案.pdf", b"x" * 1_000_001), "超过1 MB"),
    ],
)
def test_a_file_that_can_not_be_kept_is_said_at_its_row(cast, signed_in, project, settings, sent, said) -> None:
    settings.PAPER_MEGABYTES = 1
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    told = errors_of(client.post(address, filled(client, address, **{"papers-0-file": sent})))
    assert any(said in error for error in told["papers"])
    assert Dossier.objects.count() == 0


@pytest.mark.parametrize(
    "given, field, said",
    [
        ({"coverage": "0.99", "coverage_method": "bonds", "coverage_on": "2020-03-01"}, "change_reason", "低于1.0"),
        ({"income_wan": "300.5", "cost_wan": "300.6"}, "change_reason", "预期收入300.5万元低于预期成本300.6万元"),
        ({"income_wan": "100000"}, "incomes", "预期收入100,000万元与收入来源合计300.5万元不符，相差99,699.5万元"),
        ({"income_wan": "300"}, "incomes", "相差0.5万元"),
        ({"coverage": "1.1"}, "coverage_method", "须选择口径"),
        ({"coverage": "1.1"}, "coverage_on", "须写明测算日期"),
        ({"coverage": "1.1", "coverage_method": "all", "coverage_on": "2020-03-01"}, "change_reason", "低于1.2"),
        ({"built_from": "2022", "built_to": "2020"}, "__all__", "建设期止不能早于建设期起"),
        ({"operated_from": "1066"}, "operated_from", "1980"),
        ({"coverage_on": "2199-01-01"}, "coverage_on", "还没有到"),
    ],
)
def test_what_can_not_be_is_refused_in_words(cast, signed_in, project, given, field, said) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    told = errors_of(client.post(address, filled(client, address, **given)))
    assert any(said in error for error in told[field]), told
    assert Dossier.objects.count() == 0


def test_a_file_of_a_form_that_comes_back_is_asked_for_again(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    back = client.post(address, filled(client, address, coverage="1.1", **{"papers-0-file": pdf()}))
    text = back.content.decode()
    assert "文件没有存下，改正后请在“材料”中重新选择：实施方案.pdf" in text
    assert errors_of(back)["papers"] == ["“实施方案.pdf”还没有存下，请在这里重新选择"]
    mended = {"coverage": ""}
    again = client.post(address, form_of(back, **mended))
    assert errors_of(again)["papers"] == ["“实施方案.pdf”上次没有存下，请重新选择；这次不上传的，再保存一次即可"]
    assert "重新选择：实施方案.pdf" in again.content.decode()
    assert Dossier.objects.count() == 0
    assert client.post(address, form_of(back, **mended, **{"papers-0-file": pdf()})).status_code == 302
    assert PaperFile.objects.get().filename == "实施方案.pdf"


def test_a_lost_file_that_is_given_up_is_said_once(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    # A row in which nothing else was typed: without its file it would not count as filled in at all.
    blank = form_of(client.get(address), coverage="1.1", **{"papers-2-file": pdf("意见书.pdf")})
    again = client.post(address, form_of(client.post(address, blank), coverage=""))
    assert "意见书.pdf" in errors_of(again)["papers"][0]
    assert client.post(address, form_of(again)).status_code == 302
    assert (Dossier.objects.count(), DossierPaper.objects.count()) == (1, 0)
    assert "重新选择" not in client.post(address, filled(client, address, coverage="1.1")).content.decode()


def test_a_coverage_below_one_is_recorded_shown_and_not_given_money(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    low = {"coverage": "0.9", "coverage_method": "bonds", "coverage_on": "2020-03-01", "change_reason": "评估报告如此，正在调整方案"}
    assert client.post(address, filled(client, address, **low)).status_code == 302
    dossier = Dossier.objects.get()
    assert dossier.coverage == Decimal("0.9")
    for shown in (page("change", dossier.pk), reverse("admin:projects_project_page", args=[project.pk])):
        text = client.get(shown).content.decode()
        assert re.search(r'note error">“甲路”本息覆盖倍数0\.9低于1\.0', text), shown
    unchanged = form_of(client.get(page("change", dossier.pk)), remarks="另有说明", change_reason="")
    assert client.post(page("change", dossier.pk), unchanged).status_code == 302  # what was answered once is not asked again
    blocked = [one.code for one in check_gift(make_bond(1000), project, date(2020, 6, 1)) if one.severity is Severity.BLOCKS]
    assert blocked == ["coverage_below_one"]


def test_an_income_apart_from_its_sources_is_kept_with_its_reason(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    assert client.post(address, filled(client, address, income_wan="300", change_reason="另有零星收入冲减")).status_code == 302
    changed = page("change", Dossier.objects.get().pk)
    assert 'note warning">“甲路”预期收入300万元与收入来源合计300.5万元不符' in client.get(changed).content.decode()
    assert client.post(changed, form_of(client.get(changed), remarks="同上", change_reason="")).status_code == 302
    apart = form_of(client.get(changed), change_reason="", **{"incomes-0-amount_wan": "400"})
    assert "相差100万元" in str(errors_of(client.post(changed, apart))["incomes"])


def test_a_reader_sees_amounts_as_the_lists_print_them(cast, signed_in, project) -> None:
    dossier = Dossier.objects.create(
        project=project, income_wan=Decimal(200_000), coverage=Decimal("1.5"), coverage_method="bonds", coverage_on=date(2020, 1, 1)
    )
    IncomeSource.objects.create(dossier=dossier, name="停车费", amount_wan=Decimal("1234.5"))
    text = signed_in(cast.reviewer).get(page("change", dossier.pk)).content.decode()
    assert '<div class="readonly">200,000</div>' in text
    assert '<div class="readonly">1.5</div>' in text
    assert "<p>1,234.5</p>" in text
    assert "000000" not in text


def test_a_low_coverage_is_kept_with_its_reason(cast, signed_in, project) -> None:
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    given = {"coverage": "1.1", "coverage_method": "all", "coverage_on": "2020-03-01", "change_reason": "含其他融资，专项债本息1.25倍"}
    assert client.post(address, filled(client, address, **given)).status_code == 302
    assert Dossier.history.get().history_change_reason == "含其他融资，专项债本息1.25倍"


def test_a_project_has_one_dossier(cast, signed_in, project) -> None:
    Dossier.objects.create(project=project)
    client, address = signed_in(cast.owner), f"{page('add')}?project={project.pk}"
    assert errors_of(client.post(address, filled(client, address)))["project"] == ["该项目已有一案两书，请在原有的上面修改"]


def test_a_stranger_neither_reads_nor_writes(cast, signed_in, project) -> None:
    dossier = Dossier.objects.create(project=project, remarks="机密")
    client = signed_in(cast.stranger)
    assert "甲路" not in client.get(page("changelist")).content.decode()
    assert client.get(page("change", dossier.pk)).status_code == 404
    assert client.post(page("change", dossier.pk), {"remarks": "x"}).status_code == 404
    assert "甲路" not in client.get(page("standing")).content.decode()
    reviewer = signed_in(cast.reviewer)
    assert reviewer.get(page("change", dossier.pk)).status_code == 200
    assert reviewer.post(page("change", dossier.pk), {"remarks": "x"}).status_code == 403


def test_the_list_is_filtered_by_what_lacks(cast, signed_in, project) -> None:
    complete, partly = Dossier.objects.create(project=project), Dossier.objects.create(project=make_project("乙路", cast.unit_a))
    for kind in ("plan", "finance", "legal"):
        keep_file(DossierPaper.objects.create(dossier=complete, kind=kind), "a.pdf", PDF, source=Source(Door.ADMIN))
    DossierPaper.objects.create(dossier=partly, kind="plan", firm="没有文件")
    client = signed_in(cast.owner)
    for lacking, names in (("none", {"甲路"}), ("plan", {"乙路"}), ("legal", {"乙路"})):
        rows = client.get(page("changelist"), {"lacking": lacking}).context["cl"].result_list
        assert {row.project.name for row in rows} == names
    chips = dict(client.get(page("changelist")).context["cl"].filter_specs[0].counts(Dossier.objects.all()))
    assert chips == {"plan": 1, "finance": 1, "legal": 1, "none": 1}


def test_projects_with_bond_money_are_listed_with_what_they_lack(cast, signed_in, project) -> None:
    other = make_project("丙路", cast.unit_a)
    make_project("无债项目", cast.unit_a)
    bond = make_bond(1000)
    for row in (project, other):
        give(of_bond(row, bond), Step.ASSIGN, 100)
    dossier = Dossier.objects.create(project=project, coverage=Decimal("1.5"), coverage_method="bonds", coverage_on=date(2020, 1, 1))
    keep_file(DossierPaper.objects.create(dossier=dossier, kind="plan"), "a.pdf", PDF, source=Source(Door.ADMIN))
    IncomeSource.objects.create(dossier=dossier, name="停车费")
    shown = {row.project.name: row.lacking for row in bond_projects(Project.objects.all(), 2020)}
    assert shown == {"甲路": {"finance", "legal"}, "丙路": {"plan", "finance", "legal", "coverage", "income"}}
    client = signed_in(cast.owner)
    assert [row["project"].name for row in client.get(page("standing"), {"lacking": "plan"}).context["rows"]] == ["丙路"]
    assert client.get(page("standing"), {"lacking": "x", "unit": "y"}).context["rows"] == []
    text = client.get(page("standing")).content.decode()
    assert f"{page('add')}?project={other.pk}" in text
    assert page("change", dossier.pk) in text


def test_the_project_page_says_what_lacks(cast, signed_in, project) -> None:
    address = reverse("admin:projects_project_page", args=[project.pk])
    client = signed_in(cast.owner)
    assert "一案两书" not in client.get(address).context["panels"].__repr__()
    give(of_bond(project, make_bond(1000)), Step.ASSIGN, 100)
    assert "缺：实施方案、财务评估报告、法律意见书" in client.get(address).content.decode()
    dossier = Dossier.objects.create(project=project, income_wan=Decimal(900))
    paper = DossierPaper.objects.create(dossier=dossier, kind="finance", firm="某会计师事务所")
    kept = keep_file(paper, "a.pdf", PDF, source=Source(Door.ADMIN))
    text = client.get(address).content.decode()
    assert "缺：实施方案、法律意见书" in text
    assert page("file", kept.pk) in text
    past = client.get(address, {"known": "2020-01-01"})
    assert past.status_code == 404 or "某会计师事务所" not in past.content.decode()


def test_lists_take_the_same_queries_at_any_length(cast, signed_in, django_assert_max_num_queries) -> None:
    for number in range(9):
        dossier = Dossier.objects.create(project=make_project(f"路{number}", cast.unit_a))
        DossierPaper.objects.create(dossier=dossier, kind="plan")
    client = signed_in(cast.city)
    for name in ("changelist", "standing"):
        with django_assert_max_num_queries(24):
            client.get(page(name))
