"""What the comparison of two versions shows, as named attributes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from strategies import queries
from strategies.comparing.facts import Change, indicator_changes, parameter_changes, plan_changes
from strategies.comparing.lines import Comparison, compare
from strategies.models import Strategy, StrategyVersion

MAX_CHOICES = 200  # versions in the lists to choose from
VIEWS = ("split", "unified")


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs between two versions."""

    old: StrategyVersion
    new: StrategyVersion
    code: Comparison
    plan: list[Change]
    parameters: list[Change]
    indicators_gone: list[str]
    indicators_new: list[str]
    view: str = "unified"

    @property
    def same(self) -> bool:
        return self.code.same


@dataclass(frozen=True, slots=True)
class ComparePage:
    """``changes`` is None where there are no two versions."""

    strategy: Strategy
    choices: list[StrategyVersion]
    changes: Changes | None

    @property
    def heading(self) -> str:
        if self.changes is None:
            return _("Compare versions")
        return _("Versions {old} and {new}").format(old=self.changes.old.number, new=self.changes.new.number)


def changes_between(old: StrategyVersion, new: StrategyVersion, view: str = "unified") -> Changes:
    gone, came = indicator_changes(old.indicators or [], new.indicators or [])
    return Changes(
        old=old,
        new=new,
        code=compare(old.code, new.code),
        plan=plan_changes(old.spec, new.spec),
        parameters=parameter_changes(old.parameters or {}, new.parameters or {}),
        indicators_gone=gone,
        indicators_new=came,
        view=view,
    )


def compare_page(
    strategy: Strategy, old: StrategyVersion | None, new: StrategyVersion | None, view: str
) -> ComparePage:
    """Two versions beside each other, and the others to choose from."""
    chosen = [version for version in (old, new) if version is not None]
    listed = list(queries.version_list(strategy).defer("code", "spec", "validation")[:MAX_CHOICES])
    known = {version.pk for version in listed}
    choices = listed + [version for version in dict.fromkeys(chosen) if version.pk not in known]
    changes = changes_between(old, new, view) if old is not None and new is not None else None
    return ComparePage(strategy, choices, changes)
