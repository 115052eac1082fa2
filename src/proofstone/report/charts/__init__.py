"""Small inline SVG charts without script: each names itself and describes what it shows."""
