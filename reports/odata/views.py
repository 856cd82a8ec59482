"""The addresses of OData: service document, model, sets, rows, counts. Every fault is answered in OData's own form."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import reading
from accounts.api.authentication import BrowserAuthentication, TokenAuthentication
from accounts.api.errors import ApiError, handle
from accounts.api.rendering import FastJSONRenderer, json_bytes
from accounts.api.resources import Known
from accounts.api.views import state_of
from accounts.models import ApiToken, User
from accounts.roles import Action
from reports.odata.errors import bad, missing, unserved
from reports.odata.metadata import metadata, service
from reports.odata.negotiation import JSON, XML, Form, is_served_version, json_form, page_size, takes
from reports.odata.options import condition_of, read, select_of, texts_of
from reports.odata.reading import body_of, one_of, page_of, rows_of
from reports.odata.sets import KEY, EntitySet, sets

PAGE = 5000
_LARGEST = 2**63 - 1
_KEY = re.compile(rf"(?:{KEY}\s*=\s*)?(-?[0-9]{{1,30}})")


class ODataToken(TokenAuthentication):
    """The token as the password of Basic, in Bearer, or as `?key=` (what Power BI calls Web API)."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        found = super().authenticate(request)
        key = request.query_params.get("key", "")
        return found if found is not None or not key else self.admitted(key, request)

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="odata", charset="UTF-8"'


class ODataView(APIView):
    """What every address here shares: who may come in, the version, the form of errors."""

    needs = Action.VIEW
    authentication_classes = [ODataToken, BrowserAuthentication]
    http_method_names = ["get", "head"]
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        return FastJSONRenderer(), FastJSONRenderer.media_type

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not is_served_version(request.headers.get("OData-MaxVersion", "")):
            raise bad(_("这里只有 OData 4.0，请求最高只接受 %(most)s") % {"most": request.headers["OData-MaxVersion"][:20]})

    def get_exception_handler(self) -> Any:
        return _told

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        found = super().finalize_response(request, response, *args, **kwargs)
        found["OData-Version"] = "4.0"
        patch_vary_headers(found, ["Authorization", "Accept", "Prefer"])
        return found

    def root(self, request: Request) -> str:
        """The address of the service, or of the cut that is asked."""
        path = request.path
        for _step in range(self.steps_below_root):
            path = path.rstrip("/").rpartition("/")[0]
        return request.build_absolute_uri(path.rstrip("/") + "/")

    steps_below_root = 0


def _told(error: Exception, context: Any) -> Response | None:
    response = handle(error, context)
    if response is None:
        return None
    found: dict[str, Any] = {"code": response.data["code"], "message": response.data["message"]}
    if response.data["errors"]:
        found["details"] = [{"code": one["code"], "target": one["pointer"], "message": one["message"]} for one in response.data["errors"]]
    response.data = {"error": found}
    return response


def _form(request: Request) -> Form:
    """:raises ApiError: 406 or 415 where the answer is wanted in a form that is not served."""
    chosen = request.query_params.get("$format", "")
    form = json_form(request.headers.get("Accept", ""), chosen)
    if form is None:
        status, asked = (415, chosen) if chosen else (406, request.headers.get("Accept", ""))
        raise ApiError(
            status,
            "NotAcceptable",
            _("这里只有 JSON（application/json，odata.metadata=minimal 或 none），要的是“%(asked)s”") % {"asked": asked[:100]},
        )
    return form


def _known(cut: str) -> Known:
    """The state that the address names.

    :raises ApiError: 404 for a cut that there is not.
    """
    if not cut:
        return Known()
    found = reading.find_cut[0](cut) if reading.find_cut else None
    if found is None:
        raise missing(_("没有名为“%(name)s”的定格") % {"name": cut[:60]})
    return Known(cut=found)


def _set(name: str) -> EntitySet:
    found = sets().get(name)
    if found is None:
        raise missing(_("没有名为“%(name)s”的集合；有：%(all)s") % {"name": name[:60], "all": ", ".join(sets())})
    return found


def _say_state(response: HttpResponse, entity: EntitySet, known: Known) -> HttpResponse:
    """With the header that REST has too: whether the set is told as the cut holds it, or as it is now since it keeps no past."""
    for name, value in state_of(entity.resource, known).items():
        response[name] = value
    return response


def _json(body: bytes, form: Form) -> HttpResponse:
    return HttpResponse(body, content_type=form.content_type)


class Service(ODataView):
    """The sets that there are."""

    def get(self, request: Request, cut: str = "") -> HttpResponse:
        _known(cut)
        texts_of(request.query_params, ("$format",))
        form = _form(request)
        told = service(self.root(request))
        if not form.has_context:
            del told["@odata.context"]
        return _json(json_bytes(told), form)


class Metadata(ODataView):
    """The model. It changes with the version of the product alone, and says so by its ETag."""

    def get(self, request: Request, cut: str = "") -> HttpResponseBase:
        _known(cut)
        chosen = texts_of(request.query_params, ("$format",)).get("$format", "")
        if chosen not in ("", "xml", XML):
            raise ApiError(415, "NotAcceptable", _("$metadata 只有 XML"))
        accept = request.headers.get("Accept", "")
        # Who asks for JSON everywhere gets the only form that 4.0 has: clients send one header with every request.
        if not chosen and not takes(accept, XML) and not takes(accept, JSON):
            raise ApiError(406, "NotAcceptable", _("$metadata 只有 XML"))
        document, etag = metadata()
        response = HttpResponse(document, content_type=XML, headers={"ETag": etag})
        return get_conditional_response(request._request, etag=etag, response=response) or response


class Many(ODataView):
    """The rows of a set, page by page."""

    steps_below_root = 1

    def get(self, request: Request, name: str, cut: str = "") -> HttpResponse:
        entity, known, form = _set(name), _known(cut), _form(request)
        asked = read(entity, cut, request.query_params)
        size, is_wish = page_size(request.headers.get("Prefer", ""), PAGE)
        page = page_of(asked, rows_of(entity, asked.condition, request.user, known), size, form, request.user)
        root = self.root(request)
        link = f"{root}{name}?$skiptoken={quote(page.next, safe=':~')}" if page.next else ""
        response = _json(body_of(page, f"{root}$metadata#{name}{_chosen(entity, asked.names)}", link, form, asked.is_counted), form)
        _say_state(response, entity, known)
        if is_wish:
            response["Preference-Applied"] = f"odata.maxpagesize={size}"
        return response


class Count(ODataView):
    """How many rows a set has, as a plain number."""

    def get(self, request: Request, name: str, cut: str = "") -> HttpResponse:
        entity, known = _set(name), _known(cut)
        texts = texts_of(request.query_params, ("$filter", "$format"))
        rows = rows_of(entity, condition_of(entity, texts.get("$filter")), request.user, known)
        return _say_state(HttpResponse(str(rows.count()), content_type="text/plain"), entity, known)


class One(ODataView):
    """A row by its key."""

    steps_below_root = 1

    def get(self, request: Request, name: str, key: str, cut: str = "") -> HttpResponse:
        entity, known, form = _set(name), _known(cut), _form(request)
        texts = texts_of(request.query_params, ("$select", "$format"))
        names = select_of(entity, texts.get("$select"))
        row = one_of(entity, names, rows_of(entity, None, request.user, known), _key(key), form)
        if row is None:
            raise missing(_("%(set)s 没有编号为 %(key)s 的行，或不在您的范围内") % {"set": name, "key": key[:30]})
        context = {"@odata.context": f"{self.root(request)}$metadata#{name}{_chosen(entity, names)}/$entity"}
        return _say_state(_json(json_bytes({**(context if form.has_context else {}), **row}), form), entity, known)


class Nowhere(ODataView):
    """Any other address: what OData has and this door has not is 501, the rest 404."""

    def get(self, request: Request, rest: str, cut: str = "") -> HttpResponse:
        _known(cut)
        name, _slash, further = rest.partition("/")
        if rest.startswith("$") or "/$" in rest:
            raise unserved(rest[:60])
        entity = _set(name.partition("(")[0])
        if further.strip("/") and further.strip("/").partition("/")[0] in entity.fields:
            raise unserved(rest[:60])
        raise missing(_("没有这个地址：%(path)s") % {"path": rest[:60]})


def _chosen(entity: EntitySet, names: tuple[str, ...]) -> str:
    return "" if len(names) == len(entity.fields) else f"({','.join(names)})"


def _key(text: str) -> int:
    """`42`, or `Id=42`."""
    found = _KEY.fullmatch(text.strip())
    if found is None or abs(int(found[1])) > _LARGEST:
        raise bad(_("编号应为整数，如 (42)，读到“%(key)s”") % {"key": text[:40]})
    return int(found[1])
