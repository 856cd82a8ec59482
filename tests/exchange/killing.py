"""Kills real work with SIGKILL at named points, and tells what was found after: `python -m tests.exchange.killing [--random N]`.

For each point a child process is forked that does the real thing (a worker's job, or a request) and kills itself there, as nobody can
catch or clean up. Then the process of a worker comes along: the sweep brings the job again, and it is carried out.
The points are set by patching in the child alone; the product knows nothing of them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django
from django.db.models import Q


@dataclass(frozen=True)
class Point:
    """Where a process dies: before or after the nth call of a function; `only` names the first argument of the call that counts."""

    name: str
    doing: str  # receive | check | commit | undo | redo | templates, by a worker; request, request_undo: in a request
    where: str  # module:function or module:object.function
    when: str = "after"
    nth: int = 1
    only: str = ""
    stored: bool = False  # the work is stored whole when it dies here; else nothing of it


POINTS = (
    Point("received, before COMMIT", "receive", "accounts.audit:record", only="upload.receive"),
    Point("out of the queue, lease not taken", "check", "exchange.services.leases:take", "before"),
    Point("lease of the check taken", "check", "exchange.services.leases:take"),
    Point("former plan gone, file not opened", "check", "exchange.services.check:open_book", "before"),
    Point("first part of the plan stored", "check", "exchange.services.check:_take"),
    Point("within the second part", "check", "exchange.services.check:store_part", nth=2),
    Point("all parts stored, plan not whole", "check", "exchange.services.check:_finish", "before"),
    Point("checked, before COMMIT", "check", "accounts.audit:record", only="upload.check"),
    Point("checked, job not ended", "check", "exchange.services.leases:end", "before", stored=True),
    Point("lease of the commit taken", "commit", "exchange.services.leases:take"),
    Point("upload locked", "commit", "exchange.services.commit:_execute", "before"),
    Point("organisations stored", "commit", "exchange.services.commit:_settle_owners"),
    Point("projects stored, no history", "commit", "exchange.bulk:_keep_history", "before"),
    Point("first history stored", "commit", "exchange.bulk:_keep_history"),
    Point("within an update", "commit", "exchange.bulk:update"),
    Point("first part written", "commit", "exchange.services.commit:write_changes"),
    Point("between two parts", "commit", "exchange.services.commit:_check_scope", "before", nth=2),
    Point("all parts written, state not changed", "commit", "exchange.services.commit:_finish", "before"),
    Point("state changed, before COMMIT", "commit", "accounts.audit:record", only="upload.commit"),
    Point("committed, job not ended", "commit", "exchange.services.leases:end", "before", stored=True),
    Point("job ended, queue not told", "commit", "exchange.services.leases:end", stored=True),
    Point("in a request, first history stored", "request", "exchange.bulk:_keep_history"),
    Point("in a request, before COMMIT", "request", "accounts.audit:record", only="upload.commit"),
    Point("in a request, committed, not answered", "request", "exchange.services.leases:drop", "before", stored=True),
    Point("lease of the undo taken", "undo", "exchange.services.leases:take"),
    Point("some rows read", "undo", "exchange.services.inverse:decide_codes", "before"),
    Point("plan made, nothing locked", "undo", "exchange.services.undo:inversion_of"),
    Point("nothing can be cancelled, nothing is locked", "undo", "exchange.services.progress:Watch.write"),
    Point("upload locked, months not", "undo", "exchange.services.undo:hold", "before"),
    Point("history of what goes stored, rows not gone", "undo", "exchange.bulk:_keep_history"),
    Point("first rows gone", "undo", "exchange.bulk:delete"),
    Point("all rows gone, no cell given back", "undo", "exchange.bulk:update", "before"),
    Point("first cells given back", "undo", "exchange.bulk:update"),
    Point("all given back, no record", "undo", "exchange.services.undo:execute"),
    Point("record made, state not changed", "undo", "exchange.services.undo:_finish", "before"),
    Point("undone, before COMMIT", "undo", "accounts.audit:record", only="upload.undo"),
    Point("undone, job not ended", "undo", "exchange.services.leases:end", "before", stored=True),
    Point("undone, queue not told", "undo", "exchange.services.leases:end", stored=True),
    Point("in a request, first rows gone", "request_undo", "exchange.bulk:delete"),
    Point("in a request, undone, not answered", "request_undo", "exchange.services.leases:drop", "before", stored=True),
    Point("first rows are back", "redo", "exchange.bulk:insert"),
    Point("brought back, before COMMIT", "redo", "accounts.audit:record", only="upload.redo"),
    Point("brought back, job not ended", "redo", "exchange.services.leases:end", "before", stored=True),
    Point("lease of the templates taken", "templates", "exchange.services.leases:take"),
    Point("one unit done", "templates", "exchange.tasks:make_template", "before", nth=2),
    Point("all units done, nothing stored", "templates", "exchange.models:JobFile.objects.update_or_create", "before"),
    Point("archive stored, before COMMIT", "templates", "exchange.models:JobFile.objects.update_or_create"),
    Point("archive stored, job not ended", "templates", "exchange.services.leases:end", "before", stored=True),
)
# What the upload is in the end, where it is not committed; the templates are of none.
IN_THE_END = {"undo": "undone", "request_undo": "undone"}
OF_UPLOADS = ("check", "commit", "request", "undo", "redo", "request_undo")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def set_trap(point: Point, act: Callable[[], None] = die) -> None:
    """Patch the function so that this process dies there, or does something else."""
    module, _, path = point.where.partition(":")
    owner: Any = importlib.import_module(module)
    *way, path = path.split(".")
    for name in way:
        owner = getattr(owner, name)
    original: Callable[..., Any] = getattr(owner, path)
    calls = 0

    def trapped(*args: Any, **given: Any) -> Any:
        nonlocal calls
        counts = not point.only or args[:1] == (point.only,)
        calls += counts
        if counts and point.when == "before" and calls == point.nth:
            act()
        answer = original(*args, **given)
        if counts and point.when == "after" and calls == point.nth:
            act()
        return answer

    setattr(owner, path, trapped)


class Stage:
    """A small city in a database of its own, and the work that is killed in it."""

    rows = 6  # projects that are there already, changed by each file; as many new ones come with it

    def __init__(self) -> None:
        from django.core.management import call_command  # noqa: PLC0415 -- Django is set up by now

        from tests.exchange.cast import make_cast  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        self.cast = make_cast(with_reference=True)
        self.number = 0
        self._settle(self._receive("起始"), "起始")

    def content(self, mark: str) -> bytes:
        """A list: the known projects with other words and plans, and new ones of a new owner."""
        from tests.books import Sheet, xlsx  # noqa: PLC0415

        lines = [
            "崂山区2020年重大基础设施项目表",
            "单位：万元",
            "序号|项目名称|项目代码|项目单位|所属区市|建设性质|建设规模及主要内容|计划开工时间|计划竣工时间|总投资|2020年计划投资",
        ]
        for at in range(self.rows * (2 if self.number else 1)):
            known = at < self.rows
            code = at + 1 if known else 1000 + self.number * self.rows + at
            name = f"滨海一路{at + 1}号工程" if known else f"{mark}第{at + 1}号工程"
            owner = "青岛崂山城建有限公司" if known else f"青岛{mark}建设有限公司"
            words = f"道路{at + 1}公里" + (f"，第{self.number}次调整" if known else "")
            lines.append(f"{at + 1}|{name}|2020-370212-48-01-{code:06d}|{owner}|崂山区|新建|{words}|2020年3月|2022年6月|12000|{4000 + self.number}")
        return xlsx(Sheet("项目表", "\n".join(lines)))

    def _receive(self, mark: str) -> Any:
        from exchange.services.receive import receive  # noqa: PLC0415

        return receive(self.content(mark), f"{mark}.xlsx", actor=self.cast.owner, unit=self.cast.unit)

    def _settle(self, upload: Any, mark: str) -> None:
        from exchange.services.check import check  # noqa: PLC0415
        from exchange.services.commit import commit  # noqa: PLC0415

        checked = check(upload, actor=self.cast.owner)
        assert checked.state == "checked", (checked.outcome, checked.findings)
        commit(checked, actor=self.cast.owner, reason=mark)

    def try_point(self, point: Point, delay: float | None = None) -> dict[str, Any]:
        """Kill at the point (or after a time), look, let a worker take it up, look again, deliver once more, look again."""
        self.number += 1
        mark = f"甲{self.number}"
        prepared = self._prepare(point, mark)
        before = facts()
        status = self._fork(point, mark, prepared, delay)
        self.revive()
        after = facts()
        taken_up = self._take_up()
        whole = facts()
        again = self._deliver_again()
        return {
            "point": point.name,
            "doing": point.doing,
            "killed": self.is_killed(status),
            "nothing": after["rows"] == before["rows"] and after["plan"] == before["plan"],
            "state": after["state"],
            "stored_whole": after == whole,
            "taken_up": taken_up,
            "jobs": whole["jobs"],
            "in_the_end": whole["state"],
            "written_by_it": written_by(prepared) if prepared is not None else None,
            "faults": history_faults(),
            "unchanged_by_more": facts() == whole and again,
        }

    def is_killed(self, status: int) -> bool:
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def revive(self) -> None:
        """What has to be mended before one can look."""

    def _prepare(self, point: Point, mark: str) -> Any:
        from exchange.services.check import check  # noqa: PLC0415
        from exchange.services.undo import undo  # noqa: PLC0415

        if point.doing in ("receive", "templates"):
            return None
        upload = self._receive(mark)
        if point.doing in ("commit", "request"):
            check(upload, actor=self.cast.owner)
        elif point.doing != "check":
            self._settle(upload, mark)
            if point.doing == "redo":
                undo(upload, actor=self.cast.owner)
        return upload

    def _fork(self, point: Point, mark: str, upload: Any, delay: float | None) -> int:
        from django.conf import settings  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        from exchange import tasks  # noqa: PLC0415

        settings.BACKGROUND_ROWS = 1_000_000 if point.doing.startswith("request") else 1
        if point.doing == "templates":
            tasks.make_templates(None, actor=self.cast.officer, kind=tasks.Kind.INFRASTRUCTURE)
        elif point.doing in ("check", "commit", "undo", "redo"):
            self._ask(point.doing, upload, mark)
        connections.close_all()  # nothing of the parent's may be shared
        child = os.fork()
        if child == 0:
            try:
                self._live(point, mark, upload, delay)
            except BaseException as error:
                print(f"{point.name}: {error!r}", file=sys.stderr, flush=True)
                os._exit(2)
            os._exit(0)
        return os.waitpid(child, 0)[1]

    def _ask(self, doing: str, upload: Any, mark: str) -> None:
        """As a person does at the page: at once, or by a worker."""
        from exchange import tasks  # noqa: PLC0415
        from exchange.models import Reversal  # noqa: PLC0415

        if doing == "check":
            tasks.check_upload(upload, actor=self.cast.owner)
        elif doing == "commit":
            tasks.commit_upload(upload, actor=self.cast.owner, reason=mark)
        else:
            tasks.reverse_upload(upload, Reversal.Kind(doing), actor=self.cast.owner, reason=mark)

    def trap(self, point: Point) -> None:
        set_trap(point)

    def _live(self, point: Point, mark: str, upload: Any, delay: float | None) -> None:
        """What the child does until it dies."""
        if delay is None:
            self.trap(point)
        else:
            signal.signal(signal.SIGALRM, lambda *_: die())
            signal.setitimer(signal.ITIMER_REAL, delay)
        if point.doing == "receive":
            self._receive(mark)
        elif point.doing.startswith("request"):
            self._ask("undo" if point.doing == "request_undo" else "commit", upload, mark)
        else:
            work_off()

    def _take_up(self) -> list[str]:
        """What a worker does that is alive: the sweep when the lease is over, then the queue."""
        from django.utils import timezone  # noqa: PLC0415

        from exchange import tasks  # noqa: PLC0415
        from exchange.models import Upload  # noqa: PLC0415

        tasks.sweep(timezone.now() + timedelta(hours=1))
        done = work_off()
        for upload in Upload.objects.filter(state="checked"):
            tasks.commit_upload(upload, actor=self.cast.owner, reason="接着做")
            done += work_off()
        return done

    def by_a_real_worker(self) -> dict[str, Any]:
        """The command itself, as a process of its own, works the queue off and ends."""
        from django.conf import settings  # noqa: PLC0415

        from exchange import tasks  # noqa: PLC0415
        from exchange.models import Job  # noqa: PLC0415
        from exchange.services import progress  # noqa: PLC0415

        self.number += 1
        settings.BACKGROUND_ROWS = 1
        upload = self._receive("由命令处理")
        tasks.check_upload(upload, actor=self.cast.owner)
        command = [sys.executable, "-W", "error", "manage.py", "worker", "--batch"]
        done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
        job = Job.objects.get(upload=upload)
        upload.refresh_from_db()
        told = {"exit": done.returncode, "words": done.stdout + done.stderr, "job": job.state, "worker": job.worker, "upload": upload.state}
        return {**told, "pulses": sorted(progress.pulses().read(""))}

    def _deliver_again(self) -> bool:
        from exchange import tasks  # noqa: PLC0415
        from exchange.models import Job  # noqa: PLC0415

        return all(tasks.carry_out(number, "twice") == "not waiting" for number in Job.objects.values_list("pk", flat=True))


def work_off() -> list[str]:
    """Every ticket of the queue once, as a worker does."""
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415

    done = []
    while (ticket := DBTaskResult.objects.ready().first()) is not None:
        ticket.claim("worker")
        answer = ticket.task.call(*ticket.args_kwargs["args"])
        ticket.set_successful(answer)
        done.append(answer)
    return done


def tracked() -> tuple[Any, ...]:
    from projects.models import AnnualPlan, Entry, LocationShare, MonthReport, PlanVersion, Project, ProjectCode  # noqa: PLC0415

    return (Project, ProjectCode, AnnualPlan, MonthReport, PlanVersion, Entry, LocationShare)


def facts() -> dict[str, Any]:
    """Every business row with its history, the plans, and how uploads and jobs stand."""
    from exchange.models import Job, JobFile, Reversal, Upload, UploadPart  # noqa: PLC0415
    from projects.models import Organisation, Proposal, ReportingPeriod  # noqa: PLC0415

    models = [*tracked(), *(model.history.model for model in tracked()), Organisation, ReportingPeriod, Proposal, Reversal]
    newest = Upload.objects.order_by("-pk").first()
    rows = {model._meta.label: [list(map(str, row)) for row in model._default_manager.order_by("pk").values_list()] for model in models}
    return {
        "rows": {**rows, "archives": [[str(job), name] for job, name in JobFile.objects.order_by("pk").values_list("job", "filename")]},
        "plan": UploadPart.objects.filter(upload__state="checked").count(),
        "state": newest.state if newest is not None else "",
        "uploads": Upload.objects.count(),
        "jobs": list(Job.objects.filter(Q(upload=newest) | Q(upload=None)).order_by("pk").values_list("verb", "state", "attempts")),
    }


def written_by(upload: Any) -> dict[str, int]:
    """History rows of the upload, by table and kind."""
    found: dict[str, int] = {}
    for model in tracked():
        for kind in model.history.filter(upload_id=upload.pk).values_list("history_type", flat=True):
            name = f"{model._meta.model_name}{kind}"
            found[name] = found.get(name, 0) + 1
    return found


def history_faults() -> list[str]:
    """Rows whose last history says something else than they do, or whose history has another length than their revisions.

    A row that went and came back goes on counting: what is told of its going is told under the revision it had.
    """
    faults = []
    for model in tracked():
        columns = [field.attname for field in model._meta.concrete_fields]
        stories: dict[int, list[dict[str, Any]]] = {}
        for step in model.history.exclude(history_type="-").order_by("history_id").values(*columns):
            stories.setdefault(step["id"], []).append(step)
        for row in model._default_manager.values(*columns):
            story = stories.get(row["id"], [])
            if not story or story[-1] != row:
                faults.append(f"{model._meta.label} {row['id']}: the last history differs")
            elif [step["revision"] for step in story] != list(range(1, row["revision"] + 1)):
                faults.append(f"{model._meta.label} {row['id']}: {len(story)} steps, revision {row['revision']}")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--random", type=int, default=0, metavar="N", help="kill at N random moments of a check or a commit instead of the named points"
    )
    parser.add_argument("--seed", type=int, default=2020)
    given = parser.parse_args()
    django.setup()
    from exchange.services import check as checking  # noqa: PLC0415

    checking.PART_ROWS = 4  # several parts in a small file
    stage = Stage()
    if not given.random:
        print(json.dumps({"points": [stage.try_point(point) for point in POINTS], "worker": stage.by_a_real_worker()}, ensure_ascii=False))
        return
    chance = random.Random(given.seed)
    bad = 0
    for number in range(given.random):
        doing = chance.choice(OF_UPLOADS)
        began = time.monotonic()
        delay = chance.uniform(0.001, 0.5)
        told = stage.try_point(Point(f"{doing} after {delay:.3f} s", doing, ""), delay)
        wrong = [name for name, ok in verdict(told).items() if not ok]
        bad += bool(wrong)
        stood = f"killed {told['killed']}, {told['state']} → {told['in_the_end']}"
        print(f"{number + 1}/{given.random} {told['point']}: {stood} {wrong or 'ok'} {time.monotonic() - began:.1f} s", flush=True)
    print(json.dumps({"kills": given.random, "faults": bad}))
    sys.exit(1 if bad else 0)


def verdict(told: dict[str, Any]) -> dict[str, bool]:
    """What must hold wherever a process dies."""
    is_reversal = told["doing"] in ("undo", "redo", "request_undo")
    in_the_end = IN_THE_END.get(told["doing"], "committed")
    return {
        "all or nothing": told["nothing"] or told["state"] in ((in_the_end,) if is_reversal else ("committed", "checked")),
        "done in the end": told["doing"] == "templates" or told["in_the_end"] == in_the_end,
        "history complete": told["faults"] == [],
        "once": told["unchanged_by_more"],
    }


if __name__ == "__main__":
    main()
