"""What a person reads while a turn waits or works."""

from django.utils import translation
from django.utils.translation import gettext


def progress_words(stage: str, *, counted: bool = False) -> str:
    """The sentence of a stage; where seconds are counted, ``{seconds}`` stands for what is left of them."""
    return (_counted() if counted else {}).get(stage) or _plain()[stage]


def _plain() -> dict[str, str]:
    return {
        "": "",
        "reading": gettext("Reading what you wrote into the plan…"),
        "summary": gettext("Summing up the earlier messages for the model…"),
        "waiting": gettext("Waiting for the model…"),
        "silent": gettext("The model says nothing at the moment…"),
        "validating": gettext("Checking the reply…"),
        "repairing": gettext("The code did not pass its checks. The model is asked to mend it…"),
        "database": gettext("Waiting for the database. The reply goes on; nothing is lost."),
        "rate_limit": gettext("The model's server is busy."),
    }


def _counted() -> dict[str, str]:
    return {
        "reading": gettext("Reading what you wrote into the plan… {seconds} s at most"),
        "summary": gettext("Summing up the earlier messages for the model… {seconds} s at most"),
        "waiting": gettext("Waiting for the model. If nothing comes, it is given up in {seconds} s."),
        "silent": gettext("The model says nothing. It is given up in {seconds} s; what came is kept."),
        "rate_limit": gettext("The model's server is busy. Trying again in {seconds} s…"),
    }


def repairing_words(language: str) -> str:
    with translation.override(language):
        return gettext("*The code did not pass its checks. Here it is again, mended:*")
