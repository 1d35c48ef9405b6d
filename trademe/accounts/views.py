"""Sign-in, sign-up, password, settings; each view parses, calls and renders."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trademe.accounts import api_tokens, one_time, throttle
from trademe.accounts.forms import LanguageForm, SignUpForm
from trademe.accounts.models import User

# the sign-in without a check of a password: after sign-up and by the one-time link
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInView(LoginView):
    """Django's own sign-in; ``next`` is followed only within this site."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(signup_open=settings.CONFIG.signup, **kwargs)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new account, signed in at once; where the operator switched it off, a page that says so."""
    if request.user.is_authenticated:
        return redirect("chat:list")
    if not settings.CONFIG.signup:
        return render(request, "accounts/signup_closed.html", status=404)
    if request.method == "POST" and not _may_try(request):
        return render(request, "accounts/signup_paused.html", status=429)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend=MODEL_BACKEND)
        return redirect("chat:list")
    return render(request, "accounts/signup.html", {"form": form})


@never_cache
@require_safe
def one_time_login(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Sign the owner in by the link that the server printed at its start.

    It signs in at GET, without a page in between: the link points to the person's own machine, where no mail
    scanner or link preview can reach it, and the one click from the terminal is the newcomer's first. A browser
    that loads it twice (prerendering) finds itself signed in and goes on. HEAD uses nothing up.
    """
    if request.user.is_authenticated:
        return redirect("chat:list")
    if request.method == "HEAD":
        return HttpResponse()
    user = one_time.redeem(uid, token)
    if user is None:
        # a redirect, so that the link does not stay in the address bar or in a log line about an error
        messages.error(request, _("This link was already used or is too old. Start the server again for a new one."))
        return redirect("login")
    login(request, user, backend=MODEL_BACKEND)
    if not user.has_usable_password():
        messages.info(
            request,
            format_html(
                _('You have no password yet. <a href="{url}">Set one</a> to sign in without the printed link.'),
                url=reverse("password_change"),
            ),
        )
    return redirect("chat:list")


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """A new password. This session stays signed in, every other one of this user ends."""
    user = _user(request)
    form_class = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    form = form_class(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        api_tokens.revoke(user)
        messages.success(
            request,
            _("Your password is changed. Other browsers are signed out, and your API tokens no longer work."),
        )
        return redirect("settings")
    return render(request, "accounts/password_change.html", {"form": form})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest) -> HttpResponse:
    """Language, password, API token."""
    user = _user(request)
    form = LanguageForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        if user.language:
            with override(user.language):
                messages.success(request, _("Your language is saved."))
        else:
            messages.success(request, _("Your language is saved."))
        return redirect("settings")
    return render(request, "accounts/settings.html", _settings_context(user, form))


@never_cache
@login_required
@require_POST
def api_token_renew(request: HttpRequest) -> HttpResponse:
    """A new API token, shown in this response and nowhere again."""
    user = _user(request)
    try:
        key = api_tokens.make(user, clean_name(request.POST.get("name", "")))
    except api_tokens.TooMany:
        messages.error(request, _("You have as many tokens as one can have. Revoke one first."))
        return redirect("settings")
    return render(request, "accounts/settings.html", _settings_context(user, LanguageForm(instance=user), key))


@login_required
@require_POST
def api_token_revoke(request: HttpRequest) -> HttpResponse:
    """One API token stops working."""
    number = request.POST.get("token", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise Http404
    if not api_tokens.revoke(_user(request), int(number)):
        raise Http404
    messages.success(request, _("The API token no longer works."))
    return redirect("settings")


def _settings_context(user: User, form: LanguageForm, new_token: str = "") -> dict[str, Any]:
    return {
        "form": form,
        "has_password": user.has_usable_password(),
        "tokens": api_tokens.of_user(user),
        "new_token": new_token,
    }


def clean_name(text: str) -> str:
    """What a person calls a token, within its column."""
    return "".join(character for character in text if character.isprintable()).strip()[:60]


def _may_try(request: HttpRequest) -> bool:
    return not settings.CONFIG.rate_limits or throttle.sign_ups.allows(request.META.get("REMOTE_ADDR", ""))


def _user(request: HttpRequest) -> User:
    """The signed-in user of a view behind login_required."""
    if not isinstance(request.user, User):
        raise TypeError("This view is for signed-in users.")
    return request.user
