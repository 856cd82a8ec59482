"""Addresses of the upload pages, below `uploads/`."""

from django.urls import path

from exchange.views import choices, files, marked, page, sending, template, verbs

app_name = "exchange"
urlpatterns = [
    path("", sending.uploads, name="list"),
    path("template/", template.template_page, name="template"),
    path("template.xlsx", template.template_xlsx, name="template-xlsx"),
    path("<slug:public_id>/", page.upload_page, name="upload"),
    path("<slug:public_id>/check/", verbs.CheckUpload.as_view(), name="check"),
    path("<slug:public_id>/commit/", verbs.CommitUpload.as_view(), name="commit"),
    path("<slug:public_id>/choose/", choices.ChooseInUpload.as_view(), name="choose"),
    path("<slug:public_id>/conflicts.json", choices.conflicts_json, name="conflicts-json"),
    path("<slug:public_id>/undo/", verbs.UndoUpload.as_view(), name="undo"),
    path("<slug:public_id>/marked.xlsx", marked.marked_xlsx, name="marked-xlsx"),
    path("<slug:public_id>/file/", files.original_file, name="file"),
    path("<slug:public_id>/findings.json", files.findings_json, name="findings-json"),
    path("<slug:public_id>/findings.xlsx", files.findings_xlsx, name="findings-xlsx"),
    path("<slug:public_id>/findings.csv", files.findings_csv, name="findings-csv"),
]
