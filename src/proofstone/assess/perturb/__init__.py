"""Questions asked otherwise: by other persons, with typing errors, in other words."""
