"""Pages of conversations."""

from django.urls import path

from chat import views
from chat.attachments.views import attachment

app_name = "chat"

urlpatterns = [
    path("", views.conversation_list, name="list"),
    path("new/", views.new_conversation, name="new"),
    path("messages/<uuid:message_id>/", views.message, name="message"),
    path("messages/<uuid:message_id>/html/", views.message_html, name="message_html"),
    path("attachments/<uuid:attachment_id>/", attachment, name="attachment"),
    path("<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("<uuid:conversation_id>/update/", views.update_conversation, name="update"),
    path("<uuid:conversation_id>/delete/", views.delete_conversation, name="delete"),
    path("<uuid:conversation_id>/branch/", views.choose_branch, name="branch"),
]
