"""From a phone's POST to rows on disk: the envelope, the decision table, the derivers, the review."""
