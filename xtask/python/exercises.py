"""Exercise cells: their solutions and likely mistakes, which travel in the cells' metadata.

    {"exercise": {"solution": "…", "wrong": [{"source": "…", "says": "…"}]}}

`solution` and each `source` are the whole cell, as a person would have it. All of them end in nn-core's `check`, whose card
begins, as text, with "your turn", "✓ " or "✗ "; `says` is a part of the card that names the mistake.
"""

import json

YOUR_TURN, RIGHT, WRONG = "your turn", "✓ ", "✗ "


class NotAsExpected(Exception):
    """An exercise's card is not what it should be."""


class Variant:
    """The cell as somebody might have it, and what its card must be."""

    def __init__(self, name, source, begins, says=""):
        self.name, self.source, self.begins, self.says = name, source, begins, says

    def check(self, outputs):
        """Fails unless the card is as it should be."""
        card = card_of(outputs)
        if card is None:
            raise NotAsExpected(f"{self.name}: expected a card of check(…) as the cell's result, found none")
        if not card.startswith(self.begins):
            raise NotAsExpected(f"{self.name}: expected a card that begins with {self.begins!r}, found {card!r}")
        if self.says not in card:
            raise NotAsExpected(f"{self.name}: expected a card that says {self.says!r}, found {card!r}")


def as_it_stands(cell):
    """The cell as it is committed: nobody has solved it."""
    return Variant("the cell as it stands", cell.source, YOUR_TURN)


def variants(cell):
    """What to run after the cell: each mistake, the solution, and the cell once more, so that its variables are its own."""
    exercise = cell.metadata["exercise"]
    try:
        mistakes = [(mistake["source"], mistake["says"]) for mistake in exercise["wrong"]]
        solution = exercise["solution"]
    except (KeyError, TypeError) as error:
        raise NotAsExpected(f"metadata exercise: expected solution and wrong, found {shown(exercise)}: {error!r}") from None
    if not all(isinstance(text, str) and text.strip() for pair in mistakes for text in pair):
        raise NotAsExpected(f"metadata exercise: expected texts as source and says, found {shown(exercise)}")
    if not isinstance(solution, str) or not solution.strip():
        raise NotAsExpected(f"metadata exercise: expected a text as solution, found {shown(exercise)}")
    for number, (source, says) in enumerate(mistakes, 1):
        yield Variant(f"mistake {number} of {len(mistakes)}", source, WRONG, says)
    yield Variant("the solution", solution, RIGHT)
    yield as_it_stands(cell)


def card_of(outputs):
    """The text of the last card among a cell's outputs, or None."""
    texts = [output.get("data", {}).get("text/plain", "") for output in outputs]
    cards = [text for text in texts if text.startswith((YOUR_TURN, RIGHT, WRONG))]
    return cards[-1] if cards else None


def shown(exercise):
    text = json.dumps(exercise, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
