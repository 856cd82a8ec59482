"""Long work: small files at once, large ones by a worker; one process at a time; cancelled, lost and given up work told as it is."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Membership
from exchange import tasks
from exchange.models import Job, JobFile, Upload
from exchange.services import leases, progress
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.faults import StateError
from exchange.services.progress import LeaseLostError, Watch
from exchange.services.receive import receive
from projects.models import Project
from tests.exchange.cast import Cast, client_of, figures, make_cast, project_list, sent
from tests.exchange.queue import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pulses")]
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def cast() -> Cast:
    return make_cast(with_reference=True)


@pytest.fixture
def upload(cast: Cast) -> Upload:
    return receive(project_list(), "崂山区项目表.xlsx", actor=cast.owner, unit=cast.unit)


def later(seconds: float) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


def only_job() -> Job:
    return Job.objects.get()


def test_a_small_file_is_answered_at_once_and_leaves_no_job(cast: Cast) -> None:
    client = client_of(cast.owner)
    answer = client.post("/uploads/", {"file": sent(project_list())}, **JSON)
    assert (answer.status_code, answer.json()["state"]) == (201, "checked")
    assert client.post(answer.json()["commit_url"], **JSON).json()["state"] == "committed"
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_large_file_is_checked_and_committed_by_a_worker(cast: Cast, large: None) -> None:
    client = client_of(cast.owner)
    answer = client.post("/uploads/", {"file": sent(project_list())}, **JSON)
    document = answer.json()
    assert (answer.status_code, document["state"], document["work"]["state"]) == (202, "received", "waiting")
    address = document["url"]
    page = client.get(address).content.decode()
    assert "等待检查" in page
    assert 'http-equiv="refresh"' in page
    assert "提交入库</button>" not in page
    assert work_off() == ["done"]
    told = client.get(document["progress_url"]).json()
    assert (told["state"], told["work"]["is_active"], told["work"]["rows_done"]) == ("checked", False, 2)
    assert client.post(document["commit_url"], {"reason": "年初"}).headers["Location"] == f"{address}#work"
    assert Project.objects.count() == 0
    assert "正在提交入库" not in client.get(address).content.decode()
    assert work_off() == ["done"]
    committed = Upload.objects.get()
    assert (committed.state, committed.reason, committed.committed_by, Project.objects.count()) == ("committed", "年初", cast.owner, 2)
    assert committed.outcome in client.get(address).content.decode()


def test_without_a_worker_the_page_says_so_and_what_to_do(cast: Cast, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(cast.owner)
    document = client.post("/uploads/", {"file": sent(project_list())}, **JSON).json()
    monkeypatch.setattr(progress, "living_workers", lambda now=None: [])
    assert "manage.py worker" in client.get(document["url"]).content.decode()
    assert client.get(document["progress_url"]).json()["work"]["has_worker"] is False
    monkeypatch.setattr(progress, "living_workers", lambda now=None: ["host:1"])
    assert "manage.py worker" not in client.get(document["url"]).content.decode()


def test_a_second_delivery_does_nothing(cast: Cast, large: None, upload: Upload) -> None:
    tasks.check_upload(upload, actor=cast.owner)
    assert work_off() == ["done"]
    tasks.commit_upload(Upload.objects.get(), actor=cast.owner)
    assert work_off() == ["done"]
    before = figures()
    assert [tasks.carry_out(job.pk, "another") for job in Job.objects.all()] == ["not waiting", "not waiting"]
    assert figures() == before


def test_one_job_at_a_time(cast: Cast, large: None, upload: Upload) -> None:
    tasks.check_upload(upload, actor=cast.owner)
    with pytest.raises(StateError) as refused:
        tasks.check_upload(upload, actor=cast.owner)
    assert refused.value.code == "busy"
    assert client_of(cast.owner).post(f"/uploads/{upload.public_id}/check/").status_code == 409
    with pytest.raises(StateError):
        leases.require_free(upload)
    assert leases.take(only_job().pk, "a") is not None
    assert leases.take(only_job().pk, "b") is None


def test_a_waiting_check_is_cancelled_and_the_file_stays(cast: Cast, large: None) -> None:
    client = client_of(cast.owner)
    document = client.post("/uploads/", {"file": sent(project_list())}, **JSON).json()
    assert client.post(document["cancel_url"]).status_code == 303
    upload = Upload.objects.get()
    assert (upload.state, only_job().state, only_job().cancelled_by) == ("cancelled", "cancelled", cast.owner)
    assert work_off() == ["not waiting"]
    page = client.get(document["url"]).content.decode()
    assert "检查已取消" in page
    assert "重新检查" in page
    assert client.post(document["check_url"]).status_code == 303
    assert work_off() == ["done"]
    upload.refresh_from_db()
    assert upload.state == "checked"


def test_a_running_check_stops_at_its_next_step(cast: Cast, large: None, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    job = tasks.check_upload(upload, actor=cast.owner)
    assert job is not None
    read = tasks.check

    def cancelled_meanwhile(*args: Any, watch: Watch, **given: Any) -> Upload:
        watch.step(0)
        leases.cancel(Job.objects.get(pk=job.pk), actor=cast.owner)
        return read(*args, watch=watch, **given)

    monkeypatch.setattr(tasks, "check", cancelled_meanwhile)
    assert work_off() == ["cancelled"]
    upload.refresh_from_db()
    assert (upload.state, upload.parts.count(), upload.findings) == ("cancelled", 0, [])
    assert "文件已保存" in upload.outcome


def test_a_commit_is_cancelled_while_it_waits_and_not_while_it_is_written(cast: Cast, large: None, upload: Upload) -> None:
    check(upload, actor=cast.owner)
    job = tasks.commit_upload(upload, actor=cast.owner)
    assert job is not None
    leases.cancel(job, actor=cast.owner)
    upload.refresh_from_db()
    assert (upload.state, job.state) == ("checked", "cancelled")
    assert "没有写入任何内容" in client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    second = tasks.commit_upload(upload, actor=cast.owner)
    assert second is not None
    held = leases.take(second.pk, "worker")
    assert held is not None
    answer = client_of(cast.owner).post(f"/uploads/{upload.public_id}/cancel/", **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "writing")
    held.refresh_from_db()
    assert (held.state, held.cancel_requested) == ("running", False)


def test_a_refused_commit_says_why_on_the_page(cast: Cast, large: None, upload: Upload) -> None:
    check(upload, actor=cast.owner)
    tasks.commit_upload(upload, actor=cast.owner)
    cast.owner.memberships.all().delete()
    assert work_off() == ["refused"]
    upload.refresh_from_db()
    assert (upload.state, Project.objects.count()) == ("checked", 0)
    assert only_job().outcome in client_of(cast.officer).get(f"/uploads/{upload.public_id}/").content.decode()


# --- what loses its process ---


def held_job(upload: Upload, cast: Cast, verb: str = Job.Verb.CHECK, worker: str = "gone:1") -> Job:
    """A job as a killed process leaves it."""
    return leases.open_job(verb, upload, actor=cast.owner, worker=worker)


def test_the_sweep_brings_a_lost_job_again_and_leaves_a_living_one(cast: Cast, upload: Upload) -> None:
    job = held_job(upload, cast)
    assert tasks.sweep() == []
    lost = later(61)
    progress.pulses().write(progress.job_key(job.pk), 1)
    assert tasks.sweep(later(59)) == []
    progress.pulses().drop(progress.job_key(job.pk))
    assert tasks.sweep(lost) == [job]
    assert tasks.sweep(lost) == []
    assert work_off() == ["done"]
    job.refresh_from_db()
    upload.refresh_from_db()
    assert (job.state, job.attempts, upload.state) == ("done", 2, "checked")


def test_a_pulse_keeps_the_lease(cast: Cast, upload: Upload) -> None:
    job = held_job(upload, cast)
    Job.objects.filter(pk=job.pk).update(lease_until=later(-5))
    progress.pulses().write(progress.job_key(job.pk), 1)
    assert tasks.sweep() == []
    progress.pulses().drop(progress.job_key(job.pk))
    assert [found.pk for found in tasks.sweep()] == [job.pk]


def test_after_so_many_tries_it_is_given_up_and_said_so(cast: Cast, upload: Upload, settings: Any) -> None:
    settings.JOB_ATTEMPTS = 1
    job = held_job(upload, cast)
    assert tasks.sweep(later(61)) == []
    job.refresh_from_db()
    upload.refresh_from_db()
    assert (job.state, upload.state) == ("failed", "failed")
    assert "每次都中途中断" in upload.outcome
    assert "每次都中途中断" in client_of(cast.owner).get(f"/uploads/{upload.public_id}/").content.decode()
    assert check(upload, actor=cast.owner).state == "checked"


def test_a_given_up_commit_leaves_the_check_standing(cast: Cast, upload: Upload, settings: Any) -> None:
    settings.JOB_ATTEMPTS = 1
    check(upload, actor=cast.owner)
    held_job(upload, cast, Job.Verb.COMMIT)
    tasks.sweep(later(61))
    upload.refresh_from_db()
    assert (upload.state, only_job().state) == ("checked", "failed")
    assert tasks.commit_upload(upload, actor=cast.owner) is None
    assert upload.state == "committed"


def test_a_process_that_lost_its_lease_stores_nothing_more(cast: Cast, upload: Upload) -> None:
    job = held_job(upload, cast)
    slow = Watch(job)
    tasks.sweep(later(61))
    with pytest.raises(LeaseLostError):
        check(upload, actor=cast.owner, watch=slow)
    assert upload.parts.count() == 0
    assert work_off() == ["done"]
    upload.refresh_from_db()
    with pytest.raises(LeaseLostError):
        check(upload, actor=cast.owner, watch=slow)
    assert (Upload.objects.get().state, upload.parts.count(), leases.end(job, Job.State.FAILED)) == ("checked", 1, False)


def test_work_that_was_done_before_its_process_died_is_not_done_again(cast: Cast, upload: Upload) -> None:
    check(upload, actor=cast.owner)
    job = held_job(upload, cast, Job.Verb.COMMIT)
    commit(upload, actor=cast.owner, reason="一次")
    before = figures()
    tasks.sweep(later(61))
    assert work_off() == ["done"]
    job.refresh_from_db()
    assert (job.state, job.outcome) == ("done", upload.outcome)
    assert figures() == before


def test_a_ticket_lost_between_queue_and_lease_is_written_anew(cast: Cast, large: None, upload: Upload) -> None:
    job = tasks.check_upload(upload, actor=cast.owner)
    assert job is not None
    assert tasks.sweep(later(61)) == []  # still in the queue, only slow
    DBTaskResult.objects.get().claim("killed")
    assert tasks.sweep(later(30)) == []
    assert [found.pk for found in tasks.sweep(later(61))] == [job.pk]
    assert work_off() == ["done"]


def test_who_asks_again_need_not_wait_for_the_sweep(cast: Cast, upload: Upload) -> None:
    job = held_job(upload, cast)
    with pytest.raises(StateError):
        tasks.check_upload(upload, actor=cast.owner)
    Job.objects.filter(pk=job.pk).update(lease_until=later(-1))
    assert tasks.check_upload(upload, actor=cast.owner) is None
    job.refresh_from_db()
    assert (job.state, upload.state) == ("failed", "checked")


@pytest.mark.parametrize("store", [progress._TablePulses, progress._FilePulses], ids=["table", "files"])
def test_a_pulse_is_heard_until_it_falls_silent(store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store() if store is progress._TablePulses else store(tmp_path / "pulse")
    monkeypatch.setattr(progress, "pulses", lambda: kept)
    assert kept.read("") == {}
    for rows in (3, 7):
        kept.write("job:1:", rows)
    kept.write("job:12:", 5)
    kept.write("worker:host:1", 0)
    assert {key: beat.rows_done for key, beat in kept.read("job:1:").items()} == {"job:1:": 7}
    assert progress.living_workers() == ["host:1"]
    assert progress.living_workers(later(61)) == []
    kept.drop("worker:host:1")
    kept.drop("worker:host:1")
    assert progress.living_workers() == []
    assert sorted(kept.read("")) == ["job:12:", "job:1:"]


def test_a_broken_pulse_file_is_no_pulse(pulses: Any) -> None:
    pulses.write("worker:host:1", 0)
    next(pulses.folder.iterdir()).write_text('{"key": "worker:host:1", "at"')
    assert progress.living_workers() == []


def test_the_sweep_command_says_what_it_did(cast: Cast, upload: Upload) -> None:
    job = held_job(upload, cast)
    Job.objects.filter(pk=job.pk).update(lease_until=later(-1))
    progress.pulses().write("worker:host:1", 0)
    said = io.StringIO()
    call_command("sweep", stdout=said)
    assert f"#{job.pk} 检查" in said.getvalue()
    assert "brought again: 1" in said.getvalue()
    assert "host:1" in said.getvalue()
    assert work_off() == ["done"]


# --- templates of all units ---


def test_the_templates_of_all_units_in_one_archive(cast: Cast) -> None:
    stored = receive(project_list(), "表.xlsx", actor=None, unit=cast.unit)
    commit(check(stored, actor=None), actor=None, reason="年初")
    client = client_of(cast.officer)
    answer = client.post("/uploads/work/templates/", {"period": "2020-06", "kind": "monthly_progress"}, **JSON)
    assert answer.status_code == 202
    address = answer.json()["url"]
    assert "等待生成填报表" in client.get(address).content.decode()
    assert "生成全部填报表" in client.get("/uploads/template/").content.decode()
    assert "生成全部填报表" not in client_of(cast.owner).get("/uploads/template/").content.decode()
    assert client.get(f"{address}file/").status_code == 404
    assert work_off() == ["done"]
    page = client.get(address).content.decode()
    assert "已生成1个单位的填报表" in page
    with zipfile.ZipFile(io.BytesIO(client.get(f"{address}file/").content)) as archive:
        assert archive.namelist() == [f"{cast.unit.short_name}_2020年6月填报表.xlsx"]
    assert client_of(cast.owner).get(address).status_code == 404


def test_templates_need_a_month_and_a_post(cast: Cast) -> None:
    assert client_of(cast.officer).post("/uploads/work/templates/", {"kind": "monthly_progress"}).status_code == 400
    assert client_of(cast.officer).post("/uploads/work/templates/", {"kind": "quota"}).status_code == 400
    nobody = type(cast.owner).objects.create(username="nobody")
    assert client_of(nobody).post("/uploads/work/templates/", {"period": "2020-06", "kind": "monthly_progress"}).status_code == 403


def test_work_of_ones_own_is_cancelled(cast: Cast) -> None:
    job = tasks.make_templates(None, actor=cast.officer, kind=tasks.Kind.INFRASTRUCTURE)
    client = client_of(cast.officer)
    address = f"/uploads/work/{job.public_id}/"
    assert client_of(cast.owner).post(f"{address}cancel/").status_code == 404
    assert client.post(f"{address}cancel/").status_code == 303
    assert "已取消" in client.get(address).content.decode()
    assert client.post(f"{address}cancel/", **JSON).status_code == 409
    assert work_off() == ["not waiting"]
    assert not JobFile.objects.exists()


def test_an_archive_is_not_given_to_who_no_longer_reaches_all_in_it(cast: Cast) -> None:
    job = tasks.make_templates(None, actor=cast.officer, kind=tasks.Kind.INFRASTRUCTURE)
    JobFile.objects.create(job=job, filename="全部.zip", content=b"PK")
    client, address = client_of(cast.officer), f"/uploads/work/{job.public_id}/file/"
    assert client.get(address).status_code == 200
    Membership.objects.filter(user=cast.officer).update(role="district_officer", unit=cast.unit)
    assert client.get(address).status_code == 404
