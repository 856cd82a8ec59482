"""Many units upload and commit at once while an officer edits the same projects: `python -m tests.exchange.crowding [--units N]`.

Each is a process of its own behind a barrier, going through the pages as a browser's script does. The files share what can be fought for:
organisations that are new, months that are not stored yet, and the projects that the officer edits.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

PROJECTS = 6  # of each unit, there from the start
ROUNDS = ("list", "month", "list", "month")
EDITS = 24
TRIES = 30


def months_table(unit: Any, turn: int) -> str:
    month = 3 + turn
    lines = [f"{unit.name}2020年{month}月份重点项目月报", "单位：万元", "序号|项目名称|项目代码|本月完成投资|本年累计完成投资|形象进度"]
    lines += [
        f"{at + 1}|{name_of(unit, at)}|{code_of(unit, at)}|{10 + at}|{100 * month + at}|第{turn}轮路基完成，正在摊铺沥青面层"
        for at in range(PROJECTS)
    ]
    return "\n".join(lines)


def list_table(unit: Any, turn: int) -> str:
    heads = "序号|项目名称|项目代码|行业领域|项目单位|建设性质|建设规模及主要内容|计划开工时间|计划竣工时间|总投资|2020年计划投资"
    lines = [f"{unit.name}2020年重大基础设施项目表", "单位：万元", heads]
    for at in range(PROJECTS + (turn >= 0)):
        number = at if at < PROJECTS else PROJECTS + turn
        owner = f"青岛共建第{turn}公司"  # every unit's file brings it, at the same moment
        lines.append(
            f"{at + 1}|{name_of(unit, number)}|{code_of(unit, number)}|轨道交通|{owner}|新建|第{turn}轮道路{at + 1}里|2020年1月|2022年6月|12000|4000"
        )
    return "\n".join(lines)


def name_of(unit: Any, number: int) -> str:
    return f"{unit.short_name}滨海{number + 1}号道路工程"


def code_of(unit: Any, number: int) -> str:
    place = unit.division.code if unit.division is not None else "370200"
    return f"2019-{place}-48-01-{unit.sort_order * 100 + number:06d}"


def send_all(user: Any, unit: Any, wait: Callable[[], None]) -> dict[str, Any]:
    """What a unit's officer does: each file in turn, until it is in."""
    from tests.books import Sheet, xlsx  # noqa: PLC0415 -- Django is set up by now
    from tests.exchange.cast import client_of, sent  # noqa: PLC0415

    client = client_of(user)
    done: dict[str, Any] = {"committed": [], "moved": 0, "faults": []}
    wait()
    for turn, kind in enumerate(ROUNDS):
        table = list_table(unit, turn) if kind == "list" else months_table(unit, turn)
        period = {} if kind == "list" else {"period": f"2020-{3 + turn:02d}"}
        answer = client.post("/uploads/", {"file": sent(xlsx(Sheet(kind, table)), f"{unit.short_name}{turn}.xlsx"), **period}, headers=JSON)
        if answer.status_code != 201:
            done["faults"].append(f"{unit.name} {turn}: {answer.status_code} {answer.content.decode()[:500]}")
            continue
        document = answer.json()
        for _ in range(TRIES):
            answer = client.post(document["commit_url"], {"reason": f"第{turn}轮"}, headers=JSON)
            if answer.status_code == 200:
                done["committed"].append([document["id"], kind])
                break
            if answer.status_code != 409 or answer.json()["error"]["code"] != "moved":
                done["faults"].append(f"{unit.name} {turn}: {answer.status_code} {answer.content.decode()[:500]}")
                break
            done["moved"] += 1  # the officer was first: check again, commit again
            client.post(document["check_url"], headers=JSON)
        else:
            done["faults"].append(f"{unit.name} {turn}: not in after {TRIES} tries")
    return done


def edit_all(user: Any, project_ids: list[int], wait: Callable[[], None]) -> dict[str, Any]:
    """What the city's officer does: opens one form after the other and saves a telephone number in it."""
    from tests.exchange.cast import client_of  # noqa: PLC0415
    from tests.projects.admin_pages import errors_of, form_of  # noqa: PLC0415

    client = client_of(user)
    done: dict[str, Any] = {"saved": [], "conflicts": 0, "faults": []}
    wait()
    for number in range(EDITS):
        key = project_ids[number * 7 % len(project_ids)]
        address = f"/admin/projects/project/{key}/change/"
        for _ in range(TRIES):
            answer = client.post(address, form_of(client.get(address), phone=f"0532-{number:07d}", change_reason=f"第{number}次"))
            if answer.status_code == 302:
                done["saved"].append([key, f"0532-{number:07d}"])
                break
            if answer.status_code != 200:
                done["faults"].append(f"{address}: {answer.status_code}")
                break
            wrong = errors_of(answer)
            if not is_conflict(wrong):
                done["faults"].append(f"{address}: {wrong}")
                break
            done["conflicts"] += 1  # somebody's file was first: open the form again
    return done


def is_conflict(errors: dict[str, Any]) -> bool:
    """Whether the form came back because somebody's file was first, and for nothing else."""
    return list(errors) == ["__all__"] and "打开本页之后" in errors["__all__"][0]


JSON = {"accept": "application/json"}


def together(deeds: list[Callable[[Callable[[], None]], dict[str, Any]]]) -> list[dict[str, Any]]:
    """Each deed in a process of its own, let go at once; what each answered."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    ready_in, ready_out = os.pipe()
    gate_in, gate_out = os.pipe()
    answers = []
    for deed in deeds:
        answer_in, answer_out = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(gate_out)

            def wait() -> None:
                os.write(ready_out, b"r")
                os.read(gate_in, 1)  # ends when the parent closes the gate

            try:
                told = deed(wait)
            except BaseException as error:
                told = {"faults": [repr(error)]}
                os.write(ready_out, b"r")  # so that nobody waits for it
            with os.fdopen(answer_out, "w") as pipe:
                json.dump(told, pipe)
            os._exit(0)
        os.close(answer_out)
        answers.append((child, answer_in))
    os.close(ready_out)
    waiting = 0
    while waiting < len(deeds):
        waiting += len(os.read(ready_in, len(deeds)))
    os.close(gate_in)
    os.close(gate_out)
    told = []
    for child, pipe_end in answers:
        with os.fdopen(pipe_end) as pipe:
            told.append(json.load(pipe))
        os.waitpid(child, 0)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=12)
    given = parser.parse_args()
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from accounts.models import ReportingUnit  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from projects.services.reference import load_reference  # noqa: PLC0415
    from tests.exchange.cast import person  # noqa: PLC0415

    setup_test_environment()
    call_command("migrate", verbosity=0)
    load_reference(settings.BASE_DIR / "fixtures" / "reference")
    units = list(ReportingUnit.objects.select_related("division").order_by("sort_order")[: given.units])
    people = [person(f"unit{number}", "district_officer", unit) for number, unit in enumerate(units)]
    officer = person("officer", "city_administrator")
    officer.is_staff = True
    officer.save()
    for user, unit in zip(people, units, strict=True):
        begin(user, unit)
    known = list(Project.objects.order_by("pk").values_list("pk", flat=True))
    deeds: list[Any] = [lambda wait, user=user, unit=unit: send_all(user, unit, wait) for user, unit in zip(people, units, strict=True)]
    told = together([*deeds, lambda wait: edit_all(officer, known, wait)])
    print(json.dumps({**found(told[:-1], told[-1], units), "engine": connection.vendor}, ensure_ascii=False))


def begin(user: Any, unit: Any) -> None:
    """The unit's projects as they stand at the start."""
    from exchange.services.check import check  # noqa: PLC0415
    from exchange.services.commit import commit  # noqa: PLC0415
    from exchange.services.receive import receive  # noqa: PLC0415
    from tests.books import Sheet, xlsx  # noqa: PLC0415

    upload = check(receive(xlsx(Sheet("表", list_table(unit, -1))), "起始.xlsx", actor=user, unit=unit), actor=user)
    assert upload.state == "checked", upload.outcome
    assert not upload.counts["error"], upload.findings
    commit(upload, actor=user, reason="起始")


def found(sent: list[dict[str, Any]], edited: dict[str, Any], units: list[Any]) -> dict[str, Any]:
    """What is stored in the end, against what each was told."""
    from projects.models import MonthReport, Organisation, Project  # noqa: PLC0415
    from tests.exchange.killing import history_faults, written_by  # noqa: PLC0415

    saved = edited.get("saved", [])
    last = dict(saved)
    history = Project.history.filter(door="admin")
    stored = dict(Project.objects.values_list("pk", "phone"))
    written = [(kind, written_by(_Upload(key))) for each in sent for key, kind in each.get("committed", [])]
    return {
        "faults": [fault for each in [*sent, edited] for fault in each["faults"]],
        "history_faults": history_faults(),
        "committed": sum(len(each["committed"]) for each in sent),
        "moved": sum(each["moved"] for each in sent),
        "saved": len(saved),
        "conflicts": edited.get("conflicts"),
        "edits_in_history": history.count(),
        "edits_lost": [key for key, phone in last.items() if stored[key] != phone],
        "lists_written": sorted({json.dumps(rows, sort_keys=True) for kind, rows in written if kind == "list"}),
        "months_written": sorted({json.dumps(rows, sort_keys=True) for kind, rows in written if kind == "month"}),
        "projects": Project.objects.count() - len(units) * PROJECTS,
        "texts": Project.objects.filter(content__startswith="第2轮").count(),
        "months": MonthReport.objects.count(),
        "owners": Organisation.objects.filter(name__startswith="青岛共建").count(),
        "deadlocks": deadlocks(),
    }


class _Upload:
    def __init__(self, pk: int) -> None:
        self.pk = pk


def deadlocks() -> int:
    """How many PostgreSQL had to break in this database; SQLite has none."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[1])


if __name__ == "__main__":
    main()
    sys.stdout.flush()
