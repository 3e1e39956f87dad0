"""The kinds of organizations, as somebody looks for one: by a part of its name or of its type, in any language.

The names are eHealth's own, in Dutch and French; the list grows, and nothing here knows what is in it.
Source: spec/ra-protocol.md, The order of calls (GetGenericOrganizationTypes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.core.organization_name import in_certificate
from agent.core.registration import OrganizationType, in_language
from agent.text import N_

BASE_SERVICES = {
    "tsa": N_("time stamps (tsa)"),
    "consultrn": N_("consulting the national register (consultrn)"),
    "codage": N_("coding and anonymization (codage)"),
    "other": N_("other services (other)"),
}
"""What each base service is, for people; one that is not in here is shown as eHealth calls it."""


def name_of_kind(kind: OrganizationType) -> str:
    """What a person calls it; its type, where eHealth gives it no name."""
    return in_language(kind.name) or kind.identifier_type


def by_name(kinds: Iterable[OrganizationType]) -> list[OrganizationType]:
    """As a list shows them."""
    return sorted(kinds, key=lambda kind: _folded(name_of_kind(kind)))


def matching(kinds: Iterable[OrganizationType], typed: str) -> list[OrganizationType]:
    """Those that have every word of `typed` in a name or in the type; one whose type it is stands alone.

    Accents, capitals and dashes do not matter. In the order of `by_name`, those that begin like it first.
    """
    wanted = _folded(typed)
    ordered = by_name(kinds)
    exact = [kind for kind in ordered if _folded(kind.identifier_type) == wanted]
    if exact:
        return exact
    words = wanted.split()
    found = [kind for kind in ordered if all(any(word in each for each in _names(kind)) for word in words)]
    return sorted(found, key=lambda kind: not any(each.startswith(wanted) for each in _names(kind)))


def _names(kind: OrganizationType) -> list[str]:
    return [*(_folded(each.text) for each in kind.name), _folded(kind.identifier_type)]


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[-_'’=.,/()]", " ", in_certificate(text)).split())
