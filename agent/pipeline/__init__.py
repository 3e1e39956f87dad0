"""The one sequence: request, sign, validate, deliver; run, journaled and resumed by `renew`."""
