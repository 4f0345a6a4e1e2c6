"""Records that raise whenever they are looked at: skipped, told, never in the way."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import ngettext

from directories import dialect
from directories.consumers import RefusedError
from directories.models import Directory, GroupRecord, UserRecord
from directories.services import records
from directories.services.jobs import HopelessError, LostRunError
from directories.services.opening import ClosedError
from directories.services.troubleshooting import log_finding
from provisioning.reasons import Reason
from provisioning.services.syncing import explanations

logger = structlog.get_logger(__name__)
# So many are named in the job's own words; the troubleshooting log has all.
NAMED = 5


class Spoilt:
    """What one job could not work on while it did all else."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._names: list[str] = []
        self._why = ""

    def revisit_person(self, key: int, scim_id: UUID) -> None:
        """Look at a person as if they were pushed anew.

        Whom the rules refuse keeps waiting, and the log has said why.
        """
        refused = (RefusedError, records.UnknownRecordError)
        with suppress(*refused), self.person(key):
            records.revisit_user(
                directory=self._directory, scim_id=scim_id, now=timezone.now()
            )

    @contextmanager
    def person(self, key: int) -> Iterator[None]:
        """Go on after one person's record, whatever it raises; whole transactions."""
        with self._skipping(UserRecord, key):
            yield

    @contextmanager
    def group(self, key: int) -> Iterator[None]:
        """Go on after one group's record, whatever it raises; whole transactions."""
        with self._skipping(GroupRecord, key):
            yield

    @contextmanager
    def _skipping(
        self, model: type[UserRecord] | type[GroupRecord], key: int
    ) -> Iterator[None]:
        try:
            yield
        except (LostRunError, ClosedError, RefusedError, records.UnknownRecordError):
            raise
        except Exception as error:
            if dialect.outage(error):
                raise
            self._keep(model, key, error)

    def _keep(
        self, model: type[UserRecord] | type[GroupRecord], key: int, error: Exception
    ) -> None:
        logger.error("record_spoilt", record=key, exc_info=error)
        # Not what is damaged, perhaps: only what names it.
        record = model.objects.only("scim_id", *_NAMES[model]).filter(pk=key).first()
        if record is None:
            return
        if isinstance(record, GroupRecord):
            name = record.display_name
            finding = explanations.of_group(record, Reason.SPOILT)
        else:
            name = record.user_name
            finding = explanations.of_user(record, Reason.SPOILT)
        log_finding(self._directory, finding, now=timezone.now())
        self._names.append(name)
        self._why = self._why or type(error).__name__

    def tell(self) -> None:
        """Raise HopelessError when anything was skipped; call it when all is done."""
        if not self._names:
            return
        said = ngettext(
            "{count} record is damaged and was left out: {names}. Everything else "
            "was done. The troubleshooting log of the directory says what to do "
            "({why}).",
            "{count} records are damaged and were left out, such as {names}. "
            "Everything else was done. The troubleshooting log of the directory says "
            "what to do ({why}).",
            len(self._names),
        )
        names = ", ".join(self._names[:NAMED])
        count = len(self._names)
        raise HopelessError(said.format(count=count, names=names, why=self._why))


_NAMES = {UserRecord: ("user_name",), GroupRecord: ("display_name",)}
