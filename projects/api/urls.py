"""The addresses of what this app lets machines write, beside the lists and rows."""

from __future__ import annotations

from django.urls import URLPattern, path

from projects.api import cuts as cuts  # serves POST at the list of cuts
from projects.api import cycle, lights, proposing, reminding
from projects.api import said as said  # declares what refusals say
from projects.api.indicators import INDICATORS
from projects.api.kinds import OWN
from projects.api.lists import LISTS
from projects.api.views import MonthOfProject, bulk_urls
from projects.workflow import ASKED


def _moves() -> list[URLPattern]:
    made = []
    for verb in ASKED:
        one, many = cycle.moving(verb)
        made += [
            path(f"months/{verb.value}/", many.as_view(), name=f"months-{verb.value}"),
            path(f"months/<int:pk>/{verb.value}/", one.as_view(), name=f"month-{verb.value}"),
        ]
    return made


urlpatterns = [
    *bulk_urls([*OWN, *LISTS, *INDICATORS]),
    path("projects/<int:pk>/months/<str:period>/", MonthOfProject.as_view(), name="project-month"),
    *_moves(),
    path("nil-returns/<int:pk>/withdraw/", cycle.NilWithdraw.as_view(), name="nil-withdraw"),
    path("corrections/<int:pk>/approve/", cycle.CorrectionApprove.as_view(), name="correction-approve"),
    path("corrections/<int:pk>/refuse/", cycle.CorrectionRefuse.as_view(), name="correction-refuse"),
    path("periods/<int:pk>/lock/", cycle.PeriodLock.as_view(), name="period-lock"),
    path("periods/<int:pk>/unlock/", cycle.PeriodUnlock.as_view(), name="period-unlock"),
    path("periods/<int:pk>/remind/", reminding.PeriodRemind.as_view(), name="period-remind"),
    path("lock-exceptions/<int:pk>/revoke/", cycle.ExceptionRevoke.as_view(), name="exception-revoke"),
    path("proposals/<int:pk>/approve/", proposing.ProposalApprove.as_view(), name="proposal-approve"),
    path("proposals/<int:pk>/refuse/", proposing.ProposalRefuse.as_view(), name="proposal-refuse"),
    path("proposals/<int:pk>/withdraw/", proposing.ProposalWithdraw.as_view(), name="proposal-withdraw"),
    path("light-notes/<int:pk>/withdraw/", lights.NoteWithdraw.as_view(), name="light-note-withdraw"),
    path("obstacles/<int:pk>/resolve/", proposing.ObstacleResolve.as_view(), name="obstacle-resolve"),
    path("obstacles/<int:pk>/reopen/", proposing.ObstacleReopen.as_view(), name="obstacle-reopen"),
]
