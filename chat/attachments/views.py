"""The stored image itself, for its owner alone."""

from uuid import UUID

import structlog
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from chat.access import attachment_for
from chat.attachments import files
from chat.views import Signed

logger = structlog.get_logger(__name__)


@require_GET
@login_required
def attachment(request: Signed, attachment_id: UUID) -> HttpResponse:
    """One image, as something that is looked at and does nothing."""
    found = attachment_for(request.user, attachment_id)
    etag = quote_etag(found.sha256)
    response: HttpResponse
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        try:
            response = HttpResponse(files.read(found), content_type=found.media_type)
        except FileNotFoundError:
            logger.error("attachment's file is missing", attachment=str(found.pk))
            raise Http404(_("There is no such image.")) from None
        response["Content-Disposition"] = f'inline; filename="{found.file.hex}{files.EXTENSIONS[found.media_type]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # asked for each time: after signing out it is nobody's
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
