"""Plays random requests of every origin in rounds, the same ones for a seed."""

from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzzing import described, valid
from tests.fuzzing.bodies import Values
from tests.fuzzing.broken import Breaker
from tests.fuzzing.player import Player

# Requests of one origin between two looks at everything.
BATCH = 60
_ORIGINS = 3


def play(player: Player, *, requests: int, first: int) -> None:
    """Play requests until at least so many were answered, or too many failed.

    `first` is the seed of the first batch; the following have the next ones.
    """
    batches = _batches(player, first)
    while player.requests < requests and not player.has_enough:
        next(batches)
        player.settle()


def _batches(player: Player, first: int) -> Iterator[None]:
    operations = list(described.operations(player.description.document))
    turn = 0
    while True:
        number = first + turn
        _play(player, valid.requests(), number, BATCH)
        yield
        _play_broken(player, number)
        yield
        # Each turn a third of the operations, so that a short run meets them too.
        for operation in operations[turn % _ORIGINS :: _ORIGINS]:
            _play(player, operation, number, BATCH // 10)
        yield
        turn += 1


def _play_broken(player: Player, number: int) -> None:
    breaker = Breaker(number)
    for _ in range(BATCH):
        player.play(breaker.request())


def _play(player: Player, strategy: Values, number: int, examples: int) -> None:
    """Play what a strategy draws; nothing is kept, and no failure is made smaller."""

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(sent: object) -> None:
        player.play(sent)  # type: ignore[arg-type]  # all strategies make requests

    draw()
