"""Pages of conversations: each view parses, fetches through the owner, calls and renders."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chat import contexts, conversations, offer
from chat.access import conversation_for, message_for
from chat.attachments import sent
from chat.models import Conversation
from chat.models.conversation import MODEL_SETTING
from chat.picker import picker
from chat.protocol import MAX_CONTENT, MAX_IMAGES
from chat.rendering import render_message
from trademe.accounts.models import User

DRAFTS = "drafts"  # session key: first messages typed where no script runs, by conversation
NEW = "new"  # of those, one whose conversation could not be made yet
IMAGES = "draft_images"  # session key: ids of the images of such a message, by conversation
MOST_DRAFTS = 10  # of a session; older ones wait in the browser too


class Signed(HttpRequest):
    """A request behind ``login_required``."""

    user: User


class NewConversationForm(forms.Form):
    kind = forms.ChoiceField(choices=Conversation.Kind.choices, initial=Conversation.Kind.STRATEGY)
    id = forms.UUIDField(required=False)
    content = forms.CharField(required=False, strip=False, max_length=MAX_CONTENT)
    model = forms.CharField(required=False, max_length=MODEL_SETTING)

    images = forms.CharField(required=False, max_length=37 * MAX_IMAGES)  # ids with commas between them

    def clean_images(self) -> list[str]:
        """Their ids; what is none is an image that nobody has."""
        ids = self.cleaned_data["images"].split(",")
        return [text for text in ids if _is_uuid(text)]

    def clean_model(self) -> str:
        """The choice; what is not on offer any more becomes the default, which the next page shows."""
        setting: str = self.cleaned_data["model"]
        return setting if offer.find(setting) is not None else ""


class UpdateForm(forms.Form):
    title = forms.CharField(required=False, max_length=200)
    archived = forms.NullBooleanField(required=False)
    pinned = forms.NullBooleanField(required=False)


class BranchForm(forms.Form):
    message_id = forms.UUIDField()


@require_GET
@login_required
def conversation_list(request: Signed) -> HttpResponse:
    """The conversations of the person, and an empty composer."""
    sidebar = contexts.sidebar(
        request.user,
        search=request.GET.get("search", ""),
        archived=request.GET.get("archived") == "1",
        page=_number(request.GET.get("page")) or 1,
    )
    kind = request.GET.get("kind", "")
    return render(
        request,
        "chat/list.html",
        {
            "sidebar": sidebar,
            "kinds": contexts.kind_choices(kind),
            "picker": picker(),
            "max_content": MAX_CONTENT,
            "draft": request.session.get(DRAFTS, {}).get(NEW, ""),
        },
    )


@require_http_methods(["GET", "POST"])
def new_conversation(request: HttpRequest) -> HttpResponse:
    """Make a conversation; the text typed with it waits there in the composer.

    Who has been signed out meanwhile finds the text in the empty composer after signing in, which leads here by GET.
    """
    if request.method == "POST" and not request.user.is_authenticated and (text := request.POST.get("content")):
        request.session[DRAFTS] = {NEW: text[:MAX_CONTENT]}
    return _new_conversation(request) if request.method == "POST" else redirect("chat:list")  # type: ignore[arg-type]


@login_required
def _new_conversation(request: Signed) -> HttpResponse:
    form = NewConversationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The conversation was not made: {reason}").format(reason=_first_error(form)))
        return redirect("chat:list")
    conversation = conversations.create(
        request.user, form.cleaned_data["kind"], id=form.cleaned_data["id"], model=form.cleaned_data["model"]
    )
    if content := form.cleaned_data["content"]:
        drafts = {key: text for key, text in request.session.get(DRAFTS, {}).items() if key != NEW}
        request.session[DRAFTS] = dict([*drafts.items(), (str(conversation.pk), content)][-MOST_DRAFTS:])
    if images := form.cleaned_data["images"]:
        kept = [*request.session.get(IMAGES, {}).items(), (str(conversation.pk), images)]
        request.session[IMAGES] = dict(kept[-MOST_DRAFTS:])
    return redirect("chat:conversation", conversation.pk)


@require_GET
@login_required
def conversation(request: Signed, conversation_id: UUID) -> HttpResponse:
    """The whole conversation: history, the part of a running reply stored so far, the spec and the versions."""
    found = conversation_for(request.user, conversation_id)
    draft = _draft(request, found)
    before = _number(request.GET.get("before"))
    page = contexts.conversation_page(request.user, found, before, draft)
    if (wanted := _message_id(request.GET.get("at"))) and not any(shown.id == wanted for shown in page.messages):
        page = contexts.page_around(request.user, found, wanted) or page
    if page.messages:
        _forget_draft(request, found)
    response = render(request, "chat/conversation.html", {"page": page, "max_content": MAX_CONTENT})
    response["Cache-Control"] = "no-store"  # going back in the browser must not show an old state as the present one
    return response


def _message_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@require_GET
@login_required
def message(request: Signed, message_id: UUID) -> HttpResponse:
    """One stored message as the conversation's page shows it."""
    view = contexts.message_view(message_for(request.user, message_id))
    return render(request, "chat/_message.html", {"message": view})


@require_GET
@login_required
def message_html(request: Signed, message_id: UUID) -> HttpResponse:
    """The rendered text alone, for a reply that is too big for a frame."""
    return HttpResponse(render_message(message_for(request.user, message_id)))


@require_POST
@login_required
def update_conversation(request: Signed, conversation_id: UUID) -> HttpResponse:
    """Rename, pin or archive."""
    found = conversation_for(request.user, conversation_id)
    form = UpdateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return _back(request, found)
    conversations.update(
        found,
        title=form.cleaned_data["title"] if "title" in request.POST else None,
        archived=form.cleaned_data["archived"],
        pinned=form.cleaned_data["pinned"],
    )
    if form.cleaned_data["archived"]:
        messages.success(
            request, _("The conversation is archived. You find it under “Archived” and can bring it back.")
        )
    return _back(request, found)


@login_required
def delete_conversation(request: Signed, conversation_id: UUID) -> HttpResponse:
    """Ask first, then delete."""
    found = conversation_for(request.user, conversation_id)
    if request.method != "POST":
        return render(request, "chat/delete.html", {"conversation": found})
    conversations.delete(found)
    messages.success(request, _("The conversation is deleted. Its versions stay in your library."))
    return redirect("chat:list")


@require_POST
@login_required
def choose_branch(request: Signed, conversation_id: UUID) -> HttpResponse:
    """Show another of the messages that stand in one place."""
    found = conversation_for(request.user, conversation_id)
    form = BranchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return _back(request, found)
    conversations.choose_branch(found, form.cleaned_data["message_id"])
    url = reverse("chat:conversation", args=[found.pk])
    return HttpResponseRedirect(f"{url}#m-{form.cleaned_data['message_id']}")


def _back(request: Signed, found: Conversation) -> HttpResponse:
    return redirect("chat:conversation", found.pk)


def _draft(request: Signed, found: Conversation) -> contexts.Draft:
    text = request.session.get(DRAFTS, {}).get(str(found.pk), "")
    images = [UUID(pk) for pk in request.session.get(IMAGES, {}).get(str(found.pk), ())]
    return contexts.Draft(text, sent.unsent(request.user.pk, images) if images else [])


def _forget_draft(request: Signed, found: Conversation) -> None:
    for key in (DRAFTS, IMAGES):
        if str(found.pk) in (kept := request.session.get(key, {})):
            request.session[key] = {pk: value for pk, value in kept.items() if pk != str(found.pk)}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _first_error(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])
