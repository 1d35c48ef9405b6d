"""The stored image itself, for its owner alone."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from chat.access import attachment_for
from chat.models import Attachment, AttachmentFile
from chat.views import Signed

EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg"}


@require_GET
@login_required
def attachment(request: Signed, attachment_id: UUID) -> HttpResponse:
    """One image, as something that is looked at and does nothing."""
    return served(request, attachment_for(request.user, attachment_id))


def served(request: HttpRequest, found: Attachment) -> HttpResponse:
    """The bytes, for somebody who may see them."""
    etag = quote_etag(found.sha256)
    response: HttpResponse
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        data = AttachmentFile.objects.values_list("data", flat=True).get(pk=found.file_id)
        response = HttpResponse(bytes(data), content_type=found.media_type)
        response["Content-Disposition"] = f'inline; filename="{found.file_id.hex}{EXTENSIONS[found.media_type]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # asked for each time: after signing out it is nobody's
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
