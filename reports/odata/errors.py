"""What is wrong with a question, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.api.errors import ApiError
from reports.odata.conditions import FilterError


def bad(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def unserved(what: str) -> ApiError:
    return ApiError(501, "NotImplemented", _("这里不提供“%(what)s”") % {"what": what})


def missing(message: str) -> ApiError:
    return ApiError(404, "NotFound", message)


def of_filter(error: FilterError) -> ApiError:
    """The answer to a filter that can't be read or compared."""
    if error.kind == "unserved":
        return unserved(f"$filter: {error.word}")
    if error.kind == "name":
        return unknown_name("$filter", error.word, error.near)
    said = {
        "long": _("条件太长或套得太深，请分几次取"),
        "syntax": _("条件写法有误，问题在“%(word)s”附近") if error.word.strip() else _("条件没有写完就结束了，如“TotalWan gt”之后还缺一个值"),
        "boolean": _("“%(word)s”不是条件，请写成 %(word)s eq …"),
        "types": _("类型不同，不能比较：%(word)s"),
        "zone": _("时间要带时区，如 2020-07-01T00:00:00+08:00（网址里加号写作 %%2B），读到“%(word)s”"),
        "value": _("没有这样的值：%(word)s"),
    }[error.kind]
    return bad(f"$filter: {said % {'word': error.word}}")


def unknown_name(option: str, name: str, near: tuple[str, ...]) -> ApiError:
    hint = _("；是不是：%(names)s") % {"names": ", ".join(near)} if near else ""
    return bad(_("%(option)s：没有“%(name)s”这个属性%(hint)s") % {"option": option, "name": name, "hint": hint})
