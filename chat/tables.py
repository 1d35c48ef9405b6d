"""The tables that a turn writes, one statement at a time (``rows.py`` says why)."""

from chat.models import Conversation, Message, Turn
from chat.rows import Rows

CONVERSATIONS = Rows(Conversation)
TURNS = Rows(Turn)
MESSAGES = Rows(Message)
