"""Our REST as OpenAPI 3.1, made from the code that answers it: rules.py -> asked.py -> document.py, and two addresses."""
