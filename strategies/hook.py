"""What a turn means for the strategy flow: reads messages into the spec, gates the generation, makes versions."""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chat import offer
from chat.hooks import CallPlan, MessagePlan, NotReady, Question, ReplyPlan, VersionRef
from chat.models import Conversation, Message, Turn
from strategies import contract, edits, flow, queries, replies, understanding
from strategies.backtests import cards
from strategies.composer import NotComposable
from strategies.describe import say, short_name
from strategies.extraction import chosen_words, extract, missing_words
from strategies.flow import SpecAt, State
from strategies.indicators import describe as indicator_words
from strategies.indicators import flow as indicator_flow
from strategies.indicators import spec as indicator_spec
from strategies.indicators import understanding as indicator_reading
from strategies.intent import ABOUT_THE_TALK, Intent, read_intent
from strategies.library import cards as version_cards
from strategies.maturity import Maturity
from strategies.models import Strategy, StrategySpec, StrategyVersion, VersionMention
from strategies.parsing import SpecPatch, apply, parse, spoken_language
from strategies.prompts import prompt
from strategies.spec import Spec, to_json
from strategies.strategist import Script
from strategies.versions import Draft, InvalidCode, create_version, draft, sha256_of, tried

MAX_REPAIRS = 2
BUILTIN = "builtin"
AnySpecAt = SpecAt | indicator_flow.IndicatorAt


@dataclass(frozen=True, slots=True)
class Reading:
    """What a user message was read as, at the spec that it was read against."""

    patch: SpecPatch
    intent: Intent
    base_revision: int


class StrategyFlow:
    """Implements ``chat.hooks.ConversationHook``."""

    # --- a user message ------------------------------------------------------------------------------------------

    def prepare_message(
        self, conversation: Conversation, parent_id: UUID | None, content: str, language: str
    ) -> MessagePlan:
        language = spoken_language(content) or _language_before(conversation, language)
        if not flow.has_spec(conversation):
            return MessagePlan(language=language)
        at = _spec_at(conversation, parent_id)
        intent = read_intent(content)
        state = flow.state_at(conversation, parent_id, at, _maturity_of(conversation, at, language).ready)
        if confirms(intent, state):
            return MessagePlan(
                purpose=Turn.Purpose.GENERATE,
                message_kind=Message.Kind.CONFIRMATION,
                data=Reading(SpecPatch(), intent, at.revision),
                language=language,
            )
        reads = isinstance(at, SpecAt) and intent not in ABOUT_THE_TALK
        patch = _parsed(content, at, conversation) if reads and isinstance(at, SpecAt) else SpecPatch()
        return MessagePlan(data=Reading(patch, intent, at.revision), language=language)

    def prepare_confirmation(
        self, conversation: Conversation, spec_revision: int, language: str
    ) -> tuple[MessagePlan, str]:
        if not flow.has_spec(conversation):
            raise NotReady(_("There is nothing to confirm in this kind of conversation."))
        at = _spec_at(conversation, conversation.head_id)
        ready = _maturity_of(conversation, at, language).ready
        if flow.state_at(conversation, conversation.head_id, at, ready) != State.READY:
            raise NotReady(_("There is nothing to confirm at the moment."))
        if at.revision != spec_revision:
            raise NotReady(
                _("The strategy was changed meanwhile. Look at it again before you confirm."), code="stale_revision"
            )
        language = _language_before(conversation, language)
        plan = MessagePlan(
            purpose=Turn.Purpose.GENERATE,
            message_kind=Message.Kind.CONFIRMATION,
            data=Reading(SpecPatch(), Intent.GENERATE, at.revision),
            language=language,
        )
        return plan, say(language, "Yes, generate the code.", "确认，生成代码。")

    def write_message(self, conversation: Conversation, message: Message, plan: MessagePlan) -> None:
        if not isinstance(plan.data, Reading):
            return
        if plan.purpose == Turn.Purpose.GENERATE:
            self._begin_generation(conversation, _spec_at(conversation, message.parent_id), plan.data)
            return
        if plan.data.intent is Intent.UNDO:
            self._take_back(conversation, message)
            return
        if indicator_flow.is_indicator(conversation):
            indicator_flow.write_reading(conversation, message)
            return
        at = flow.spec_at(conversation, message.parent_id)
        spec, patch = at.spec, plan.data.patch
        if at.revision != plan.data.base_revision:
            # edited by hand in between: the words are read again, against what stands there now
            patch = _parsed(message.content, at, conversation)
        spec = apply(at.spec, patch, at.held)
        sources = flow.sources_after(at, spec, patch, message.pk)
        changed = to_json(spec) != to_json(at.spec)
        if changed or _declines(sources) != _declines(at.sources):
            flow.add_revision(conversation, spec, sources, message.pk)
        after = SpecAt(at.revision, spec, sources)
        flow.settle_state(conversation, ready=flow.maturity_of(conversation, after, "en").ready, changed=changed)

    def _take_back(self, conversation: Conversation, message: Message) -> None:
        """The plan as it was before its last change, as a revision of its own."""
        row, is_change = flow.taken_back(conversation, message.parent_id)
        if not is_change:
            return
        empty = (
            indicator_spec.to_json(indicator_spec.IndicatorSpec())
            if indicator_flow.is_indicator(conversation)
            else to_json(Spec())
        )
        spec, sources = (row.spec, row.sources) if row is not None else (empty, {})
        flow.add_revision(conversation, spec, sources, message.pk, StrategySpec.Origin.UNDO)
        ready = _maturity_of(conversation, _spec_at(conversation, message.pk), "en").ready
        flow.settle_state(conversation, ready=ready, changed=True)

    def _begin_generation(self, conversation: Conversation, at: AnySpecAt, reading: Reading) -> None:
        if not _maturity_of(conversation, at, "en").ready or conversation.state == State.GENERATING:
            raise NotReady(_("There is nothing to confirm at the moment."))
        if at.revision != reading.base_revision:
            raise NotReady(
                _("The strategy was changed meanwhile. Look at it again before you confirm."), code="stale_revision"
            )
        flow.walk_to(conversation, State.GENERATING)

    # --- what a model reads in it ---------------------------------------------------------------------------------

    def plan_question(self, turn: Turn, conversation: Conversation) -> Question | None:
        message = turn.user_message
        if not flow.has_spec(conversation) or turn.purpose == Turn.Purpose.GENERATE or message is None:
            return None
        if read_intent(message.content) in ABOUT_THE_TALK:
            return None
        at = _spec_at(conversation, message.parent_id)
        if isinstance(at, SpecAt):
            (version, system), schema = understanding.question(at, turn.language), understanding.schema()
        else:
            (version, system), schema = indicator_reading.question(at, turn.language), indicator_reading.schema()
        return Question(
            purpose="spec",
            system=system,
            content=message.content,
            name=understanding.TOOL,
            schema=schema,
            prompt_version=version,
            seconds=understanding.SECONDS,
        )

    def read_answer(self, turn: Turn, question: Question, value: Any) -> Any:
        message = turn.user_message
        if message is None:
            return None
        before = _spec_at(turn.conversation, message.parent_id)
        if not isinstance(before, SpecAt):
            answer = indicator_reading.read_answer(value, question.content)
            reading = indicator_flow.reading_of(message.content, before)
            if answer is not None and reading.question:
                return indicator_reading.Understood(indicator_spec.IndicatorSpec(), {})
            return answer and replace(answer, by_rules=frozenset(reading.sources))
        told = understanding.read_answer(value, question.content)
        if told is None:
            return None
        patch = _parsed(message.content, before, turn.conversation)
        if patch.question and patch.is_empty:
            return understanding.Understood(Spec(), {})  # whoever asks has said nothing yet
        return replace(told, by_rules=frozenset({*patch.sources, *patch.cleared}))

    def write_answer(self, turn: Turn, conversation: Conversation, answer: Any) -> bool:
        message = turn.user_message
        if message is None:
            return False
        at = _spec_at(conversation, message.pk)
        if isinstance(at, SpecAt) and isinstance(answer, understanding.Understood):
            spec, sources = understanding.merged(at, answer, message.pk)
            changed, data = spec != at.spec, to_json(spec)
        elif isinstance(at, indicator_flow.IndicatorAt) and isinstance(answer, indicator_reading.Understood):
            measured, sources = indicator_reading.merged(at, answer, message.pk)
            changed, data = measured != at.spec, indicator_spec.to_json(measured)
        else:
            return False
        if changed:
            flow.add_revision(conversation, data, sources, message.pk, StrategySpec.Origin.MODEL)
            ready = _maturity_of(conversation, _spec_at(conversation, message.pk), "en").ready
            flow.settle_state(conversation, ready=ready, changed=True)
        return changed

    # --- the call -------------------------------------------------------------------------------------------------

    def plan_call(self, turn: Turn, conversation: Conversation) -> CallPlan:
        provider = offer.of_turn(turn)[0]
        if not flow.has_spec(conversation):
            return self._plain_call(turn, conversation, provider)
        message, purpose = _answered(turn)
        if indicator_flow.is_indicator(conversation):
            return self._indicator_call(turn, conversation, provider, message, purpose)
        at = flow.spec_at(conversation, message.pk if message is not None else None)
        if provider == BUILTIN:
            text = self._script(turn, conversation, message, at, purpose)
            return CallPlan(prompt_version="builtin-1", context=Script(_behind(turn, text)))
        maturity = flow.maturity_of(conversation, at, turn.language)
        version, system = prompt(
            "generate" if purpose == Turn.Purpose.GENERATE else "talk",
            turn.language,
            spec=json.dumps(to_json(at.spec), ensure_ascii=False, indent=2),
            revision=at.revision,
            state=conversation.state,
            overall=f"{maturity.overall:.0%}",
            missing="\n".join(f"- {item['question']}" for item in maturity.missing) or "-",
        )
        return CallPlan(system=system, prompt_version=version)

    def _indicator_call(
        self, turn: Turn, conversation: Conversation, provider: str, message: Message | None, purpose: str
    ) -> CallPlan:
        generate = purpose == Turn.Purpose.GENERATE
        if provider == BUILTIN:
            text = indicator_flow.script(conversation, message, generate, turn.language)
            return CallPlan(prompt_version="builtin-1", context=Script(_behind(turn, text)))
        at = indicator_flow.spec_at(conversation, message.pk if message is not None else None)
        version, system = indicator_flow.system_prompt(conversation, at, generate, turn.language)
        return CallPlan(system=system, prompt_version=version)

    def _plain_call(self, turn: Turn, conversation: Conversation, provider: str) -> CallPlan:
        if provider == BUILTIN:
            text = replies.general_reply(turn.language)
            return CallPlan(prompt_version="builtin-1", context=Script(_behind(turn, text)))
        version, system = prompt("plain", turn.language)
        return CallPlan(system=system, prompt_version=version)

    def _script(self, turn: Turn, conversation: Conversation, message: Message | None, at: SpecAt, purpose: str) -> str:
        language = turn.language
        maturity = flow.maturity_of(conversation, at, language)
        if purpose == Turn.Purpose.GENERATE:
            try:
                return replies.generation_reply(at.spec, language)
            except NotComposable:
                purpose = Turn.Purpose.CHAT  # says what is missing instead
        if message is None:
            return replies.general_reply(language)
        before, intent = flow.spec_at(conversation, message.parent_id), read_intent(message.content)
        strategy = Strategy.objects.filter(conversation=conversation).first()
        earlier = Message.objects.filter(
            conversation=conversation, role=Message.Role.ASSISTANT, sequence__lt=message.sequence
        )
        return replies.talk_reply(
            replies.Talk(
                before=before.spec,
                after=at.spec,
                patch=SpecPatch() if intent in ABOUT_THE_TALK else _parsed(message.content, before, conversation),
                intent=intent,
                maturity=maturity,
                state=flow.state_at(conversation, message.pk, at, maturity.ready),
                first=not earlier.exists(),
                language=language,
                version=strategy.last_number if strategy is not None and strategy.last_number else None,
            )
        )

    # --- the reply ------------------------------------------------------------------------------------------------

    def prepare_reply(self, turn: Turn, conversation: Conversation, text: str, rounds: int) -> ReplyPlan | None:
        if turn.purpose != Turn.Purpose.GENERATE or not flow.has_spec(conversation):
            return None
        with translation.override(turn.language):
            kind: contract.Kind = "indicator" if indicator_flow.is_indicator(conversation) else "strategy"
            found = extract(text, kind)
            if found.code is None:
                reason = missing_words(found, kind)
                return self._without_version(turn, rounds, reason, [reason])
            message, _purpose = _answered(turn)
            at = _spec_at(conversation, message.pk if message is not None else None)
            builtin = offer.of_turn(turn)[0] == BUILTIN
            try:
                made = draft(
                    found.code,
                    origin=StrategyVersion.Origin.BUILTIN if builtin else StrategyVersion.Origin.MODEL,
                    name=_name_of(at, turn.language),
                    spec=_json_of(at),
                    spec_revision=at.revision,
                    kind=kind,
                )
                same = _same_code(conversation, made)
                if not same:
                    made = tried(made)
            except InvalidCode as error:
                return self._without_version(turn, rounds, *_findings(error.findings))
            notice = "\n\n".join(words for words in (same, chosen_words(found)) if words)
            return ReplyPlan(data=made, notice=notice, message_kind=Message.Kind.CODE)

    def _without_version(self, turn: Turn, rounds: int, reason: str, findings: list[str]) -> ReplyPlan:
        builtin = offer.of_turn(turn)[0] == BUILTIN
        if not builtin and rounds <= MAX_REPAIRS:
            listed = "\n".join(f"- {finding}" for finding in findings)
            version, words = prompt("repair", turn.language, findings=listed)
            return ReplyPlan(repair=words, prompt_version=version)
        return ReplyPlan(notice=_("No version was made: %(reason)s") % {"reason": reason})

    def write_reply(
        self, turn: Turn, conversation: Conversation, message: Message, plan: ReplyPlan | None
    ) -> list[VersionRef]:
        made = plan.data if plan is not None else None
        if not isinstance(made, Draft):
            if conversation.state == State.GENERATING:
                conversation.move_to(State.READY)
            return []
        result = create_version(conversation.owner_id, conversation, made, message)
        if not result.created:
            VersionMention.objects.get_or_create(message=message, version=result.version)
        flow.walk_to(conversation, State.GENERATED)
        return [_ref(result.version.strategy_id, result.version.number, message.pk, result.created)]

    # --- what pages show ------------------------------------------------------------------------------------------

    def spec_frame(self, conversation: Conversation) -> dict[str, Any] | None:
        return edits.read_spec_state(conversation)

    def versions_of(self, message_ids: list[UUID]) -> dict[UUID, list[VersionRef]]:
        found = queries.versions_by_message(message_ids)
        return {
            message_id: [_ref(version.strategy_id, version.number, message_id, version.made) for version in versions]
            for message_id, versions in found.items()
        }

    def cards(self, message_ids: list[UUID]) -> dict[UUID, str]:
        return cards.rendered(message_ids) | version_cards.rendered(message_ids)


def _spec_at(conversation: Conversation, message_id: UUID | None) -> AnySpecAt:
    if indicator_flow.is_indicator(conversation):
        return indicator_flow.spec_at(conversation, message_id)
    return flow.spec_at(conversation, message_id)


def _maturity_of(conversation: Conversation, at: AnySpecAt, language: str) -> Maturity:
    if isinstance(at, SpecAt):
        return flow.maturity_of(conversation, at, language)
    return indicator_flow.maturity_of(conversation, at, language)


def _name_of(at: AnySpecAt, language: str) -> str:
    if isinstance(at, SpecAt):
        return short_name(at.spec, language)
    return indicator_words.short_name(at.spec, language)


def _json_of(at: AnySpecAt) -> dict[str, Any]:
    return to_json(at.spec) if isinstance(at, SpecAt) else indicator_spec.to_json(at.spec)


def confirms(intent: Intent, state: str) -> bool:
    """Assent counts only in answer to the question; asking for code also where code exists already."""
    if state == State.READY:
        return intent in (Intent.CONFIRM, Intent.GENERATE)
    return state == State.GENERATED and intent is Intent.GENERATE


def _parsed(content: str, at: SpecAt, conversation: Conversation) -> SpecPatch:
    maturity = flow.maturity_of(conversation, at, "en")
    asked = tuple(item["field"] for item in maturity.missing[: replies.MOST_QUESTIONS])
    return parse(content, spec=at.spec, asked=asked if at.revision else ())


def _declines(sources: dict[str, Any]) -> set[str]:
    return {path for path, source in sources.items() if source.get("declined")}


def _answered(turn: Turn) -> tuple[Message | None, str]:
    """The user message that a turn answers, through all its continuations, and for what."""
    first = turn
    while first.continues is not None and first.continues.turn is not None:
        first = first.continues.turn
    return first.user_message or first.reply_parent, first.purpose


def _behind(turn: Turn, text: str) -> str:
    """For "continue": what is still missing of the text; the whole text where the plan has changed since."""
    said: list[str] = []
    message = turn.continues
    while message is not None:
        said.append(message.content)
        message = message.turn.continues if message.turn is not None else None
    before = "".join(reversed(said))
    if not before:
        return text
    return text[len(before) :] if text.startswith(before) else f"\n\n{text}"


def _findings(found: tuple[contract.Finding, ...]) -> tuple[str, list[str]]:
    lines = [
        f"{_('line %(line)s') % {'line': item.line}}: {item.message}" if item.line else item.message
        for item in found[:10]
    ]
    return lines[0], lines


def _same_code(conversation: Conversation, made: Draft) -> str:
    newest = StrategyVersion.objects.filter(strategy__conversation=conversation).order_by("-number").first()
    if newest is None or newest.code_sha256 != sha256_of(made.code):
        return ""
    return _("This is the same code as version %(number)s, so no new version was made.") % {"number": newest.number}


def _ref(strategy_id: int, number: int, message_id: UUID, made: bool) -> VersionRef:
    url = reverse("strategies:version", args=[strategy_id, number])
    return VersionRef(strategy_id, number, url, str(message_id), made)


def _language_before(conversation: Conversation, fallback: str) -> str:
    """What was spoken last; for messages that are in no language, such as a ticker, and for the button."""
    spoken = Turn.objects.filter(conversation=conversation).order_by("-started_at").values_list("language", flat=True)
    return spoken.first() or ("zh-hans" if fallback.lower().startswith("zh") else "en")
