"""What a person does with a strategy as a whole: rename it, put it into the archive, bring it back."""

import unicodedata

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.errors import Refused
from strategies.models import Strategy

MAX_NAME = 120


class BadName(Refused):
    """The name cannot be given: ``invalid_name``, or ``name_taken`` by another strategy of this person."""

    code = "invalid_name"


def rename(strategy: Strategy, name: str) -> Strategy:
    """Give it another name; versions stay as they are. Raises BadName."""
    wanted = " ".join(unicodedata.normalize("NFC", name).split())
    if not wanted:
        raise BadName(_("A strategy needs a name."))
    if len(wanted) > MAX_NAME:
        raise BadName(_("A name has at most %(most)s characters.") % {"most": MAX_NAME})
    if not all(char.isprintable() for char in wanted):
        raise BadName(_("The name holds characters that cannot be shown."))
    try:
        with transaction.atomic():
            Strategy.objects.filter(pk=strategy.pk).update(name=wanted)
    except IntegrityError as error:
        words = _("You have another strategy of the name “%(name)s”.") % {"name": wanted}
        raise BadName(words, code="name_taken") from error
    strategy.name = wanted
    return strategy


def archive(strategy: Strategy, archived: bool) -> Strategy:
    """Put it out of sight, or back; twice is once."""
    found = Strategy.objects.filter(pk=strategy.pk, archived_at__isnull=archived)
    found.update(archived_at=timezone.now() if archived else None)
    strategy.refresh_from_db(fields=["archived_at"])
    return strategy
