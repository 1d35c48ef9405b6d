"""Who of the staff sees what, and that no page shows a person's words without a row in the access log."""

from collections.abc import Callable

import pytest
from django.contrib import admin as administration
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from chat.models import Attachment, AttachmentFile, Conversation, Message, Summary
from strategies.models import StrategySpec
from tests.support.library import bill, make_strategy
from tests.support.pictures import png
from tests.support.rows import finish_turn
from trademe.accounts.models import User
from trademe.admin import TextAdmin
from trademe.operations.models import AccessRecord

MARKER = "quokka-止损-7191"
NO_WORDS = {
    "chat.usagerecord",
    "chat.dailyspend",
    "strategies.dataset",
    "accounts.user",
    "auth.group",
    "operations.accessrecord",
    "admin.logentry",
    "axes.accessattempt",
    "axes.accesslog",
    "axes.accessfailurelog",
    # the queue of backtests on PostgreSQL: numbers of runs
    "procrastinate.procrastinatejob",
    "procrastinate.procrastinateevent",
}

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def told(owner: User) -> Conversation:
    """A conversation whose every word has the marker in it."""
    conversation = Conversation.objects.create(owner=owner, title=f"{MARKER} title")
    bill(finish_turn(conversation, asked=f"{MARKER} asked", reply=f"{MARKER} replied"))
    strategy = make_strategy(conversation)
    strategy.name = f"{MARKER} name"
    strategy.save()
    asked = Message.objects.get(conversation=conversation, role=Message.Role.USER)
    told_by = {"messages": 1, "language": "en", "model": "m", "prompt_version": "1"}
    Summary.objects.create(conversation=conversation, upto=asked, text=f"{MARKER} minutes", **told_by)
    file = AttachmentFile.objects.create(conversation=conversation, data=png())
    size = {"media_type": "image/png", "sha256": "0" * 64, "width": 320, "height": 200, "bytes": 1}
    of = {"owner": owner, "conversation": conversation, "message": asked, "file": file}
    Attachment.objects.create(name=f"{MARKER}.png", **of, **size)
    StrategySpec.objects.create(conversation=conversation, revision=1, spec={"said": MARKER}, message=conversation.head)
    return conversation


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """A new client of a member of the staff: ``operator``, ``support``, ``superuser``, or ``staff`` with no role."""

    def make(role: str) -> Client:
        person = User.objects.create_user(f"the-{role}", is_staff=True, is_superuser=role == "superuser")
        if role in ("operator", "support"):
            person.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(person)
        return client

    return make


def every_page() -> list[str]:
    """The list and each row of everything that is registered, plain, searched, filtered by words, and with history."""
    urls = ["/admin/"]
    for model in administration.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        urls += [listed, f"{listed}?q=quokka", f"{listed}?content__contains=quokka", f"{listed}?title__contains=quokka"]
        for pk in model._default_manager.values_list("pk", flat=True)[:5]:
            urls += [reverse(f"{name}_{view}", args=[pk]) for view in ("change", "history", "delete")]
    return urls


def test_each_registered_kind_of_row_is_behind_the_gate_or_has_no_words() -> None:
    for model, registered in administration.site._registry.items():
        assert isinstance(registered, TextAdmin) or model._meta.label_lower in NO_WORDS, model


@pytest.mark.parametrize("role", ["operator", "superuser"])
def test_words_are_never_shown_without_a_row_in_the_log(told: Conversation, sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    shown = 0
    for url in every_page():
        AccessRecord.objects.all().delete()
        page = client.get(url)
        if MARKER in page.content.decode():
            shown += 1
            record = AccessRecord.objects.filter(conversation_uuid=told.pk).first()
            assert record is not None, url
            assert (record.staff_name, record.owner_name) == (f"the-{role}", "owner")
    assert shown >= 5


def test_support_never_sees_words(told: Conversation, sign_in: SignIn) -> None:
    client = sign_in("support")
    seen = 0
    for url in every_page():
        page = client.get(url)
        assert MARKER not in page.content.decode(), url
        seen += page.status_code == 200
    assert seen >= 10
    assert not AccessRecord.objects.exists()


def test_support_cannot_ask_for_words_by_search(told: Conversation, sign_in: SignIn) -> None:
    client = sign_in("support")
    for name in ("conversation", "message"):
        page = client.get(reverse(f"admin:chat_{name}_changelist"), {"q": "quokka"})
        every = client.get(reverse(f"admin:chat_{name}_changelist"))
        # where there is nothing that may be searched the words are not looked at
        assert page.context["cl"].result_count in (0, every.context["cl"].result_count)


def test_an_image_is_words(told: Conversation, sign_in: SignIn) -> None:
    image = Attachment.objects.get()
    url = reverse("operations-pages:image", args=[image.pk])
    assert sign_in("support").get(url).status_code == 403
    assert not AccessRecord.objects.exists()
    client = sign_in("operator")
    assert client.get(url).content == png()
    assert AccessRecord.objects.get().what == f"attachment {image.pk}"
    assert url in client.get(reverse("operations-pages:transcript", args=[told.pk])).content.decode()
    assert client.get(reverse("operations-pages:image", args=[told.pk])).status_code == 404


def test_one_s_own_conversation_is_nobody_else_s(sign_in: SignIn) -> None:
    client = sign_in("operator")
    own = Conversation.objects.create(owner=User.objects.get(username="the-operator"), title="Mine")
    client.get(reverse("admin:chat_conversation_change", args=[own.pk]))
    assert not AccessRecord.objects.exists()


# what each role opens, by list
OPEN = {
    "operator": {
        *("chat_conversation", "chat_message", "chat_turn", "chat_usagerecord", "chat_dailyspend", "accounts_user"),
        *("chat_attachment", "chat_summary"),
        *("strategies_strategy", "strategies_strategyversion", "strategies_strategyspec", "strategies_backtest"),
        *("strategies_dataset", "operations_accessrecord"),
    },
    "support": {
        *("chat_conversation", "chat_message", "chat_turn", "chat_usagerecord", "chat_dailyspend", "accounts_user"),
        *("chat_attachment", "strategies_dataset"),
    },
    "staff": set(),
}


@pytest.mark.parametrize("role", OPEN)
def test_each_role_opens_its_lists_and_no_other(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    for model in administration.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        expected = 200 if name in OPEN[role] else 403
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == expected, name
        assert client.get(reverse(f"admin:{name}_add")).status_code == 403, name


def test_the_log_is_never_changed(told: Conversation, sign_in: SignIn) -> None:
    client = sign_in("superuser")
    message = Message.objects.filter(conversation=told).latest("sequence")
    client.get(reverse("admin:chat_message_change", args=[message.pk]))
    record = AccessRecord.objects.get()
    assert client.post(reverse("admin:operations_accessrecord_delete", args=[record.pk])).status_code == 403
    assert client.post(reverse("admin:operations_accessrecord_change", args=[record.pk])).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(record.pk), "post": "yes"}
    client.post(reverse("admin:operations_accessrecord_changelist"), chosen)
    assert AccessRecord.objects.filter(pk=record.pk).exists()
