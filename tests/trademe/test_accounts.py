"""Sign-in, sign-up, password, settings: who may, who may not, and what ends."""

import logging
import re
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from trademe.accounts import one_time, throttle
from trademe.accounts.models import ApiToken, User
from trademe.accounts.sessions import session_is_valid, valid_sessions

OWNER_PASSWORD = "owner-password-1"
NEW_PASSWORD = "quite-another-pass-9"

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def signup_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, signup=True))


# --- sign in, sign out --------------------------------------------------------------------------------------------


def test_it_works(client: Client, owner: User) -> None:
    page = client.get("/accounts/login/")
    assert page.status_code == 200
    assert 'name="username"' in page.content.decode()
    assert 'name="password"' in page.content.decode()
    answer = client.post("/accounts/login/", {"username": "owner", "password": OWNER_PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/chat/"
    assert client.session["_auth_user_id"] == str(owner.pk)


@pytest.mark.parametrize(
    ("wanted", "followed"),
    [
        ("/strategies/", "/strategies/"),
        ("https://evil.example/", "/chat/"),
        ("//evil.example/", "/chat/"),
        ("javascript:alert(1)", "/chat/"),
    ],
)
def test_next_is_kept_within_this_site(client: Client, owner: User, wanted: str, followed: str) -> None:
    answer = client.post("/accounts/login/", {"username": "owner", "password": OWNER_PASSWORD, "next": wanted})
    assert answer["Location"] == followed


def test_a_page_behind_sign_in_comes_back_after_it(client: Client) -> None:
    answer = client.get(reverse("settings"))
    assert answer["Location"] == "/accounts/login/?next=/accounts/settings/"
    page = client.get(answer["Location"]).content.decode()
    assert 'name="next" value="/accounts/settings/"' in page


def test_a_wrong_password_is_said_and_signs_nobody_in(client: Client, owner: User) -> None:
    answer = client.post("/accounts/login/", {"username": "owner", "password": "wrong"})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_sign_out_needs_post(signed_in: Client) -> None:
    assert signed_in.get(reverse("logout")).status_code == 405
    assert "_auth_user_id" in signed_in.session
    assert signed_in.post(reverse("logout"))["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in signed_in.session


def test_sign_in_is_throttled_with_words(client: Client, owner: User) -> None:
    for _attempt in range(settings.AXES_FAILURE_LIMIT - 1):
        assert client.post(reverse("login"), {"username": "owner", "password": "wrong"}).status_code == 200
    locked = client.post(reverse("login"), {"username": "owner", "password": "wrong"})
    assert locked.status_code == 429
    assert "Too many attempts" in locked.content.decode()
    right = client.post(reverse("login"), {"username": "owner", "password": OWNER_PASSWORD})
    assert right.status_code == 429
    assert right.content.decode().count("Too many attempts") == locked.content.decode().count("Too many attempts")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("login")).status_code == 200


def test_the_admin_sign_in_is_throttled_too(client: Client, owner: User) -> None:
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/admin/login/", {"username": "owner", "password": "wrong"})
    assert answer.status_code == 429


def test_somebody_elses_failures_do_not_lock_the_owner_out(client: Client, owner: User) -> None:
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("login"), {"username": "owner", "password": "wrong"}, REMOTE_ADDR="203.0.113.7")
    answer = client.post(reverse("login"), {"username": "owner", "password": OWNER_PASSWORD})
    assert answer.status_code == 302


# --- sign up ------------------------------------------------------------------------------------------------------


def test_sign_up_is_closed_unless_opened(client: Client) -> None:
    page = client.get("/accounts/signup/")
    assert page.status_code == 404
    assert "Sign-up is closed" in page.content.decode()
    fields = {"username": "alice", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post("/accounts/signup/", fields).status_code == 404
    assert not User.objects.exists()


@pytest.mark.usefixtures("signup_open")
def test_sign_up_makes_an_account_and_signs_in(client: Client) -> None:
    fields = {"username": "alice", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.get("/accounts/signup/").status_code == 200
    assert client.post("/accounts/signup/", fields)["Location"] == "/chat/"
    alice = User.objects.get(username="alice")
    assert client.session["_auth_user_id"] == str(alice.pk)
    assert not alice.is_staff
    assert not alice.is_superuser


@pytest.mark.usefixtures("signup_open")
def test_sign_up_names_its_mistakes(client: Client, owner: User) -> None:
    taken = client.post("/accounts/signup/", {"username": "owner", "password1": "12345", "password2": "54321"})
    assert taken.status_code == 200
    assert taken.content.decode().count("errorlist") >= 2
    assert User.objects.count() == 1


@pytest.mark.usefixtures("signup_open")
def test_sign_up_is_throttled_by_address(client: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "sign_ups", throttle.SignUpThrottle())
    fields = {"username": "owner", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    for attempt in range(throttle.ATTEMPTS):
        # one network is one person, however many addresses it has
        answer = client.post("/accounts/signup/", fields, REMOTE_ADDR=f"2001:db8::{attempt:x}")
        assert answer.status_code == 200
    fields["username"] = "alice"
    paused = client.post("/accounts/signup/", fields, REMOTE_ADDR="2001:db8::ffff")
    assert paused.status_code == 429
    assert "Too many attempts" in paused.content.decode()
    assert not User.objects.filter(username="alice").exists()
    assert client.get("/accounts/signup/", REMOTE_ADDR="2001:db8::1").status_code == 200
    assert client.post("/accounts/signup/", fields, REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_the_throttle_of_sign_up_ends_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(throttle, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(throttle, "MAX_ADDRESSES", 3)
    sign_ups = throttle.SignUpThrottle()
    assert [sign_ups.allows("198.51.100.1") for _ in range(throttle.ATTEMPTS + 1)] == [True] * throttle.ATTEMPTS + [
        False
    ]
    now += throttle.SECONDS + 1
    assert sign_ups.allows("198.51.100.1")
    assert all(sign_ups.allows(f"203.0.113.{number}") for number in range(50))
    assert len(sign_ups._attempts) == 3


# --- the one-time link --------------------------------------------------------------------------------------------


def test_the_first_owner_signs_in_by_a_link_that_works_once(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("owner_link")
    printed = capsys.readouterr().out
    url = next(word for word in printed.split() if word.startswith("http"))
    assert url.startswith(f"http://127.0.0.1:{settings.CONFIG.port}/accounts/one-time/")
    path = url.removeprefix(f"http://127.0.0.1:{settings.CONFIG.port}")

    assert client.head(path).status_code == 200
    assert client.get(path)["Location"] == "/chat/"
    owner = User.objects.get()
    assert owner.is_superuser
    assert not owner.has_usable_password()
    assert client.session["_auth_user_id"] == str(owner.pk)
    assert client.get(path)["Location"] == "/chat/", "who is signed in goes on"

    second = Client()
    assert second.get(path)["Location"] == "/accounts/login/"
    assert "already used or is too old" in second.get("/accounts/login/").content.decode()
    assert "_auth_user_id" not in second.session


def test_the_owner_is_asked_to_set_a_password(client: Client) -> None:
    client.get(one_time.link_path(one_time.ensure_owner()))
    page = client.get(reverse("settings")).content.decode()
    assert page.count(reverse("password_change")) >= 2, "the message and the section"
    fields = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(reverse("password_change"), fields)["Location"] == reverse("settings")
    assert User.objects.get().check_password(NEW_PASSWORD)
    assert client.get(reverse("settings")).status_code == 200, "still signed in"


def test_the_command_makes_one_owner_only(db: None) -> None:
    first = one_time.ensure_owner()
    assert one_time.ensure_owner() == first
    assert User.objects.count() == 1


def test_the_owner_takes_another_name_where_somebody_has_it(owner: User) -> None:
    assert one_time.ensure_owner().get_username() == "owner-2"


def test_a_link_ends_after_fifteen_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    path = one_time.link_path(one_time.ensure_owner())
    uid, token = path.strip("/").split("/")[-2:]
    monkeypatch.setattr(one_time.tokens, "_now", lambda: datetime.now() + timedelta(minutes=15, seconds=2))
    assert one_time.redeem(uid, token) is None


def test_two_links_of_one_moment_do_not_sign_in_twice() -> None:
    owner = one_time.ensure_owner()
    links = [one_time.link_path(owner).strip("/").split("/")[-2:] for _number in range(2)]
    assert one_time.redeem(*links[0]) == owner
    assert one_time.redeem(*links[1]) is None


@pytest.mark.parametrize("path", ["!!/x/", "AA/x-y/", "MQ/abc/", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5/abc-def/"])
def test_garbage_links_are_refused(client: Client, path: str) -> None:
    assert client.get(f"/accounts/one-time/{path}")["Location"] == "/accounts/login/"


def test_the_link_is_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    path = one_time.link_path(one_time.ensure_owner())
    token = path.strip("/").split("/")[-1]
    assert client.post(path).status_code == 405, "Django logs the path of a refused request"
    try:
        raise ValueError(f"no route for {path}")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", path)
    [formatter] = [
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    logged = "".join(formatter.format(record) for record in caplog.records)
    assert logged.count("/accounts/one-time/…") >= 3
    assert token not in logged


# --- password and settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["settings", "password_change", "api_token_renew", "api_token_revoke"])
def test_account_pages_are_for_signed_in_people(client: Client, name: str) -> None:
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer["Location"].startswith("/accounts/login/?next=")


def test_a_new_password_keeps_this_session_and_ends_the_others(signed_in: Client, owner: User) -> None:
    other = Client()
    other.force_login(owner)
    fields = {"old_password": OWNER_PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert signed_in.post(reverse("password_change"), fields).status_code == 302
    assert signed_in.get(reverse("settings")).status_code == 200
    assert other.get(reverse("settings")).status_code == 302


def test_the_old_password_is_asked_for(signed_in: Client, owner: User) -> None:
    fields = {"old_password": "wrong", "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert signed_in.post(reverse("password_change"), fields).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(OWNER_PASSWORD)


def test_the_language_is_kept_with_the_person(signed_in: Client, owner: User) -> None:
    assert signed_in.post(reverse("settings"), {"language": "zh-hans"}).status_code == 302
    owner.refresh_from_db()
    assert owner.language == "zh-hans"
    assert '<html lang="zh-hans"' in signed_in.get(reverse("settings")).content.decode()
    assert signed_in.post(reverse("settings"), {"language": "xx"}).status_code == 200
    owner.refresh_from_db()
    assert owner.language == "zh-hans"


def test_a_signed_out_visitor_chooses_the_language(client: Client) -> None:
    assert '<html lang="en"' in client.get(reverse("login")).content.decode()
    answer = client.post(reverse("set_language"), {"language": "zh-hans", "next": reverse("login")})
    assert answer["Location"] == reverse("login")
    assert '<html lang="zh-hans"' in client.get(reverse("login")).content.decode()
    answer = client.post(reverse("set_language"), {"language": "en", "next": "https://evil.example/"})
    assert "evil.example" not in answer["Location"]


def bearer(key: str) -> int:
    return Client().get("/api/conversations/", headers={"Authorization": f"Token {key}"}).status_code


def new_token(signed_in: Client, name: str = "") -> str:
    page = signed_in.post(reverse("api_token_renew"), {"name": name})
    assert "no-store" in page["Cache-Control"]
    found = re.search(r"data-api-token>([^<]+)<", page.content.decode())
    assert found
    return found.group(1)


def test_an_api_token_is_shown_once_and_kept_as_a_hash(signed_in: Client, owner: User) -> None:
    key = new_token(signed_in, "nightly export")
    assert bearer(key) == 200
    settings_page = signed_in.get(reverse("settings")).content.decode()
    assert key not in settings_page
    assert "nightly export" in settings_page
    stored = ApiToken.objects.values().get()
    assert key not in str(stored)
    assert stored["last_used_on"] is not None


def test_each_token_is_revoked_by_itself(signed_in: Client, owner: User, stranger: User) -> None:
    kept, revoked = new_token(signed_in, "kept"), new_token(signed_in, "revoked")
    number = ApiToken.objects.get(name="revoked").pk
    other = Client()
    other.force_login(stranger)
    for client, token in ((other, number), (signed_in, 0), (signed_in, "x"), (signed_in, "9" * 30)):
        assert client.post(reverse("api_token_revoke"), {"token": token}).status_code == 404
    assert bearer(revoked) == 200
    assert signed_in.post(reverse("api_token_revoke"), {"token": number}).status_code == 302
    assert (bearer(kept), bearer(revoked)) == (200, 401)


def test_tokens_end_with_the_password_and_with_the_account(signed_in: Client, owner: User) -> None:
    key = new_token(signed_in)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert bearer(key) == 401
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert bearer(key) == 200
    fields = {"old_password": OWNER_PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert signed_in.post(reverse("password_change"), fields).status_code == 302
    assert bearer(key) == 401


def test_tokens_are_bounded(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trademe.accounts.api_tokens.MOST", 1)
    new_token(signed_in)
    assert signed_in.post(reverse("api_token_renew")).status_code == 302
    assert ApiToken.objects.count() == 1


def test_tokens_of_before_keep_working(owner: User) -> None:
    """They were stored in plain text; the migration keeps their hashes."""
    key = Token.objects.create(user=owner).key
    migration = import_module("trademe.accounts.migrations.0003_take_tokens_over")
    migration.take_over(apps, None)
    assert bearer(key) == 200
    assert not Token.objects.exists()


# --- sessions of sockets ------------------------------------------------------------------------------------------


def test_a_session_is_valid_until_sign_out(signed_in: Client, owner: User, stranger: User) -> None:
    key = signed_in.session.session_key
    assert session_is_valid(key, owner.pk)
    assert not session_is_valid(key, stranger.pk)
    assert not session_is_valid(None, owner.pk)
    assert not session_is_valid("nobody-has-this-key", owner.pk)
    signed_in.post(reverse("logout"))
    assert not session_is_valid(key, owner.pk)


def test_a_session_ends_with_the_password_and_with_the_account(signed_in: Client, owner: User) -> None:
    key = signed_in.session.session_key
    owner.set_password(NEW_PASSWORD)
    owner.save()
    assert not session_is_valid(key, owner.pk)
    signed_in.force_login(owner)
    key = signed_in.session.session_key
    assert session_is_valid(key, owner.pk)
    owner.is_active = False
    owner.save()
    assert not session_is_valid(key, owner.pk)


def test_many_sessions_cost_two_queries(owner: User, stranger: User, django_assert_num_queries: Any) -> None:
    pairs = set()
    for user in (owner, stranger, owner):
        client = Client()
        client.force_login(user)
        pairs.add((str(client.session.session_key), user.pk))
    with django_assert_num_queries(2):
        assert valid_sessions(pairs) == pairs
