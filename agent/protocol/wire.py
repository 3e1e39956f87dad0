"""What travels: which service, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Service(Enum):
    """The eHealth services; the value is the path of the address, the same in both environments."""

    CERTRA = "/CertRa/v2"
    ETKRA = "/EtkRa/v2"
    ETKDEPOT = "/EtkDepot/v1"


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back, whatever it is. `content_type` and `date` as sent, empty where there was none."""

    status: int
    content_type: str
    body: bytes
    date: str = ""
