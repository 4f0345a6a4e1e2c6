"""Writes lists as CSV files, a row at a time."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# A spreadsheet runs a cell that begins like this as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def harmless(cell: object) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_response(
    name: str, header: Sequence[object], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Answer with a CSV file named `name`, streamed from `rows`."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line())
        yield "\ufeff" + writer.writerow([harmless(cell) for cell in header])
        for row in rows:
            yield writer.writerow([harmless(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
