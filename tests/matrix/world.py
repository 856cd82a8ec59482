"""What the matrix walks through: two districts with the same rows each, rows of the whole city, and every person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.audit import record
from accounts.models import Division, ReportingUnit
from exchange.models import ColumnMapping, Job, Upload
from exchange.services.check import check
from exchange.services.commit import commit
from exchange.services.receive import receive
from funding.ledger import Step
from funding.models import Dossier, DossierPaper, FinanceLine, FinancePlan, RollingEntry, RollingLine, RollingPlan
from funding.services.bonds import adjust_use
from funding.services.dossiers import keep_file
from projects.models import (
    Campaign,
    CampaignProject,
    Classification,
    Correction,
    Cut,
    DisclosureRule,
    Door,
    Holiday,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    LightNote,
    LightProfile,
    LocationShare,
    MonthReport,
    Obstacle,
    OpenCode,
    Organisation,
    Permit,
    PlanVersion,
    ProjectDisclosure,
    Proposal,
    ReportingRule,
    Source,
    StageField,
    Threshold,
)
from projects.services.reference import load_reference
from tests.books import Sheet, xlsx
from tests.exchange.cast import LIST, made_upload, new_project
from tests.factories import make_code, make_entry, make_list, make_month, make_period, make_plan, make_project, make_user, make_version
from tests.funding.money import give, make_bond, make_central, make_issue, make_quota, of_bond
from tests.matrix.people import PEOPLE, Person, Place

# Words and figures that stand in rows of one place only; somebody who may not read that place never meets one.
WORDS = {Place.OWN: "甲密", Place.OTHER: "乙密", Place.CITY: "丙密"}
TOTALS = {Place.OWN: Decimal("3141592"), Place.OTHER: Decimal("7777777")}
CODES = {Place.OWN: "2020-370212-48-01-314159", Place.OTHER: "2020-370214-48-01-777777"}
# As tables print them: in 万元, in 亿元, and summed up with the other district's.
FIGURES = {
    Place.OWN: ("3141592", "314159", "314.16"),
    Place.OTHER: ("7777777", "777777", "777.78"),
}
SUMS = ("10919369", "1091.94")
# A person's telephone, and a word of the event log.
USER_WORD, EVENT_WORD = "13900001234", "戊密"


@dataclass
class World:
    """Rows by name and place, and a session for each person."""

    units: dict[Place, ReportingUnit] = field(default_factory=dict)
    rows: dict[tuple[str, Place], Any] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def row(self, name: str, place: Place) -> Any:
        return self.rows[name, place]

    def places(self, name: str) -> list[Place]:
        return [place for place in Place if (name, place) in self.rows]


def furnish(world: World, place: Place) -> None:
    """A project with one row of every kind, each carrying the place's word."""
    unit, word = world.units[place], WORDS[place]
    project = make_project(
        f"{word}滨海道路工程",
        unit,
        contact=f"{word}联系人",
        address=f"{word}地址",
        total_wan=TOTALS[place],
        planned_start="2020-06",
        stage="build",
        actual_start="2020-01",
    )
    rows = {
        "project": project,
        "code": make_code(project, CODES[place]),
        "annualplan": make_plan(project, 1000, goal=f"{word}目标"),
        "monthreport": make_month(project, done_ytd_wan=10, problems=f"{word}问题", progress_text=f"{word}进度"),
        "permit": Permit.objects.create(project=project, kind="eia", doc_no=f"{word}文号"),
        "obstacle": Obstacle.objects.create(project=project, text=f"{word}卡点", raised_on=date(2020, 5, 1)),
        "planversion": PlanVersion.objects.create(project=project, number=1, is_baseline=True, doc_no=f"{word}批复", total_wan=TOTALS[place]),
        "location": LocationShare.objects.create(project=project, division=unit.division, share_percent=100),
        "entry": make_entry(world.row("listversion", Place.CITY), project),
        "projectdisclosure": ProjectDisclosure.objects.create(project=project, item="address", basis="第十四条", reason=f"{word}批示"),
        "reportingunit": unit,
        "month_submitted": make_month(project, 5, done_ytd_wan=8, state=MonthReport.State.SUBMITTED, problems=f"{word}上月问题"),
        "indicatorvalue": IndicatorValue.objects.create(
            indicator=world.row("indicator", Place.CITY), unit=unit, year=2020, month=6, value="4", source=f"{word}滨海公报"
        ),
        "indicatortarget": IndicatorTarget.objects.create(
            indicator=world.row("indicator", Place.CITY), unit=unit, year=2020, value="6", source=f"{word}滨海工作报告"
        ),
        "campaignproject": CampaignProject.objects.create(
            campaign=world.row("campaign", Place.CITY), project=project, joined_on=date(2020, 4, 1), target_wan=TOTALS[place]
        ),
        "proposal": Proposal.objects.create(project=project, changes=[["planned_finish", "", "2022-12"]], reason=f"{word}调整", doc_no=f"{word}函"),
    }
    rows["correction"] = Correction.objects.create(
        report=rows["month_submitted"], field="done_ytd_wan", published="8", value=str(TOTALS[place]), reason=f"{word}核增"
    )
    said = {"year": 2020, "month": 6, "profile": LightProfile.objects.get(is_own=True)}
    rows["lightnote"] = LightNote.objects.create(project=project, kind="explanation", reason=f"{word}汛期停工", **said)
    rows |= money_rows(world, place, project)
    for name, row in rows.items():
        world.rows[name, place] = row


def money_rows(world: World, place: Place, project: Any) -> dict[str, Any]:
    """A project's account with the city's bond, an entry of it, an adjustment within the district, and its papers for bonds."""
    word, bond = WORDS[place], world.row("bond", Place.CITY)
    other = make_project(f"{word}滨海绿道工程", world.units[place], total_wan=None, stage="idea", planned_start="")
    entry = give(of_bond(project, bond), Step.ASSIGN, 500, doc_no=f"{word}分配")
    moved = {"amount_wan": Decimal(20), "doc_no": f"{word}批复", "approved_on": date(2020, 6, 1), "source": Source(Door.ADMIN, reason=f"{word}急需")}
    made = adjust_use(bond_id=bond.pk, taken_from=project.pk, given_to=other.pk, **moved)
    dossier = Dossier.objects.create(project=project, income_wan=TOTALS[place], remarks=f"{word}一案两书")
    paper = DossierPaper.objects.create(dossier=dossier, kind="plan", firm=f"{word}咨询公司")
    file = keep_file(paper, f"{word}方案.pdf", b"%PDF-1.4", source=Source(Door.ADMIN))
    papers = {"dossier": dossier, "paperfile": file, "project_other": other, **plan_rows(world, place, project)}
    return {"fundaccount": entry.account, "fundentry": entry, "useadjustment": made, **papers}


def plan_rows(world: World, place: Place, project: Any) -> dict[str, Any]:
    """From what the project is to be paid, and in which year; and another that waits in the reserve."""
    word, money = WORDS[place], Classification.objects.get(scheme=Classification.Scheme.FINANCE, code="bond")
    plan = FinancePlan.objects.create(project=project, doc_no=f"{word}资金批复", total_wan=TOTALS[place])
    FinanceLine.objects.create(plan=plan, source=money, planned_wan=TOTALS[place], capital_wan=TOTALS[place])
    given = {"total_wan": TOTALS[place], "cum_prior_wan": 1, "planned_finish": "2030", "first_content": f"{word}桩基"}
    entry = RollingEntry.objects.create(plan=world.row("rollingplan", Place.CITY), project=project, **given)
    RollingLine.objects.create(entry=entry, source=money, first_wan=5, second_wan=7)
    make_project(f"{word}滨海储备工程", world.units[place], total_wan=TOTALS[place], stage="reserve", planned_start="2021")
    return {"financeplan": plan, "rollingentry": entry}


def workbook(place: Place) -> bytes:
    """A list of the place's district with the place's word in it; that of the whole city holds a project of the first district."""
    table = LIST.format(total=12000).replace("株洲路拓宽改造", f"{WORDS[place]}株洲路拓宽改造")
    if place is Place.OTHER:
        table = table.replace("崂山", "城阳").replace("370212", "370214")
    return xlsx(Sheet("项目表", table))


def upload_rows(world: World, place: Place) -> None:
    """Three uploads: checked and ready, committed and to be undone, and one with findings."""
    unit, word = world.units.get(place), WORDS[place]
    ready = check(receive(workbook(place), f"{word}月报.xlsx", actor=None, unit=unit), actor=None, today=date(2020, 6, 30))
    assert ready.state == Upload.State.CHECKED, ready.outcome
    assert not ready.counts["error"], ready.findings
    done = made_upload(unit, rows=[new_project(f"{word}新建工程", 5, unit or ReportingUnit.objects.get(key="jimo"))], filename=f"{word}旧表.xlsx")
    commit(done, actor=None, reason="年初")
    world.rows["upload", place] = ready
    world.rows["upload_done", place] = done
    busy = made_upload(unit, filename=f"{word}大表.xlsx", state=Upload.State.RECEIVED)
    world.rows["upload_busy", place] = busy
    written = f"{word}标题"
    world.rows["columnmapping", place] = ColumnMapping.objects.create(
        unit=unit, kind="monthly_progress", heading=written, written=written, field="remarks"
    )
    world.rows["job", place] = Job.objects.create(verb=Job.Verb.CHECK, upload=busy, unit=unit, reason=f"{word}说明")
    world.rows["job_alone", place] = Job.objects.create(
        verb=Job.Verb.TEMPLATES, unit=unit, parameters={"period": "2020-06", "kind": "monthly_progress"}
    )


def city_rows(world: World) -> None:
    """Reference rows of which nothing hangs, so that who may can delete them."""
    spare = make_list("spare-2019", 2019)
    version = make_version(make_list(), 1, declared_count=2, doc_no="青发改〔2020〕1号")
    rows = {
        "projectlist": spare,
        "listversion": version,
        "listversion_after": make_version(make_list(), 2, as_of=date(2020, 5, 1), doc_no="青发改〔2020〕9号"),
        "listversion_spare": make_version(make_list(), 3, as_of=date(2020, 6, 1)),
        "organisation": Organisation.objects.create(name="城投集团", name_key="城投集团"),
        "indicator": Indicator.objects.create(key="fai", name="滨海投资增速", subject="投资", bureau="市统计局"),
        "campaign": Campaign.objects.create(name="百日攻坚", begins_on=date(2020, 4, 1), ends_on=date(2020, 7, 9)),
        "classification": Classification.objects.create(scheme="tag", name="试点", code="matrix"),
        "threshold": Threshold.objects.create(code="matrix.limit", value="5"),
        "stagefield": StageField.objects.create(field="land_mu", kind="emerging", stage="build", label="用地"),
        "reportingperiod": make_period(2019, 12),
        "cut": Cut.objects.create(name="滨海", made_at=timezone.now(), reason="终稿"),
        "lightprofile": LightProfile.objects.get(key="wuhan"),
        "period_new": make_period(2020, 7),
        "holiday": Holiday.objects.create(date=date(2033, 6, 25), name="端午节"),
        "reportingrule": ReportingRule.objects.create(year=2033, due_day=5),
        "disclosurerule": DisclosureRule.objects.get(item="phone"),
        "opencode": OpenCode.objects.get(classification__code="port"),
        "division": Division.objects.create(code="370299", name="旧城区"),
        "reportingunit_spare": ReportingUnit.objects.create(key="spare", name="撤销的功能区", short_name="撤销", kind="zone"),
        "user": make_user("target", display_name="丁某", phone=USER_WORD),
        "auditevent": record("matrix.event", words=EVENT_WORD),
    }
    rows |= {
        "quotabatch": make_quota(90_000, doc_no="财预〔2020〕试号"),
        "quotabatch_spare": make_quota(1),
        "bondissue": make_issue(venue="滨海交易所"),
        "bondissue_spare": make_issue(),
        "centralplan": make_central(60_000),
        "centralplan_spare": make_central(1),
        "rollingplan": RollingPlan.objects.create(base_year=2020, doc_no="滚动试号"),
        "rollingplan_spare": RollingPlan.objects.create(base_year=2030),
    }
    rows["bond"] = make_bond(50_000, rows["quotabatch"], issue=rows["bondissue"], name="滨海专项债券")
    rows["bond_spare"] = make_bond(1, rows["quotabatch"], issue=rows["bondissue"], name="重复登记的债券")
    tried = {"username": "m-guess", "ip_address": "192.0.2.7", "path_info": "/admin/login/"}
    rows["axes_accessattempt"] = AccessAttempt.objects.create(attempt_time=timezone.now(), failures_since_start=1, **tried)
    for name, row in rows.items():
        world.rows[name, Place.CITY] = row


def sign_in(world: World, person: Person) -> None:
    """A person with their posts, and a session as after signing in."""
    if not person.is_signed_in:
        return
    user = make_user(f"m-{person.name}", is_active=True)
    for role, unit in person.posts:
        user.memberships.create(role=role, unit=world.units[unit] if unit else None)
    client = Client()
    client.force_login(user, backend="accounts.backends.RoleBackend")
    if not person.is_active:  # switched off while the session lives
        user.is_active = False
        user.save()
    world.users[person.name] = user
    world.sessions[person.name] = client.cookies[settings.SESSION_COOKIE_NAME].value


def build() -> World:
    """Everything, once; each cell is taken back by a savepoint."""
    world = World()
    load_reference(settings.BASE_DIR / "fixtures" / "reference")
    world.units = {Place.OWN: ReportingUnit.objects.get(key="laoshan"), Place.OTHER: ReportingUnit.objects.get(key="chengyang")}
    city_rows(world)
    for place in world.units:
        furnish(world, place)
    for place in Place:
        upload_rows(world, place)
    for person in PEOPLE:
        sign_in(world, person)
    return world
