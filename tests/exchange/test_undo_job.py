"""A large upload is taken back by a worker: queued, shown, cancelled before it writes, taken up again, refused in words; small ones at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from exchange import tasks
from exchange.models import Job, Reversal, Upload
from exchange.services import leases, progress
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import StateError
from exchange.services.progress import LeaseLostError, Watch
from exchange.services.receive import receive
from exchange.services.undo import redo, undo
from projects.models import Project, Source, changes_from
from tests.exchange.cast import Cast, client_of, figures, make_cast, project_list, seen_of
from tests.exchange.queue import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pulses")]
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def cast() -> Cast:
    return make_cast(with_reference=True)


@pytest.fixture
def upload(cast: Cast) -> Upload:
    """Two new projects, committed."""
    stored = receive(project_list(), "崂山区项目表.xlsx", actor=cast.owner, unit=cast.unit)
    return commit(check(stored, actor=cast.owner), actor=cast.owner, reason="年初")


@pytest.fixture
def client(cast: Cast) -> Client:
    return client_of(cast.owner)


def address_of(upload: Upload) -> str:
    return f"/uploads/{upload.public_id}/"


def queued(cast: Cast, upload: Upload, kind: str = "undo", seen: str = "") -> Job:
    job = tasks.reverse_upload(upload, Reversal.Kind(kind), actor=cast.owner, reason="报错了", seen=seen)
    assert job is not None
    return job


def edit(cast: Cast, name: str = "株洲路拓宽改造") -> None:
    with changes_from(Source("admin", cast.officer.pk)):
        project = Project.objects.get(name=name)
        project.content = "道路1.8公里"
        project.save()


def test_a_small_undo_is_answered_at_once_and_leaves_no_job(client: Client, upload: Upload) -> None:
    address = address_of(upload)
    answer = client.post(f"{address}undo/", {"seen": seen_of(client, address)}, **JSON)
    assert (answer.status_code, answer.json()["state"], Project.objects.count()) == (200, "undone", 0)
    assert not Job.objects.exists()


def test_a_large_undo_waits_is_shown_and_is_done_by_a_worker(client: Client, cast: Cast, large: None, upload: Upload) -> None:
    address = address_of(upload)
    seen = seen_of(client, address)
    answer = client.post(f"{address}undo/", {"seen": seen, "reason": "报错了"}, **JSON)
    assert (answer.status_code, answer.json()["work"]["verb"], answer.json()["work"]["state"]) == (202, "undo", "waiting")
    assert Project.objects.count() == 2
    page = client.get(address).content.decode()
    assert "等待撤回" in page
    assert "取消撤回" in page
    assert "undo/preview/" not in page, "it can't be asked for twice"
    assert client.get(f"{address}undo/preview/", **JSON).json()["error"]["code"] == "busy"
    assert client.post(f"{address}undo/", {"seen": seen}, **JSON).json()["error"]["code"] == "busy"
    assert work_off() == ["done"]
    upload.refresh_from_db()
    record = upload.reversals.get()
    assert (upload.state, Project.objects.count(), record.actor, record.reason) == ("undone", 0, cast.owner, "报错了")
    told = client.get(f"{address}progress.json").json()["work"]
    assert (told["is_active"], told["rows_total"], told["outcome"]["zh"]) == (False, 2, upload.outcome)
    assert upload.outcome in client.get(address).content.decode()
    again = client.post(f"{address}redo/", {"seen": seen_of(client, address, "redo")})
    assert again.headers["Location"] == f"{address}#work"
    assert "等待恢复" in client.get(address).content.decode()
    assert work_off() == ["done"]
    assert Project.objects.count() == 2


def test_the_page_says_how_many_places_are_done_and_how_long_it_takes(client: Client, cast: Cast, large: None, upload: Upload) -> None:
    held = leases.take(queued(cast, upload).pk, "worker:1")
    assert held is not None
    work = client.get(f"{address_of(upload)}progress.json").json()["work"]
    assert (work["title"], work["words"], work["may_cancel"]) == ("正在撤回", "正在逐处核对此后有没有人改过，还没有写入。", True)
    watch = Watch(held)
    watch.expect(400)
    watch.write()
    Job.objects.filter(pk=held.pk).update(started_at=timezone.now() - timedelta(seconds=30))
    progress.pulses().write(progress.job_key(held.pk), 100)
    work = client.get(f"{address_of(upload)}progress.json").json()["work"]
    assert (work["percent"], work["words"], work["may_cancel"]) == (25, "已撤回100处，共400处，约剩2分钟。", False)
    assert "正在写入，已不能取消" in client.get(address_of(upload)).content.decode()


def test_what_was_done_is_told_place_by_place(cast: Cast, large: None, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(Watch, "tell", lambda self, rows: told.append(rows))
    job = queued(cast, upload)
    assert work_off() == ["done"]
    job.refresh_from_db()
    assert told == sorted(told)
    assert told[-1] == job.rows_total == 2


# --- cancelled ---


def test_an_undo_that_waits_is_cancelled(client: Client, cast: Cast, large: None, upload: Upload) -> None:
    before = figures()
    queued(cast, upload)
    assert client.post(f"{address_of(upload)}cancel/").status_code == 303
    assert work_off() == ["not waiting"]
    page = client.get(address_of(upload)).content.decode()
    assert "撤回已取消，没有写入任何内容" in page
    assert "undo/preview/" in page
    assert figures() == before


def test_an_undo_that_still_reads_is_cancelled(cast: Cast, large: None, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    before = figures()
    job = queued(cast, upload)
    step = Watch.step

    def cancelled_meanwhile(self: Watch, rows: int) -> None:
        leases.cancel(Job.objects.get(pk=job.pk), actor=cast.owner)
        step(self, rows)

    monkeypatch.setattr(Watch, "step", cancelled_meanwhile)
    assert work_off() == ["cancelled"]
    assert figures() == before
    job.refresh_from_db()
    assert (job.state, job.cancelled_by, job.outcome) == ("cancelled", cast.owner, leases.CANCELLED_WORDS["undo"][0])


def test_cancelling_in_the_last_moment_is_heard_or_refused(cast: Cast, large: None, upload: Upload) -> None:
    held = leases.take(queued(cast, upload).pk, "worker:1")
    assert held is not None
    leases.cancel(Job.objects.get(pk=held.pk), actor=cast.owner)
    with pytest.raises(progress.CancelledError):
        Watch(held).write()
    leases.end_cancelled(held)
    second = leases.take(queued(cast, upload).pk, "worker:1")
    assert second is not None
    Watch(second).write()
    with pytest.raises(StateError) as refused:
        leases.cancel(Job.objects.get(pk=second.pk), actor=cast.owner)
    assert refused.value.code == "writing"
    assert "完成后可以恢复" in refused.value.zh
    leases.end(second, Job.State.FAILED)
    with pytest.raises(LeaseLostError):
        Watch(second).write()


def test_cancelling_is_for_who_may_undo(cast: Cast, large: None, upload: Upload) -> None:
    queued(cast, upload)
    assert client_of(cast.reviewer).post(f"{address_of(upload)}cancel/").status_code == 403
    assert client_of(cast.stranger).post(f"{address_of(upload)}cancel/").status_code == 404
    assert client_of(cast.officer).post(f"{address_of(upload)}cancel/").status_code == 303


# --- what has moved, who may no longer ---


def test_what_was_changed_while_it_waited_is_said_on_the_page(client: Client, cast: Cast, large: None, upload: Upload) -> None:
    address = address_of(upload)
    queued(cast, upload, seen=seen_of(client, address))
    edit(cast)
    assert work_off() == ["refused"]
    assert Project.objects.count() == 2
    assert "您查看之后又有记录被修改" in client.get(address).content.decode()
    assert client.post(f"{address}undo/", {"seen": seen_of(client, address)}).status_code == 303
    assert work_off() == ["done"]
    assert "您查看之后又有记录被修改" not in client.get(address).content.decode()


def test_a_refusal_is_forgotten_once_it_was_taken_back_at_once(client: Client, cast: Cast, large: None, upload: Upload, settings: Any) -> None:
    address = address_of(upload)
    queued(cast, upload, seen="outdated")
    assert work_off() == ["refused"]
    settings.BACKGROUND_ROWS = 500
    client.post(f"{address}undo/", {"seen": seen_of(client, address)})
    assert "您查看之后又有记录被修改" not in client.get(address).content.decode()


def test_who_lost_the_post_while_it_waited_is_refused(cast: Cast, large: None, upload: Upload) -> None:
    queued(cast, upload)
    cast.owner.memberships.all().delete()
    assert work_off() == ["refused"]
    assert Project.objects.count() == 2


def test_what_moves_between_reading_and_writing_is_seen_under_the_lock(cast: Cast, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    write = progress.Unwatched.write

    def edited_meanwhile(self: progress.Unwatched) -> None:
        edit(cast)
        write(self)

    monkeypatch.setattr(progress.Unwatched, "write", edited_meanwhile)
    undo(upload, actor=cast.owner)
    assert [(project.name, project.content) for project in Project.objects.all()] == [("株洲路拓宽改造", "道路1.8公里")]
    assert (upload.state, [line["why"] for line in upload.reversals.get().kept]) == ("partly", ["changed"])


def test_the_command_waits_for_no_worker_and_does_not_come_between(cast: Cast, large: None, upload: Upload, capsys: Any) -> None:
    job = queued(cast, upload)
    with pytest.raises(SystemExit) as stopped:
        call_command("undo", str(upload.pk), "--reason", "x")
    assert stopped.value.code == 2
    assert "已有任务在处理" in capsys.readouterr().out
    leases.cancel(job, actor=cast.owner)
    call_command("undo", str(upload.pk), "--reason", "x")
    assert (Project.objects.count(), Job.objects.count()) == (0, 1)


# --- what loses its process, or its database ---


def later(seconds: float) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def test_an_undo_whose_process_died_is_brought_again(cast: Cast, large: None, upload: Upload) -> None:
    held = leases.take(queued(cast, upload).pk, "gone:1")
    assert held is not None
    Watch(held).write()
    assert tasks.sweep(later(61)) == [held]
    held.refresh_from_db()
    assert "done" in work_off()
    held.refresh_from_db()
    assert (held.state, held.attempts, Project.objects.count(), upload.reversals.count()) == ("done", 2, 0, 1)


@pytest.mark.parametrize("verb", ["undo", "redo"])
def test_what_was_done_before_its_process_died_is_not_done_again(cast: Cast, upload: Upload, verb: str, settings: Any) -> None:
    """Also on the last try: then it ends as done, and not as given up."""
    if verb == "redo":
        undo(upload, actor=cast.owner)
    for attempts in (2, 1):
        settings.JOB_ATTEMPTS = attempts
        job = leases.open_job(verb, upload, actor=cast.owner, worker="gone:1", parameters={"seen": ""})
        (redo if verb == "redo" else undo)(upload, actor=cast.owner)
        number = upload.reversals.count()
        tasks.sweep(later(61))
        assert work_off() == (["done"] if attempts == 2 else [])
        job.refresh_from_db()
        assert (job.state, job.outcome, upload.reversals.count()) == ("done", upload.outcome, number)
        (undo if verb == "redo" else redo)(upload, actor=cast.owner)


def test_a_given_up_undo_leaves_the_upload_as_it_was(cast: Cast, client: Client, upload: Upload, settings: Any) -> None:
    settings.JOB_ATTEMPTS = 1
    leases.open_job("undo", upload, actor=cast.owner, worker="gone:1", parameters={"seen": ""})
    tasks.sweep(later(61))
    upload.refresh_from_db()
    assert (upload.state, Job.objects.get().state) == ("committed", "failed")
    assert "每次都中途中断" in client.get(address_of(upload)).content.decode()


class Cut:
    """A verb whose database goes away so many times."""

    def __init__(self, verb: Any, times: int, error: type[Exception]) -> None:
        self.verb, self.left, self.error = verb, times, error

    def __call__(self, *args: Any, **given: Any) -> Any:
        if self.left:
            self.left -= 1
            raise self.error("server closed the connection unexpectedly")
        return self.verb(*args, **given)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("verb", ["check", "undo"])
def test_a_connection_cut_once_is_tried_again(
    cast: Cast, large: None, upload: Upload, monkeypatch: pytest.MonkeyPatch, verb: str, error: type[Exception]
) -> None:
    monkeypatch.setattr(tasks, verb, Cut(getattr(tasks, verb), 1, error))
    if verb == "check":
        stored = receive(project_list(13000), "另一份.xlsx", actor=cast.owner, unit=cast.unit)
        job = tasks.check_upload(stored, actor=cast.owner)
    else:
        job, stored = queued(cast, upload), upload
    assert job is not None
    assert work_off() == ["waiting", "done"]
    job.refresh_from_db()
    stored.refresh_from_db()
    assert (job.state, job.attempts, stored.state) == ("done", 2, "checked" if verb == "check" else "undone")


@pytest.mark.parametrize("verb", ["check", "undo"])
def test_a_connection_cut_twice_is_told_as_such(
    cast: Cast, client: Client, large: None, upload: Upload, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(tasks, verb, Cut(getattr(tasks, verb), 2, OperationalError))
    if verb == "check":
        stored = receive(project_list(13000), "另一份.xlsx", actor=cast.owner, unit=cast.unit)
        tasks.check_upload(stored, actor=cast.owner)
    else:
        queued(cast, upload)
        stored = upload
    assert work_off() == ["waiting", "failed"]
    stored.refresh_from_db()
    job = Job.objects.get()
    assert (job.state, job.attempts, stored.state) == ("failed", 2, "failed" if verb == "check" else "committed")
    assert job.outcome == leases.NO_ANSWER[0].format(n=2)
    assert "与数据库的连接都中断了" in client.get(address_of(stored)).content.decode()


def test_a_connection_cut_in_the_check_itself_is_no_fault_of_the_file(cast: Cast, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = receive(project_list(13000), "另一份.xlsx", actor=cast.owner, unit=cast.unit)
    monkeypatch.setattr("exchange.services.check.store_part", Cut(None, 1, OperationalError))
    with pytest.raises(OperationalError):
        check(stored, actor=cast.owner)
    monkeypatch.setattr("exchange.services.check.store_part", Cut(None, 1, ValueError))
    assert check(stored, actor=cast.owner).state == "failed"


def test_a_small_file_whose_connection_is_cut_goes_on_with_a_worker(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = receive(project_list(), "表.xlsx", actor=cast.owner, unit=cast.unit)
    monkeypatch.setattr(tasks, "check", Cut(tasks.check, 1, OperationalError))
    answer = client.post(f"{address_of(stored)}check/", **JSON)
    assert (answer.status_code, answer.json()["work"]["state"]) == (202, "waiting")
    assert work_off() == ["done"]
    stored.refresh_from_db()
    assert stored.state == "checked"


def test_work_stored_before_the_connection_was_cut_is_found_done(cast: Cast, large: None, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    def stored_and_cut(*args: Any, **given: Any) -> Any:
        undo(*args, **given)
        raise OperationalError("the answer to COMMIT was lost")

    monkeypatch.setattr(tasks, "undo", stored_and_cut)
    job = queued(cast, upload)
    assert work_off() == ["waiting", "done"]
    job.refresh_from_db()
    upload.refresh_from_db()
    assert (job.state, upload.state, upload.reversals.count()) == ("done", "undone", 1)
