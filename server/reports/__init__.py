"""Reading records back in bulk: a form as tables, for OData, CSV and GeoJSON. Reads only; nothing here changes a row."""
