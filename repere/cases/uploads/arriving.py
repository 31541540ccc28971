"""Files of forms are held in memory alone: Django would write larger ones to a folder of the system, in clear."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from repere.cases.uploads import limits

MOST = (limits.FILE_MEGABYTES + 2) * limits.MEGABYTE
"""A little more than a paper may have, so that a form can say what was too big."""


class InMemoryOnly(FileUploadHandler):
    """A file beyond the limit is read to its end and dropped; the request says so in `META["too_big"]`."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.held, self.count = io.BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.count += len(raw_data)
        if self.count > MOST:
            self.held = io.BytesIO()
            if self.request is not None:
                self.request.META["too_big"] = True
            raise SkipFile
        self.held.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self.count > MOST:
            return None
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held, self.field_name, self.file_name or "", self.content_type, file_size, self.charset, self.content_type_extra
        )
