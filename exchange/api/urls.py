"""The addresses of what is done with a file, beside the list and the row."""

from __future__ import annotations

from django.urls import path

from exchange.api import asking, reversals, uploads

urlpatterns = [
    path("uploads/<int:pk>/findings/", uploads.UploadFindings.as_view(), name="upload-findings"),
    path("uploads/<int:pk>/work/", uploads.UploadWork.as_view(), name="upload-work"),
    path("uploads/<int:pk>/conflicts/", asking.UploadConflicts.as_view(), name="upload-conflicts"),
    path("uploads/<int:pk>/columns/", asking.UploadColumns.as_view(), name="upload-columns"),
    path("uploads/<int:pk>/check/", uploads.UploadCheck.as_view(), name="upload-check"),
    path("uploads/<int:pk>/commit/", uploads.UploadCommit.as_view(), name="upload-commit"),
    path("uploads/<int:pk>/undo/", reversals.UploadUndo.as_view(), name="upload-undo"),
    path("uploads/<int:pk>/redo/", reversals.UploadRedo.as_view(), name="upload-redo"),
    path("uploads/<int:pk>/cancel/", uploads.UploadCancel.as_view(), name="upload-cancel"),
]
