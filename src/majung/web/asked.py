"""What a run was asked with instead of the definitions, in words."""

from __future__ import annotations

from typing import Any

from majung.publishing.material import Material
from majung.web.words import Words, words


def said(w: Words, material: Material | None, changes: dict[str, Any]) -> str:
    """What a run was asked with instead of the definitions, in words; empty for the definitions as they stood."""
    w = words("runs", w.code)
    names = {c.id: c.name for c in material.criteria} if material else {}
    parts = []
    if changes.get("criteria"):
        weights = ", ".join(f"{names.get(c['id'], c['id'])} {w.percent(c['weight'])}" for c in changes["criteria"])
        parts.append(
            w.say("with_panel", weights=weights) if changes.get("panel") else w.say("with_weights", weights=weights)
        )
    if changes.get("budgets"):
        years = ", ".join(f"{year} {w.money(amount)}" for year, amount in sorted(changes["budgets"].items()))
        parts.append(w.say("with_budgets", years=years))
    return "; ".join(parts)
