"""Reference data: organisations, classifications, thresholds, and what each stage asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.navigation import NavItem, may, register
from accounts.roles import Action
from projects.admin.base import PlainAdmin
from projects.admin.filters import SchemeFilter
from projects.models import Classification, Organisation, StageField, Threshold
from projects.naming import name_key
from projects.records import Thresholds
from projects.values import CreditCode

register(
    NavItem("projects", _("建设单位"), "admin:projects_organisation_changelist", may(Action.VIEW), 50),
    NavItem("system", _("分类"), "admin:projects_classification_changelist", may(Action.VIEW), 40),
    NavItem("system", _("阈值"), "admin:projects_threshold_changelist", may(Action.VIEW), 50),
    NavItem("system", _("阶段必填项"), "admin:projects_stagefield_changelist", may(Action.VIEW), 60),
)


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A credit code is written in one way, and checked."""

    class Meta:
        model = Organisation
        fields = ("name", "uscc")

    def clean_uscc(self) -> str | None:
        text = self.cleaned_data.get("uscc")
        if not text:
            return None
        code = CreditCode.parse(text)
        if code is None or not code.check_fits:
            raise forms.ValidationError(_("统一社会信用代码“%(code)s”校验不通过，应为18位，请与营业执照核对"), params={"code": text})
        return str(code)

    def save(self, commit: bool = True) -> Organisation:
        self.instance.name_key = name_key(self.instance.name)
        saved: Organisation = super().save(commit)
        return saved


@admin.register(Organisation)
class OrganisationAdmin(PlainAdmin):
    head_line = _("项目的建设（业主）单位，以统一社会信用代码为准")
    form = OrganisationForm
    list_display = ("name", "uscc")
    search_fields = ("name", "uscc")
    search_help_text = _("名称、统一社会信用代码")
    fieldsets = ((_("单位"), {"fields": ("name", "uscc")}),)


# Field that chooses a classification by typing → the schemes it chooses from.
_OFFERED = {
    "sector": [Classification.Scheme.SECTOR, Classification.Scheme.SEI],
    "tag": [Classification.Scheme.TAG],
    "use_area": [Classification.Scheme.USE_AREA],
    "negative_item": [Classification.Scheme.NEGATIVE],
    "area": [Classification.Scheme.SECTOR],
    "source": [Classification.Scheme.FINANCE],
}


@admin.register(Classification)
class ClassificationAdmin(PlainAdmin):
    head_line = _("领域、产业、标签等分类，按年份启用和停用")
    list_display = ("name", "scheme", "code", "parent", "sort_order", "valid_from", "valid_to", "source")
    list_filter = (SchemeFilter,)
    search_fields = ("name", "code")
    search_help_text = _("名称、代码")
    autocomplete_fields = ("parent",)

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        """Type-ahead of a project's sector offers sectors, that of its tags offers tags."""
        rows, many = super().get_search_results(request, queryset, search_term)
        asked = request.GET.get("field_name", "") if request.path.endswith("/autocomplete/") else ""
        schemes = _OFFERED.get(asked)
        return (rows.filter(scheme__in=schemes) if schemes else rows), many


# What reads thresholds → called with one row (code, key, value, source); ValueError says that the row can't be read. Higher apps add theirs.
threshold_readers: list[Callable[[tuple[str, str | None, str, str]], object]] = [lambda row: Thresholds.from_rows([row])]


# Units of the stored thresholds in the reader's language; one that is not here is shown as it is stored.
UNITS: Mapping[str, Any] = {
    "天": pgettext_lazy("unit", "天"),
    "工作日": pgettext_lazy("unit", "工作日"),
    "日": pgettext_lazy("unit", "日"),
    "日期": pgettext_lazy("unit", "日期"),
    "月-日": pgettext_lazy("unit", "月-日"),
    "个月": pgettext_lazy("unit", "个月"),
    "年": pgettext_lazy("unit", "年"),
    "分": pgettext_lazy("unit", "分"),
    "倍": pgettext_lazy("unit", "倍"),
    "字": pgettext_lazy("unit", "字"),
    "百分点": pgettext_lazy("unit", "百分点"),
    "完成比": pgettext_lazy("unit", "完成比"),
    "相似度": pgettext_lazy("unit", "相似度"),
    "亩/公顷": pgettext_lazy("unit", "亩/公顷"),
    "口径": pgettext_lazy("unit", "口径"),
    "方案": pgettext_lazy("unit", "方案"),
    "万元": _("万元"),
}


class ThresholdForm(forms.ModelForm):  # type: ignore[type-arg]
    """A number that no rule could read is not stored: every page that asks the rule would fail on it."""

    class Meta:
        model = Threshold
        fields = ("code", "key", "value", "unit", "valid_from", "valid_to", "source", "note")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        row = (data.get("code") or "", data.get("key") or None, (data.get("value") or "").strip(), data.get("source") or "")
        for read in threshold_readers:
            try:
                read(row)
            except ValueError:
                words = {"value": row[2], "code": row[0]}
                self.add_error("value", forms.ValidationError(_("“%(value)s”不能作为阈值%(code)s的数值；请照同一代码现有的行填写"), params=words))
                break
        return data


@admin.register(Threshold)
class ThresholdAdmin(PlainAdmin):
    form = ThresholdForm
    head_line = _("规则拿来比较的数，按年份生效，改动有据")
    list_display = ("code", "key", "value", "unit_words", "valid_from", "valid_to", "note", "source")
    search_fields = ("code", "note")
    search_help_text = _("代码、说明")

    @admin.display(description=_("单位"), ordering="unit")
    def unit_words(self, row: Threshold) -> str:
        return str(UNITS.get(row.unit, row.unit))


@admin.register(StageField)
class StageFieldAdmin(PlainAdmin):
    head_line = _("每个阶段起必须填写的字段")
    list_display = ("label", "field", "stage", "kind", "blocks", "valid_from", "valid_to", "source")
    search_fields = ("label", "field")
    search_help_text = _("字段")
