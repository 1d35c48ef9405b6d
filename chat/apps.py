from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from django.conf import settings

        from chat import providers, signed_out
        from chat.providers.anthropic import AnthropicProvider
        from chat.providers.openai import OpenAIProvider

        signed_out.connect()
        config = settings.CONFIG
        providers.register("openai", lambda: OpenAIProvider(config.openai_base_url, config.openai_api_key))
        providers.register("anthropic", lambda: AnthropicProvider(config.anthropic_base_url, config.anthropic_api_key))
