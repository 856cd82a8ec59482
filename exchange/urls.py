"""Addresses of the upload pages, below `uploads/`."""

from django.urls import path

from exchange.views import choices, columns, files, held, marked, page, progress, reversal, sending, template, verbs

app_name = "exchange"
urlpatterns = [
    path("", sending.uploads, name="list"),
    path("work/templates/", progress.start_templates, name="templates-of-all"),
    path("work/<slug:public_id>/", progress.job_page, name="job"),
    path("work/<slug:public_id>/cancel/", progress.cancel_job, name="job-cancel"),
    path("work/<slug:public_id>/file/", progress.job_file, name="job-file"),
    path("template/", template.template_page, name="template"),
    path("template.xlsx", template.template_xlsx, name="template-xlsx"),
    path("<slug:public_id>/", page.upload_page, name="upload"),
    path("<slug:public_id>/check/", verbs.CheckUpload.as_view(), name="check"),
    path("<slug:public_id>/commit/", verbs.CommitUpload.as_view(), name="commit"),
    path("<slug:public_id>/choose/", choices.ChooseInUpload.as_view(), name="choose"),
    path("<slug:public_id>/conflicts.json", choices.conflicts_json, name="conflicts-json"),
    path("<slug:public_id>/undo/", verbs.UndoUpload.as_view(), name="undo"),
    path("<slug:public_id>/undo/preview/", reversal.UndoPage.as_view(), name="undo-preview"),
    path("<slug:public_id>/redo/", verbs.RedoUpload.as_view(), name="redo"),
    path("<slug:public_id>/redo/preview/", reversal.RedoPage.as_view(), name="redo-preview"),
    path("<slug:public_id>/progress.json", progress.upload_progress, name="progress"),
    path("<slug:public_id>/cancel/", verbs.CancelWork.as_view(), name="cancel"),
    path("<slug:public_id>/marked.xlsx", marked.marked_xlsx, name="marked-xlsx"),
    path("<slug:public_id>/file/", files.original_file, name="file"),
    path("<slug:public_id>/columns/", columns.AnswerColumns.as_view(), name="columns"),
    path("<slug:public_id>/held.xlsx", held.held_xlsx, name="held"),
    path("<slug:public_id>/findings.json", files.findings_json, name="findings-json"),
    path("<slug:public_id>/findings.xlsx", files.findings_xlsx, name="findings-xlsx"),
    path("<slug:public_id>/findings.csv", files.findings_csv, name="findings-csv"),
]
