"""Who is to be visited next, and why: rules as data, and the pure function that reads them.

`rule_files.load_rules(folder)` reads the rules, `facts.Facts` is what is known of one woman or household, and
`rules.due_for(facts, rules, today)` gives her follow-ups as they stand that day. Nothing here reads a database or a clock.
"""
