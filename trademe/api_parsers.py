"""The bodies that the API reads: JSON that can be answered in JSON again."""

import re
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

_HALF_SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJSONParser(JSONParser):
    """Refuses what Python reads but nothing can store or repeat: deep nests and names with halves of surrogates.

    It reads at most what Django reads of a form; DRF by itself reads on.
    """

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            body = stream.read(most + 1)
            if len(body) > most:
                raise RequestDataTooBig
            parsed = super().parse(BytesIO(body), media_type, parser_context)
            _refuse_halves(parsed)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        return parsed


def _refuse_halves(value: Any) -> None:
    """Names are repeated in errors; values are checked by the fields that they are for."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _HALF_SURROGATE.search(key):
                raise ParseError(_("A name in the JSON holds half a surrogate."))
            _refuse_halves(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_halves(item)
