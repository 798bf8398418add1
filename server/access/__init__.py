"""Who may: authentication, roles, the one place that allows, the audit."""
