"""What a person reads while a turn waits or works."""

from django.utils import translation
from django.utils.translation import gettext


def progress_words(stage: str, seconds: int) -> str:
    words = {
        "": "",
        "reading": gettext("Reading what you wrote into the plan…"),
        "validating": gettext("Checking the reply…"),
        "repairing": gettext("The code did not pass its checks. The model is asked to mend it…"),
        "database": gettext("Waiting for the database. The reply goes on; nothing is lost."),
        "rate_limit": gettext("The model's server is busy. Trying again in {seconds} s…").format(seconds=seconds),
    }
    return words[stage]


def repairing_words(language: str) -> str:
    with translation.override(language):
        return gettext("*The code did not pass its checks. Here it is again, mended:*")
