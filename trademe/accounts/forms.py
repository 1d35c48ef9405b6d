"""Forms of the account pages."""

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from trademe.accounts.models import User


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]
    """A new account: name and password."""

    class Meta:
        model = User
        fields = ("username",)


class LanguageForm(forms.ModelForm):  # type: ignore[type-arg]
    """The language of the interface."""

    language = forms.ChoiceField(
        label=_("Language of the interface"),
        # each language by its own name, for the person who cannot read the other
        choices=[("", _("As the browser says")), ("en", "English"), ("zh-hans", "中文")],
        required=False,
    )

    class Meta:
        model = User
        fields = ("language",)
