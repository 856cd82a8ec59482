"""List versions: declared against actual, two versions side by side, several versions counted once, each in the reader's scope."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from projects.models import Entry, ListVersion
from projects.querysets import compare, joint_total, reconcile, sectors_of
from tests.factories import make_entry, make_list, make_project, make_sector, make_version

pytestmark = pytest.mark.django_db
EVERY = Entry.objects


def yi(amount):
    return Decimal(amount) * 10000


@pytest.fixture
def plan(cast):
    """The January version declares 2 / 30亿元 and has them; the mid-year one declares 3 / 40亿元 and has 3 / 40.5亿元."""
    rail, road = make_sector("轨道交通"), make_sector("公路")
    january = make_version(make_list(), 1, declared_count=2, declared_total_wan=yi(30))
    summer = make_version(make_list(), 2, date(2020, 6, 30), declared_count=3, declared_total_wan=yi(40))
    stays, goes = make_project("一号线", cast.unit_a, sector=rail), make_project("旧路", cast.unit_a, sector=road)
    grows, comes = make_project("新路", cast.unit_b, sector=road), make_project("二号线", cast.unit_b, sector=rail)
    make_entry(january, stays, total_wan=yi(20))
    make_entry(january, goes, total_wan=yi(10))
    make_entry(summer, stays, total_wan=yi(25))
    make_entry(summer, grows, total_wan=yi("5.5"))
    make_entry(summer, comes, total_wan=yi(10))
    return january, summer


def test_reconciliation_tells_the_difference_or_that_there_is_none(plan):
    january, summer = plan
    found = reconcile([january, summer], EVERY.all())
    assert (found[january.pk].count, found[january.pk].total_wan, found[january.pk].agrees) == (2, yi(30), True)
    assert (found[summer.pk].count_difference, found[summer.pk].total_difference_wan, found[summer.pk].agrees) == (0, yi("0.5"), False)


def test_version_that_declares_nothing_agrees_with_nothing(cast):
    version = make_version(make_list("other"))
    found = reconcile([version], EVERY.all())[version.pk]
    assert (found.is_declared, found.count, found.total_wan, found.count_difference) == (False, 0, Decimal(0), None)


def test_entry_without_total_is_counted_and_told(cast):
    version = make_version(make_list(), declared_count=1, declared_total_wan=yi(1))
    make_entry(version, make_project(unit=cast.unit_a), total_wan=None)
    found = reconcile([version], EVERY.all())[version.pk]
    assert (found.count, found.without_total, found.agrees) == (1, 1, False)


def test_sectors_add_up_to_the_version(plan):
    rows = sectors_of(plan[1], EVERY.all())
    assert {(row.name, row.count, row.total_wan) for row in rows} == {("轨道交通", 2, yi(35)), ("公路", 1, yi("5.5"))}


def test_comparison_tells_what_came_went_and_changed(plan):
    found = compare(*plan, EVERY.all())
    assert sorted(entry.project.name for entry in found.came) == ["二号线", "新路"]
    assert [entry.project.name for entry in found.went] == ["旧路"]
    assert [(change.entry.project.name, change.total_difference_wan) for change in found.changed] == [("一号线", yi(5))]
    assert (found.unchanged, found.came_wan, found.went_wan, found.changed_wan) == (0, yi("15.5"), yi(10), yi(5))


def test_project_on_two_lists_is_counted_once_with_its_newest_figure(plan, cast):
    other = make_version(make_list("sei-2020"), 1, date(2020, 7, 31), declared_count=1)
    shared = plan[1].entries.get(project__name="一号线").project
    make_entry(other, shared, total_wan=yi(26))
    make_entry(other, make_project("芯片", cast.unit_a), total_wan=yi(4))
    total = joint_total([plan[1], other], EVERY.all())
    assert (total.entries, total.count, total.total_wan) == (5, 4, yi("45.5"))
    assert [(entry.project.name, entry.total_wan) for entry in total.shared] == [("一号线", yi(26))]


def test_pages_show_the_verdict_to_the_city(plan, cast, signed_in):
    client = signed_in(cast.city)
    text = client.get(reverse("admin:projects_projectlist_changelist")).content.decode()
    assert "✓ 相符" in text
    assert "+0.50 亿元" in text
    text = client.get(reverse("admin:projects_listversion_page", args=[plan[1].pk])).content.decode()
    for words in ("一号线", "二号线", "40.50", "+0.50"):
        assert words in text
    text = client.get(reverse("admin:projects_listversion_compare", args=[plan[0].pk, plan[1].pk])).content.decode()
    for words in ("调入", "新路", "旧路", "+5.00"):
        assert words in text


def test_district_sees_its_own_lines_and_no_verdict(plan, cast, signed_in):
    client = signed_in(cast.owner)
    pages = [
        reverse("admin:projects_projectlist_changelist"),
        reverse("admin:projects_listversion_page", args=[plan[1].pk]),
        reverse("admin:projects_listversion_compare", args=[plan[0].pk, plan[1].pk]),
        reverse("admin:projects_lists_joint"),
        reverse("admin:index"),
    ]
    for page in pages:
        text = client.get(page).content.decode()
        assert "二号线" not in text, page
        assert "40.50" not in text, page
        assert "+0.50" not in text, page
    assert client.get(pages[1]).context["check"].count == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_lists_costs_the_same_for_one_list_and_for_three(cast, signed_in, django_assert_num_queries, count):
    for number in range(count):
        version = make_version(make_list(f"list-{number}"), 1, declared_count=1)
        make_entry(version, make_project(unit=cast.unit_a))
    client = signed_in(cast.city)
    with django_assert_num_queries(7):
        client.get(reverse("admin:projects_projectlist_changelist"))


def test_unknown_version_does_not_exist(cast, signed_in):
    client = signed_in(cast.city)
    assert client.get(reverse("admin:projects_listversion_page", args=[999])).status_code == 404
    assert client.get(reverse("admin:projects_lists_joint") + "?v=999&v=x").status_code == 200
    assert ListVersion.objects.count() == 0
