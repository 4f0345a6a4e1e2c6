"""Tells that the database cannot work at all from that a statement was wrong."""

from django.db import Error

FULL = "The disk of the database is full."
SILENT = "The database does not answer."
BUSY = "The database is busy."

# Classes of PostgreSQL's codes: connections, resources, an operator, the system.
# And of a process that hung inside of a transaction, which was taken back meanwhile.
_CLASSES = ("08", "53", "57P", "58", "25P03")
_DISK_FULL = "53100"
# A connection that another thread's failure has closed has no code.
_CLOSED = ("connection is closed", "connection is lost", "connection failed")
# A lock, or the end of a statement, that was waited for as long as is allowed.
_TOO_LONG = {"55P03", "57014"}
_SQLITE_FULL = "database or disk is full"
_SQLITE = ("disk i/o error", "unable to open database file")


def outage(error: BaseException) -> str:
    """Return in a sentence why the database cannot work at present, "" if it can.

    The statement is not to blame then: the same goes through when the cause is over.
    """
    if not isinstance(error, Error):
        return ""
    said = str(error).casefold()
    code = getattr(error.__cause__, "sqlstate", None) or ""
    if code == _DISK_FULL or _SQLITE_FULL in said:
        return FULL
    if code:
        return SILENT if code.startswith(_CLASSES) else ""
    if _is_cut_off(error) or any(each in said for each in (*_CLOSED, *_SQLITE)):
        return SILENT
    return ""


def busy(error: BaseException) -> str:
    """Return in a sentence that others were in the way for too long, "" otherwise.

    The same may go through at the next try, and may not.
    """
    if not isinstance(error, Error):
        return ""
    code = getattr(error.__cause__, "sqlstate", None)
    is_busy = code in _TOO_LONG or "database is locked" in str(error)
    return BUSY if is_busy else ""


def _is_cut_off(error: Error) -> bool:
    """Say whether PostgreSQL went away: psycopg knows no code to give then."""
    cause = error.__cause__
    module = type(cause).__module__.partition(".")[0]
    return module == "psycopg" and type(cause).__name__ in {
        "OperationalError",
        "ConnectionTimeout",
    }
