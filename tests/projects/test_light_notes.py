"""What is said beside lights and which rule makes them: who may, what is refused, and that nothing is ever changed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.roles import Role
from projects.models import LightNote, LightProfile
from projects.models.lights import SaidRowError
from projects.services.lights import THRESHOLDS, adopt, earliest_month, own_profile, say, withdraw
from projects.values import Month
from projects.workflow import Refused
from tests.conftest import Cast
from tests.factories import make_period, make_project, make_user

pytestmark = pytest.mark.django_db
JUNE = Month(2020, 6)
RULE = {"progress_by": "points", "progress_yellow": Decimal(8), "progress_yellow_at": True, "progress_red": Decimal(30)}


@pytest.fixture
def rule(db: object) -> LightProfile:
    given = {"progress_by": "points", "progress_yellow": Decimal(10), "progress_yellow_at": True, "progress_red": Decimal(30)}
    return LightProfile.objects.create(key="own", name="本市", is_own=True, valid_from=date(2000, 1, 1), reason="默认", **given)


def refused(do: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as told:
        do(*args, **kwargs)  # type: ignore[operator]
    assert told.value.said("zh") != told.value.said("en")
    return told.value.code


def test_a_note_names_the_rule_and_who_and_is_logged(cast: Cast, rule: LightProfile) -> None:
    project = make_project(unit=cast.unit_a)
    note = say(project=project, month=JUNE, kind="override", colour="green", actor=cast.reviewer, reason=" 资料在途 ")
    assert (note.profile, note.by, note.reason, note.colour) == (rule, cast.reviewer, "资料在途", "green")
    assert AuditEvent.objects.filter(event="light.override", object_id=str(note.pk)).exists()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "override", "colour": ""}, "colour"),
        ({"kind": "override", "colour": "blue"}, "colour"),
        ({"kind": "explanation", "colour": "red"}, "colour"),
        ({"kind": "explanation", "reason": "  "}, "reason"),
        ({"kind": "withdrawal"}, "value"),
        ({"kind": "explanation", "entered_on": date(2020, 6, 1)}, "entered_on"),
        ({"kind": "statistics", "entered_on": date(2099, 6, 1)}, "entered_on"),
        ({"kind": "explanation", "month": Month(2099, 1)}, "month"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(cast: Cast, rule: LightProfile, values: dict[str, object], code: str) -> None:
    project = make_project(unit=cast.unit_a)
    assert refused(say, **{"project": project, "month": JUNE, "actor": cast.city, "reason": "汛期", **values}) == code
    assert LightNote.objects.count() == 0


def test_who_may_say_what(cast: Cast, rule: LightProfile) -> None:
    project = make_project(unit=cast.unit_a)
    told = {"project": project, "month": JUNE, "reason": "汛期"}
    assert refused(say, kind="override", colour="green", actor=cast.owner, **told) == "role"
    assert refused(say, kind="explanation", actor=cast.stranger, **told) == "role"
    assert refused(say, kind="explanation", actor=cast.reviewer, **told) == "role"
    hands_in = make_user("hands-in", Role.DISTRICT_REVIEWER, cast.unit_a)
    for person in (cast.owner, hands_in, cast.city):
        say(kind="explanation", actor=person, **told)
    assert LightNote.objects.count() == 3


def test_a_withdrawal_is_a_row_of_its_own_and_comes_once(cast: Cast, rule: LightProfile) -> None:
    project = make_project(unit=cast.unit_a)
    note = say(project=project, month=JUNE, kind="explanation", actor=cast.owner, reason="汛期")
    assert refused(withdraw, note=note, actor=cast.stranger, reason="误写") == "role"
    assert refused(withdraw, note=note, actor=cast.owner, reason="") == "reason"
    made = withdraw(note=note, actor=cast.owner, reason="误写")
    assert refused(withdraw, note=note, actor=cast.owner, reason="误写") == "state"
    assert refused(withdraw, note=made, actor=cast.city, reason="误写") == "state"
    assert list(LightNote.objects.order_by("pk")) == [note, made]


def test_rows_are_never_edited_or_deleted(cast: Cast, rule: LightProfile) -> None:
    note = say(project=make_project(unit=cast.unit_a), month=JUNE, kind="explanation", actor=cast.owner, reason="汛期")
    for act in (note.save, note.delete, rule.save, LightNote.objects.all().delete, lambda: LightProfile.objects.update(name="改")):
        with pytest.raises(SaidRowError):
            act()


def test_a_new_version_comes_after_all_that_is_over_or_locked(cast: Cast, rule: LightProfile) -> None:
    now = Month.of(timezone.localdate())
    assert earliest_month(timezone.localdate()) == now
    make_period(now.year, now.month, locked_at=timezone.now() - timedelta(days=1))
    told = {"thresholds": RULE, "actor": cast.city, "reason": "专题会"}
    assert refused(adopt, valid_from=now, **told) == "valid_from"
    assert refused(adopt, valid_from=JUNE, **told) == "valid_from"
    made = adopt(valid_from=now.next, **told)
    assert (made.version, made.key, made.by, Month.of(made.valid_from)) == (2, "own", cast.city, now.next)
    versions = list(LightProfile.objects.all())
    assert own_profile(versions, now) == rule
    assert own_profile(versions, now.next) == made
    assert refused(adopt, valid_from=now.next, **told) == "valid_from"


def test_who_may_adopt_and_what_is_no_rule(cast: Cast, rule: LightProfile) -> None:
    month = Month.of(timezone.localdate()).next
    for person in (cast.owner, cast.reviewer):
        assert refused(adopt, thresholds=RULE, valid_from=month, actor=person, reason="专题会") == "role"
    told = {"valid_from": month, "actor": cast.city, "reason": "专题会"}
    assert refused(adopt, thresholds={**RULE, "progress_red": Decimal(5)}, **told) == "rules"
    assert refused(adopt, thresholds={name: getattr(rule, name) for name in THRESHOLDS}, **told) == "nothing"
    assert refused(adopt, thresholds=RULE, **{**told, "reason": " "}) == "reason"
    assert LightProfile.objects.count() == 1
