"""Writes to the API as the tests send them, and the rows they are about."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from projects.models import Project
from tests.conftest import Cast
from tests.factories import make_plan, make_project, make_sector

PROJECTS, MONTHS = "/api/v1/projects/", "/api/v1/months/"


def send(client: Client, method: str, url: str, data: Any, **headers: str) -> Any:
    answer = client.generic(method, url, data if isinstance(data, bytes) else json.dumps(data), "application/json", headers=headers)
    print(answer.status_code, answer.content.decode())  # shown where a test fails
    return answer


def pointers(answer: Any) -> list[str]:
    return sorted(one["pointer"] for one in answer.json()["errors"])


def a_project(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "name": "株洲路拓宽改造工程",
        "kind": "infrastructure",
        "unit_key": cast.unit_a.key,
        "sector_id": make_sector().pk,
        "stage": "prep",
        "content": "道路长三公里",
        "total_wan": 12000.5,
        "planned_start": "2020-06",
        "reason": "年初列入",
        **more,
    }


def building(cast: Cast, name: str = "甲路延长工程") -> Project:
    project = make_project(name, cast.unit_a, stage="build", actual_start="2020-03")
    make_plan(project, 5000)
    return project


def a_month(project: Project, **more: Any) -> dict[str, Any]:
    return {"project_id": project.pk, "period": "2020-06", "done_month_wan": 100, "done_ytd_wan": 600, "progress_text": "路基施工过半", **more}
