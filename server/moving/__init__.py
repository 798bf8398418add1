"""Moving in: a project of another server becomes one of ours, with its own numbers, ids, times and authors.

It only reads there. What is written here goes by the same writers as everything else, but not by the submission doors, which
would call it new, of today and their own caller's. Each step asks first what is here already, so it can break off anywhere
and be run again.
"""
