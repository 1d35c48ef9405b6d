"""The transcripts in the documents are what the product says today."""

import os

import pytest

from chat.models import Conversation
from tests.strategies.talks.transcripts import TRANSCRIPTS, Transcript, written
from trademe.accounts.models import User


@pytest.mark.django_db(transaction=True)  # a worker takes the run: its lease is a lock of its own
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_a_transcript_is_what_the_product_says(owner: User, transcript: Transcript) -> None:
    text = written(transcript, Conversation.objects.create(owner=owner, kind=transcript.kind))
    if os.environ.get("TRADEME_TEST_WRITE"):
        transcript.path.write_text(text, encoding="utf-8")
    assert transcript.path.read_text(encoding="utf-8") == text, "python -m tests.strategies.talks --write"
