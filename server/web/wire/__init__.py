"""The only place where a model becomes XML or JSON; every field is listed by hand."""
