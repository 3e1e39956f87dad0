"""A virtual Belgian eID, for tests: cards in software, and readers behind a real PC/SC service to put them into.

    people    cards with persons on them                     card    commands in, answers out (apdu, pin, keys)
    pkcs15    the files that tell what is on it              identity    who it belongs to
    vpcd      a reader's slot                                pcscd    the service, in namespaces of its own (inside)
    fixtures  `pcsc`, `opensc`: for every test               strangers    what is no eID

It was made from ../shared/spec/eid.md, parts A, C, D and E, and agrees with OpenSC; no real card was at hand.
"""
