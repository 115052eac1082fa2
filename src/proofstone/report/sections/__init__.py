"""The sections of the page, one file each: from the record to what a template shows."""
