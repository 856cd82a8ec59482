"""Chasing: who is chased, by which channel, once a day; what fails is told and does not stop the rest."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from projects.models import Reminder
from projects.services.periods import lock_period
from projects.services.reminders import owing, remind
from projects.services.reviews import move_many
from projects.workflow import Refused, Verb
from tests.factories import make_project
from tests.projects.cycle import make_cycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(db):
    made = make_cycle()
    made.filler.email = "chen@example.cn"
    made.filler.save()
    for unit in (made.unit, made.other):
        make_project(unit=unit, stage="build")
    return made


@pytest.fixture
def webhook(settings):
    """A server on this machine that keeps what it is sent; answers 500 while `broken`."""
    got = []

    class Keeper(BaseHTTPRequestHandler):
        broken = False

        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if Keeper.broken else 204)
            self.end_headers()

        def log_message(self, *args):
            return

    server = HTTPServer(("127.0.0.1", 0), Keeper)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.REMINDER_WEBHOOK = f"http://127.0.0.1:{server.server_port}/remind"
    yield got, Keeper
    server.shutdown()
    server.server_close()


def test_units_that_owe_are_chased_and_the_others_left_in_peace(cycle):
    handed_in = cycle.report(unit=cycle.other)
    move_many(verb=Verb.SUBMIT, report_ids=[handed_in.pk], actor=cycle.outsider)
    assert [cell.unit for cell in owing(cycle.period)] == [cycle.unit, cycle.other]  # the other still misses a project
    cycle.period.locked_at = cycle.filler.date_joined
    cycle.period.save()
    assert owing(cycle.period) == []


def test_mail_goes_to_the_people_of_the_unit_once_a_day(cycle):
    first = remind(period=cycle.period, actor=cycle.checker)
    assert [(sent.unit, sent.ok, sent.told) for sent in first] == [
        (cycle.unit, True, "chen@example.cn"),
        (cycle.other, False, "该单位经办人、审核人都没有登记邮箱"),
    ]
    assert [(message.to, message.subject) for message in mail.outbox] == [(["chen@example.cn"], "【催报】2020年6月重大项目月度进展")]
    assert "还有1个没有进展" in mail.outbox[0].body
    again = remind(period=cycle.period, actor=cycle.checker)
    assert [sent.skipped for sent in again] == [True, False]
    assert len(mail.outbox) == 1
    assert Reminder.objects.count() == 2
    assert AuditEvent.objects.filter(event="month.remind", outcome="failed").count() == 2


def test_what_failed_may_be_tried_again_the_same_day(cycle):
    remind(period=cycle.period)
    person = cycle.outsider
    person.email = "wang@example.cn"
    person.save()
    assert [sent.told for sent in remind(period=cycle.period)] == ["今天已经催过", "wang@example.cn"]


@pytest.mark.parametrize("who", ["filler", "submitter"])
def test_a_unit_chases_nobody(cycle, who):
    with pytest.raises(Refused):
        remind(period=cycle.period, actor=getattr(cycle, who))
    assert not Reminder.objects.exists()


def test_webhook_is_told_unit_month_state_and_due_day(cycle, webhook):
    got, _server = webhook
    remind(period=cycle.period)
    assert [(told["unit"], told["period"], told["state"], told["missing"]) for told in got] == [
        (cycle.unit.key, "2020-06", "not_started", 1),
        (cycle.other.key, "2020-06", "not_started", 1),
    ]
    remind(period=cycle.period)
    assert len(got) == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "file:///etc/passwd", "http://[broken"])
def test_a_webhook_that_fails_is_told_and_not_raised(cycle, settings, address):
    settings.REMINDER_WEBHOOK = address
    found = {(sent.unit.pk, sent.channel): sent for sent in remind(period=cycle.period)}
    assert found[cycle.unit.pk, "email"].ok
    assert "回调" in found[cycle.unit.pk, "webhook"].told
    assert not found[cycle.unit.pk, "webhook"].ok


def test_a_webhook_that_answers_with_an_error_failed(cycle, webhook):
    _got, server = webhook
    server.broken = True
    assert [sent.ok for sent in remind(period=cycle.period) if sent.channel == "webhook"] == [False, False]
    assert all("500" in row.told for row in Reminder.objects.filter(channel="webhook"))


def test_command_rehearses_sends_and_tells_what_failed(cycle):
    out = StringIO()
    call_command("remind", period="2020-06", dry_run=True, stdout=out)
    lines = out.getvalue().splitlines()
    assert [line[:1] for line in lines] == ["?", "!", "-"]
    assert "chen@example.cn ← 市南区：2020年6月" in lines[0]
    assert lines[-1] == "--dry-run: nothing was sent or noted; 1 would be sent, 1 could not be"
    assert (len(mail.outbox), Reminder.objects.count()) == (0, 0)
    with pytest.raises(CommandError, match="1 reminders were not sent"):
        call_command("remind", period="2020-06", stdout=out)
    assert len(mail.outbox) == 1
    for wrong in ("2020-6", "2019-01"):
        with pytest.raises(CommandError, match=wrong):
            call_command("remind", period=wrong, stdout=out)


def test_command_without_a_month_chases_what_is_due(cycle):
    out = StringIO()
    call_command("remind", stdout=out)
    assert out.getvalue() == ""
    cycle.period.due_on = cycle.filler.date_joined.date()
    cycle.period.save()
    call_command("remind", dry_run=True, stdout=out)
    assert len(out.getvalue().splitlines()) == 3


def test_command_says_why_it_chases_nobody(cycle):
    lock_period(period_id=cycle.period.pk, actor=cycle.keeper, reason="按期锁定")
    out = StringIO()
    call_command("remind", period="2020-06", dry_run=True, stdout=out)
    assert "= 2020年6月 已于" in out.getvalue()
    assert "锁定，不再催报" in out.getvalue()


def test_a_rehearsal_knows_who_was_chased_today(cycle):
    remind(period=cycle.period)
    assert [(sent.unit, sent.ok, sent.skipped) for sent in remind(period=cycle.period, dry_run=True)] == [
        (cycle.unit, True, True),
        (cycle.other, False, False),
    ]
