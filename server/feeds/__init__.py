"""What programs are told: a feed of changes by number, and signed webhooks that tell of it. Ids and kinds, never content."""
