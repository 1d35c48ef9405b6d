"""What can be refused in the chat, each with a stable code and a sentence for the person."""

from uuid import UUID

from django.utils.translation import gettext as _


class Refused(Exception):
    """A command that starts or changes nothing. Whose fault it is, the subclass says; ``code`` goes to the client."""

    code = "refused"

    def __init__(self, message: str = "", *, code: str | None = None, turn_id: UUID | None = None) -> None:
        super().__init__(message or code or self.code)
        self.code = code or self.code
        self.message = message
        self.turn_id = turn_id


class NotFound(Refused):
    """The client named something that is not there for this user."""

    code = "not_found"


class Busy(Refused):
    """A reply already runs in this conversation; the client keeps the text and sends it again afterwards."""

    code = "busy"


class RequestIdReused(Refused):
    """The client used a request_id again for other fields."""

    code = "request_id_reused"


class DatabaseUnavailable(Refused):
    """The database did not answer in time; nothing was started."""

    code = "database_unavailable"


class Fenced(Exception):
    """This process no longer owns the turn: another one ended it. Its runner stops and shows nothing more."""


def sentence(code: str) -> str:
    """What a code means, in the active language."""
    sentences = {
        "bad_frame": _("The page sent something that the server does not understand. Reload the page."),
        "unknown_type": _("The page asked for something that this server does not know. Reload the page."),
        "bad_cursor": _("The page is ahead of the server. Reload the page."),
        "too_long": _("The message is too long. Shorten it or send it in parts."),
        "empty_message": _("The message is empty."),
        "busy": _("A reply is still being written. Your text is kept and can be sent when it ends."),
        "not_ready": _("There is nothing to confirm at the moment."),
        "stale_revision": _("The strategy was changed meanwhile. Look at it again before you confirm."),
        "not_found": _("There is no such thing here any more."),
        "cannot_continue": _("This reply is complete and cannot be continued."),
        "request_id_reused": _("This request was already used for something else. Reload the page."),
        "rate_limited": _("Too many requests in a short time. Wait a moment and try again."),
        "images_not_supported": _("This model takes no images. Choose one that does, or take the images away."),
        "too_many_images": _("A message shows at most four images."),
        "attachment_gone": _("An image of this message is no longer stored here. Take it away or add it again."),
        "attachment_sent": _("This image was sent with a message and stays with it."),
        "image_type": _("Only PNG, JPEG and WebP images can be shown."),
        "image_too_large": _("An image may have at most 10 MB."),
        "image_dimensions": _("The image has too many pixels: at most 40 million can be read."),
        "image_unreadable": _("The image cannot be read: the file is damaged or incomplete."),
        "image_quota": _(
            "The room for your images is used up. Delete conversations with images that you no longer need."
        ),
        "cost_limit": _("Your cost limit for today is reached."),
        "cost_limit_unknown_price": _(
            "A daily cost limit is set, and the price of this model is not known, so it cannot be used."
        ),
        "provider_timeout": _("The model did not answer in time."),
        "provider_error": _("The model's server reported an error."),
        "provider_rejected": _("The model's server refused the request. The operator has to check key and model name."),
        "provider_unreachable": _("The model's server cannot be reached."),
        "empty_reply": _("The model sent an empty reply."),
        "database_unavailable": _("The database does not answer at the moment. Your text is kept; try again shortly."),
        "integrity": _("The stored reply does not match what was streamed. The operator has been told."),
        "internal_error": _("Something went wrong on the server. What had arrived is kept."),
    }
    return sentences.get(code) or _("Something went wrong ({code}).").format(code=code)
