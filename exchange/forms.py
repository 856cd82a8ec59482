"""What a person types beside a file: unit, month, list version, a reason. Each refusal names the value and what would be right."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import scope
from accounts.models import ReportingUnit
from accounts.roles import Action
from accounts.texts import TextField
from exchange.models import Upload
from exchange.services.template import FIRST_MONTH
from projects.models import Half, ListVersion, ReportingPeriod
from projects.period import Period
from projects.services.halves import halves_in_use, part_refusal, parts_of
from projects.services.periods import newest_open, stored_period, writable
from projects.values import Month

ACCEPTED = ".xlsx,.xls,.xlsb,.ods,.et,.csv"
_OFFERED = 36  # periods to choose from
_SHOWN = 40  # characters of a wrong value that an error repeats


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A reporting unit by its key; a script may give its name or short name as well."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ReportingUnit.objects.none(), to_field_name="key", **options)

    def to_python(self, value: Any) -> ReportingUnit | None:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        if "\x00" not in text:
            rows: QuerySet[ReportingUnit] = self.queryset  # type: ignore[assignment]
            found = rows.filter(Q(key=text) | Q(name=text) | Q(short_name=text)).first()
            if found is not None:
                return found
        raise ValidationError(_("没有“%(value)s”这个填报单位，或您不能为它上传"), code="invalid_choice", params={"value": text[:_SHOWN]})

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


class VersionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A list version as `list-key/number`, which says the same in every database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ListVersion.objects.select_related("list"), **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.list.key}/{value.number}" if isinstance(value, ListVersion) else value

    def to_python(self, value: Any) -> ListVersion | None:
        if value in self.empty_values:
            return None
        key, _slash, number = str(value).strip().rpartition("/")
        if "\x00" not in key and number.isascii() and number.isdigit() and len(number) <= 4:
            rows: QuerySet[ListVersion] = self.queryset  # type: ignore[assignment]
            found = rows.filter(list__key=key, number=int(number)).first()
            if found is not None:
                return found
        raise ValidationError(_("没有“%(value)s”这一版清单"), code="invalid_choice", params={"value": str(value)[:_SHOWN]})


class PeriodField(forms.Field):
    """A month in the form 2020-06, or a half of one: 2020-06A, 2020-06B. Where a city reports in halves its periods are a list to choose
    from, since a browser's own field for months knows no halves."""

    widget: forms.Widget = forms.DateInput(attrs={"type": "month", "pattern": r"\d{4}-\d{2}", "placeholder": "2020-06"})

    def to_python(self, value: Any) -> Period | None:
        if value in self.empty_values:
            return None
        try:
            return Period.parse(str(value).strip())
        except ValueError:
            words = {"value": str(value)[:_SHOWN]}
            raise ValidationError(_("填报期应写作 2020-06（半月 2020-06A、2020-06B），读到“%(value)s”"), code="month", params=words) from None

    def offer(self, suggested: Period, *, blank: Any = None) -> None:
        """Let the person choose among the periods that are stored, newest first."""
        stored = {period.as_period for period in ReportingPeriod.objects.order_by("-year", "-month")[:_OFFERED]}
        ahead = {Period(month, half) for month in (suggested.month, suggested.month.next) for half in parts_of(month)}
        first = [("", blank)] if blank is not None else []
        offered = [*first, *((str(one), one.zh) for one in sorted(stored | ahead, reverse=True))]
        self.widget = forms.Select(choices=offered)


def default_period(today: date, *, in_halves: bool) -> Period:
    """The newest month that is open for reporting, else the month before today, its last part."""
    period = newest_open(today)
    if period is not None:
        return period.as_period
    before = Month.of(today).previous
    return max(Period(before, half) for half in parts_of(before)) if in_halves else Period(before)


def suggest_period(field: Any, *, blank: Any = None) -> Period:
    """The period that a form suggests; where the city reports in halves its field becomes a list of periods."""
    in_halves = halves_in_use()
    suggested = default_period(timezone.localdate(), in_halves=in_halves)
    if in_halves:
        field.offer(suggested, blank=blank)
    return suggested


class UploadForm(forms.Form):
    """The first step. A person of one unit need not choose it; only the city puts a file into a list version.

    The month is suggested and not filled in: a month nobody chose would go before the one that the file names.
    """

    file = forms.FileField(
        label=_("文件"),
        error_messages={
            "required": _("请选择要上传的文件"),
            "missing": _("请选择要上传的文件"),
            "invalid": _("没有收到文件，请重新选择"),
            "empty": _("文件是空的（0 字节），请检查后重新选择"),
        },
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    unit = UnitField(label=_("填报单位"), required=False, empty_label=_("全市（按表内所属区市区分）"))
    period = PeriodField(label=_("填报期"), required=False, help_text=_("留空时以文件标题、表头里写明的月份为准"))
    list_version = VersionField(label=_("列入清单版本"), required=False, empty_label=_("不列入清单"))

    def __init__(self, user: Any, data: Any = None, files: Any = None, *, is_oversized: bool = False, **kwargs: Any) -> None:
        super().__init__(data, files, auto_id="upload-%s", **kwargs)
        if is_oversized:  # it was dropped while it came in, so that the form sees none
            self.fields["file"].error_messages["required"] = too_large().messages[0]
        self.is_city_wide = scope.city_wide(user, Action.UPLOAD)
        units = scope.units_for_user(user, Action.UPLOAD)
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        field.queryset = units
        if not self.is_city_wide:
            self._bind_to_units(field, units)
            self.fields["list_version"].disabled = True
        self.suggested = suggest_period(self.fields["period"], blank=_("以文件里写明的为准"))
        self.suggested_half = Half(self.suggested.half).label if self.suggested.half else ""

    def _bind_to_units(self, field: UnitField, units: QuerySet[ReportingUnit]) -> None:
        only = list(units[:2])
        field.empty_label = None if len(only) == 1 else _("请选择")
        field.required = True
        field.error_messages["required"] = _("请选择填报单位")
        if len(only) == 1:
            self.initial.setdefault("unit", only[0].key)
            self.only_unit: ReportingUnit | None = only[0]
            field.required = False
        else:
            self.only_unit = None

    def clean_file(self) -> UploadedFile[Any]:
        sent: UploadedFile[Any] = self.cleaned_data["file"]
        if (sent.size or 0) > settings.UPLOAD_MEGABYTES * 1_000_000:
            raise too_large(sent.size or 0)
        return sent

    def clean_period(self) -> Period | None:
        """A month that has begun."""
        period: Period | None = self.cleaned_data["period"]
        if period is None:
            return None
        month = period.month
        named = {"year": month.year, "month": month.month}
        if month > Month.of(timezone.localdate()) or month < FIRST_MONTH:
            raise ValidationError(_("不能为%(year)s年%(month)s月填报：填报期不早于2000年、不晚于本月"), code="month", params=named)
        if (refused := part_refusal(period)) is not None:
            raise ValidationError(refused.said(get_language() or "zh"), code=refused.code)
        return period

    def _refuse_closed(self) -> None:
        """A month that the chosen unit may not write now. A file for the whole city has no exception; each unit's own may have."""
        asked, unit = self.cleaned_data.get("period"), self.cleaned_data.get("unit")
        period = stored_period(asked) if asked else None
        found = writable(unit.pk if unit is not None else None, period) if period is not None else None
        if found is not None and not found:
            self.add_error("period", ValidationError(found.said(get_language() or "zh"), code=found.code))

    def clean_unit(self) -> ReportingUnit | None:
        chosen: ReportingUnit | None = self.cleaned_data["unit"]
        return chosen if chosen is not None or self.is_city_wide else self.only_unit

    def clean(self) -> dict[str, Any]:
        """A value that the person may not give is refused, never dropped in silence."""
        if not self.is_city_wide and self.data.get("list_version"):
            self.add_error("list_version", ValidationError(_("只有市级岗位可以把文件列入清单版本"), code="forbidden"))
        self._refuse_closed()
        return self.cleaned_data


def too_large(size: int | None = None) -> ValidationError:
    """The file is over the limit; `size` where it is known."""
    limit = settings.UPLOAD_MEGABYTES
    if size is None:
        return ValidationError(_("文件超过 %(limit)s MB 的上限，未接收。请拆分后分别上传"), code="too_large", params={"limit": limit})
    return ValidationError(
        _("文件有 %(size)s MB，超过 %(limit)s MB 的上限，未接收。请拆分后分别上传"),
        code="too_large",
        params={"size": megabytes(size), "limit": limit},
    )


class ReasonForm(forms.Form):
    """The words that go with a commit or an undo, and into the history of every row."""

    reason = TextField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("说明不超过 %(limit_value)d 字，现有 %(show_value)d 字")},
    )


class ReversalForm(ReasonForm):
    """An undo or redo: its words, and the mark of the plan that the person was shown."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class CommitForm(ReasonForm):
    """A commit: its words, and whether rows with blocking findings are held back so that the others can go in."""

    hold_bad_rows = forms.BooleanField(label=_("接受无误的行，扣留有问题的行"), required=False)


class UploadFilter(forms.Form):
    """What the list of uploads may be narrowed by; a value that means nothing narrows nothing."""

    state = forms.ChoiceField(choices=Upload.State.choices, required=False)
    unit = UnitField(required=False)
    period = PeriodField(required=False)
    q = forms.CharField(required=False, max_length=100)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, UnitField)
        self.units = field.queryset = scope.units_for_user(user, Action.VIEW)

    def value(self, name: str) -> Any:
        """The cleaned value, or None where it is blank or not understood."""
        return (self.cleaned_data.get(name) or None) if self.is_bound and hasattr(self, "cleaned_data") else None

    def narrow(self, queryset: QuerySet[Upload], *, but: str = "") -> QuerySet[Upload]:
        """Apply every filter except the one named `but`, for the counts beside its choices."""
        state, unit, period, words = (None if name == but else self.value(name) for name in ("state", "unit", "period", "q"))
        if state is not None:
            queryset = queryset.filter(state=state)
        if unit is not None:
            queryset = queryset.filter(unit=unit)
        if period is not None:
            queryset = queryset.filter(period__year=period.month.year, period__month=period.month.month)
            queryset = queryset.filter(period__half=period.half) if period.half else queryset
        return queryset.filter(filename__icontains=words) if words is not None else queryset
