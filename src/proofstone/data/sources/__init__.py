"""Where tables come from; each source is a plug-in named by its URI scheme."""
