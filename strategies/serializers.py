"""Shapes of the strategies' REST resources; the reference is ``docs/protocol.md``."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from strategies.library.changes import MAX_NAME
from strategies.models import Strategy, StrategyVersion

MAX_CODE = 256 * 1024  # characters; strategies.contract says what a smaller limit means


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A strategy with two versions",
            {
                "id": 3,
                "name": "Golden cross",
                "kind": "strategy",
                "archived": False,
                "conversation": "7c0e5b0e-5d64-4a2c-9d7e-0f6a2f0e8a11",
                "last_number": 2,
                "created_at": "2026-11-22T20:21:40Z",
                "updated_at": "2026-11-22T20:40:02Z",
            },
            response_only=True,
        )
    ]
)
class StrategySerializer(serializers.ModelSerializer[Strategy]):
    conversation = serializers.UUIDField(source="conversation_id", allow_null=True, read_only=True)
    archived = serializers.SerializerMethodField()

    class Meta:
        model = Strategy
        fields = ("id", "name", "kind", "archived", "conversation", "last_number", "created_at", "updated_at")
        read_only_fields = fields

    def get_archived(self, strategy: Strategy) -> bool:
        return strategy.archived_at is not None


@extend_schema_serializer(examples=[OpenApiExample("Another name", {"name": "Golden cross, 4h"}, request_only=True)])
class StrategyChangesSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, max_length=MAX_NAME, trim_whitespace=True)
    archived = serializers.BooleanField(required=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Version 1",
            {
                "strategy": 3,
                "number": 1,
                "code": "from backtesting import Strategy\n…",
                "code_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "message": "0b7f4f7e-3f0c-4a53-8a55-1b9f0c7d2e44",
                "parameters": {"fast": 5, "slow": 10},
                "indicators": [{"name": "SMA", "params": {"period": 5}}],
                "validation": {
                    "checked": [{"check": "syntax", "ok": True, "line": None, "message": ""}],
                    "not_checked": [{"check": "lookahead", "reason": "bubblewrap is not installed. …"}],
                },
                "run": "not_run",
                "run_reason": "bubblewrap is not installed. …",
                "origin": "builtin",
                "based_on": None,
                "created_at": "2026-11-22T20:21:40Z",
            },
            response_only=True,
        )
    ]
)
class VersionSerializer(serializers.ModelSerializer[StrategyVersion]):
    strategy = serializers.IntegerField(source="strategy_id", read_only=True)
    message = serializers.UUIDField(source="message_id", allow_null=True, read_only=True)
    parameters = serializers.DictField(read_only=True)
    indicators = serializers.ListField(child=serializers.DictField(), read_only=True)
    validation = serializers.DictField(read_only=True)

    class Meta:
        model = StrategyVersion
        fields = (
            "strategy",
            "number",
            "code",
            "code_sha256",
            "message",
            "parameters",
            "indicators",
            "validation",
            "run",
            "run_reason",
            "origin",
            "based_on",
            "created_at",
        )
        read_only_fields = fields


@extend_schema_serializer(
    examples=[OpenApiExample("Edited code", {"code": "from backtesting import Strategy\n…"}, request_only=True)]
)
class NewVersionSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=MAX_CODE, trim_whitespace=False)
    based_on = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version that was edited; the newest when absent.",
    )
    expected = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The newest version that you know of: `newer_version` where there is a newer one.",
    )


SPEC_EXAMPLE: dict[str, Any] = {
    "market": {"instrument": "BTC/USDT", "kind": "spot", "timeframe": "15m"},
    "indicators": [{"name": "SMA", "params": {"period": 5}}],
    "entry": {
        "op": "cross_above",
        "left": {"name": "SMA", "params": {"period": 5}},
        "right": {"name": "SMA", "params": {"period": 10}},
    },
    "exit": None,
    "risk": {
        "stop_loss_pct": 2.0,
        "take_profit_pct": None,
        "trailing_stop_pct": None,
        "position_pct": 50.0,
        "max_bars": None,
    },
    "direction": "long",
    "excluded": ["BOLL"],
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A spec that is not ready",
            {
                "spec": SPEC_EXAMPLE,
                "revision": 4,
                "scores": {
                    "trading_logic": 0.45,
                    "risk_management": 0.75,
                    "technical_parameters": 1.0,
                    "market_context": 1.0,
                },
                "overall": 0.77,
                "missing": [{"field": "exit", "question": "What should close it?", "choices": []}],
                "ready": False,
            },
            response_only=True,
        )
    ]
)
class SpecStateSerializer(serializers.Serializer[Any]):
    spec = serializers.DictField(help_text="docs/protocol.md, section 7")
    revision = serializers.IntegerField(help_text="0: nothing was said yet")
    scores = serializers.DictField(child=serializers.FloatField())
    overall = serializers.FloatField()
    missing = serializers.ListField(child=serializers.JSONField())
    ready = serializers.BooleanField()


@extend_schema_serializer(
    examples=[OpenApiExample("A changed spec", {"spec": SPEC_EXAMPLE, "revision": 4}, request_only=True)]
)
class SpecChangeSerializer(serializers.Serializer[Any]):
    spec = serializers.DictField(help_text="The whole spec as it shall be.")
    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="The revision that was edited.")
