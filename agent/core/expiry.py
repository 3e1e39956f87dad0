"""When a certificate can be renewed, and until when that is safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The issuer's periods. Source: design/product.md, Numbers."""

    window: timedelta = timedelta(days=90)
    manual_validation: timedelta = timedelta(days=10)


POLICY = Policy()


def renewable_from(not_after: datetime, service_start: datetime | None = None, policy: Policy = POLICY) -> datetime:
    """The first instant at which the service replaces the certificate.

    Args:
        not_after: end of validity, aware UTC.
        service_start: ReplacementPeriodStartDate, where the service has told it; it wins.
    """
    return service_start or not_after - policy.window


def last_safe_day(not_after: datetime, policy: Policy = POLICY) -> date:
    """The last day to start a renewal and still be sure to have no gap.

    eHealth may check a request by hand, which takes up to ten days; after notAfter there is no overlap left.

    Args:
        not_after: end of validity, aware UTC.
    Source: eHealth platform, certificates page; spec/ra-protocol.md, GenerateCertificate.
    """
    return (not_after - policy.manual_validation).date()


def days_left(not_after: datetime, now: datetime) -> int:
    """Whole days until `not_after`, rounded down; negative once it is past."""
    return (not_after - now) // timedelta(days=1)
