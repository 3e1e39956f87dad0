"""The texts that the signer must be shown: HTML5 in Dutch and French."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import LocalizedText, RevocationReason


@dataclass(frozen=True)
class _Wording:
    language: str
    banner: str
    title: str
    holder: str
    signer: str
    subject: str
    date: str
    reason: str
    intro: str
    terms: tuple[str, ...]


_REQUEST = (
    _Wording(
        "nl",
        "SANDBOX – niet het eHealth-platform; dit contract heeft geen enkele waarde.",
        "Contract voor de aanvraag van een eHealth-certificaat",
        "Houder",
        "Ondertekenaar",
        "Distinguished name",
        "Datum",
        "Reden",
        "De ondertekenaar vraagt een eHealth-certificaat en een encryptiesleutel (ETK) aan en verklaart:",
        (
            "gemachtigd te zijn om dit certificaat voor de houder aan te vragen;",
            "de privésleutels en hun wachtwoord geheim te houden en enkel door bevoegde personen te laten gebruiken;",
            "het certificaat onmiddellijk te laten intrekken bij verlies, diefstal of misbruik van de sleutel;",
            "elke wijziging van de contactgegevens aan het eHealth-platform te melden.",
        ),
    ),
    _Wording(
        "fr",
        "SANDBOX – pas la plate-forme eHealth ; ce contrat n'a aucune valeur.",
        "Contrat de demande d'un certificat eHealth",
        "Titulaire",
        "Signataire",
        "Distinguished name",
        "Date",
        "Raison",
        "Le signataire demande un certificat eHealth et une clé de chiffrement (ETK) et déclare :",
        (
            "être habilité à demander ce certificat pour le titulaire ;",
            "garder secrets les clés privées et leur mot de passe, et en réserver l'usage aux personnes habilitées ;",
            "faire révoquer le certificat sans délai en cas de perte, de vol ou d'abus de la clé ;",
            "communiquer à la plate-forme eHealth toute modification des données de contact.",
        ),
    ),
)

_REVOCATION = (
    _Wording(
        "nl",
        _REQUEST[0].banner,
        "Contract voor de intrekking van een eHealth-certificaat",
        *("Houder", "Ondertekenaar", "Distinguished name", "Datum", "Reden"),
        "De ondertekenaar laat het certificaat intrekken en weet:",
        (
            "dat de intrekking onherroepelijk is en onmiddellijk ingaat;",
            "dat ook de encryptiesleutel (ETK) van dit certificaat wordt ingetrokken.",
        ),
    ),
    _Wording(
        "fr",
        _REQUEST[1].banner,
        "Contrat de révocation d'un certificat eHealth",
        *("Titulaire", "Signataire", "Distinguished name", "Date", "Raison"),
        "Le signataire fait révoquer le certificat et sait :",
        (
            "que la révocation est irrévocable et prend effet immédiatement ;",
            "que la clé de chiffrement (ETK) de ce certificat est également révoquée.",
        ),
    ),
)


def contract_text(
    holder: Holder, signer: Person, dn: str, now: datetime, reason: RevocationReason | None = None
) -> tuple[LocalizedText, ...]:
    """The text to be shown, in each language; with a `reason` it is that of a revocation."""
    application = f" ({holder.application_id})" if holder.application_id else ""
    facts = [
        f"{holder.name or ''} – {holder.type} {holder.number}{application}",
        signer.full_name,
        dn,
        now.strftime("%d/%m/%Y %H:%M UTC"),
        *([reason.value] if reason else []),
    ]
    return tuple(LocalizedText(one.language, _html(one, facts)) for one in (_REVOCATION if reason else _REQUEST))


def _html(wording: _Wording, facts: list[str]) -> str:
    labels = (wording.holder, wording.signer, wording.subject, wording.date, wording.reason)
    rows = "".join(
        f"<li><strong>{escape(name)}:</strong> {escape(value)}</li>" for name, value in zip(labels, facts, strict=False)
    )
    terms = "".join(f"<li>{escape(term)}</li>" for term in wording.terms)
    return (
        f'<!DOCTYPE html><html lang="{wording.language}"><head><meta charset="utf-8">'
        f"<title>{escape(wording.title)}</title></head><body><p><em>{escape(wording.banner)}</em></p>"
        f"<h1>{escape(wording.title)}</h1><ul>{rows}</ul><h2>{escape(wording.intro)}</h2><ol>{terms}</ol></body></html>"
    )
