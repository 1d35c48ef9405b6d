"""The example client does what its page says, also across the death of the server."""

import pytest

from docs.examples.trademe_client import Reply, Trademe, TrademeError
from tests.conftest import MakeProduct
from tests.support.product import Product
from tests.support.rig import Rig

PASSWORD = "a-long-password-1"


def signed_up(product: Product, name: str = "carol") -> Trademe:
    client = Trademe(product.url)
    client.http.get("/accounts/signup/")
    fields = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    token = client.http.cookies["csrftoken"]
    made = client.http.post("/accounts/signup/", data={**fields, "csrfmiddlewaretoken": token})
    assert made.status_code == 302, made.text
    client.http.close()
    again = Trademe(product.url)
    again.sign_in(name, PASSWORD)
    return again


def test_a_strategy_from_words_to_code(make_product: MakeProduct) -> None:
    product = make_product(TRADEME_SIGNUP="on")
    product.start()
    with signed_up(product) as trademe:
        conversation = trademe.new_conversation(title="Golden cross")
        assert [row["title"] for row in trademe.conversations()] == ["Golden cross"]
        with trademe.talk(conversation["id"]) as talk:
            "".join(talk.say("Buy BTC/USDT spot on 1h when SMA 5 crosses above SMA 10, sell when it crosses below."))
            reply = Reply()
            shown = "".join(talk.say("Stop loss 2%, take profit 5%, position 50%.", reply))
            assert shown == reply.text != ""
            assert talk.spec is not None
            made = Reply()
            "".join(talk.confirm(talk.spec["spec_revision"], made))
        assert made.status == "complete"
        version = trademe.version(made.versions[0]["strategy_id"], 1)
        assert version["message"] == made.message_id
        assert [row["content"] for row in trademe.messages(conversation["id"])][-1] == made.text
        with pytest.raises(TrademeError) as refused:
            trademe.version(10_000, 1)
        assert refused.value.code == "not_found"


def test_wrong_passwords_and_tokens_are_said(product: Product) -> None:
    with Trademe(product.url) as trademe, pytest.raises(TrademeError) as refused:
        trademe.sign_in("alice", "wrong")
    assert refused.value.code == "not_signed_in"
    with Trademe(product.url, token="wrong") as trademe, pytest.raises(TrademeError) as refused:
        list(trademe.conversations())
    assert refused.value.code == "not_signed_in"


def test_a_talk_survives_its_server(make_product: MakeProduct, rig: Rig) -> None:
    product = make_product(TRADEME_SIGNUP="on", **rig.model_settings)
    product.start()
    with signed_up(product) as trademe, trademe.talk(trademe.new_conversation("general")["id"]) as talk:
        reply = Reply()
        shown = []
        for text in talk.say("[[deltas=400 every=10ms]]", reply):
            shown.append(text)
            if len(shown) == 5:
                product.kill9()
                product.start()
        assert "".join(shown) == reply.text
        assert reply.status == "interrupted"
        reply = Reply()
        assert "".join(talk.say("[[deltas=3]] and on it goes", reply)) == reply.text
        assert reply.status == "complete"
