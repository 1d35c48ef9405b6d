"""The bench's form of the product without a journal still answers, whole and once, and stores the reply at its end."""

from pathlib import Path

from bench.servers import WithoutJournal
from tests.support.model_server import ModelServer
from tests.support.product import Setup


def test_a_reply_is_shown_and_stored_without_a_journal(tmp_path: Path, model_server: ModelServer) -> None:
    environment = {
        "TRADEME_MODEL": "openai:bench",
        "OPENAI_BASE_URL": f"{model_server.url}/v1",
        "OPENAI_API_KEY": "none",
        "TRADEME_RATE_LIMITS": "off",
    }
    product = WithoutJournal(tmp_path, Setup(environment=environment))
    product.migrate()
    product.start()
    try:
        person = product.person("alice")
        conversation = person.new_conversation("general")
        with person.socket(conversation) as socket:
            socket.established()
            socket.send("ai_chat", content="[[deltas=40 every=2ms]]")
            end = socket.until("ai_stream_end")[-1]
        assert end["status"] == "complete"
        assert person.messages(conversation)[-1]["content"] == end["content"] != ""
        product.manage("verify_chats")
    finally:
        product.remove()
