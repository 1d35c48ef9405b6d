"""Socket routes; an unknown path is closed, not crashed on."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path, re_path

from chat import doorbell
from chat.consumers import ChatConsumer
from chat.protocol import CloseCode


class UnknownPath(AsyncWebsocketConsumer):
    channel_layer_alias = doorbell.NO_LAYER

    async def connect(self) -> None:
        await self.accept()
        await self.close(CloseCode.NOT_FOUND)


urlpatterns = [
    path("ws/chat/<uuid:conversation_id>/", ChatConsumer.as_asgi()),
    re_path(r"", UnknownPath.as_asgi()),
]
