"""Shows how far a push is: a line that moves on a terminal, a few lines elsewhere."""

from django.core.management.base import OutputWrapper

BAR = 30


class ProgressLine:
    """Tells a person at a terminal, or a log, how far a push is."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._moves = out.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are pushed."""
        if self._moves:
            filled = BAR * done // total
            bar = "#" * filled + "." * (BAR - filled)
            end = "\n" if done == total else ""
            line = f"\r  {what:7}[{bar}] {done}/{total}{end}"
            self._out.write(line, ending="")
        elif done == total or done % max(1, -(-total // 3)) == 0:
            self._out.write(f"  {what} {done}/{total}")
        self._out.flush()
