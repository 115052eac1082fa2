"""Where models come from: packages, files and hubs, each checked and recorded before it is used."""
