"""Build logic and code generators. Imported by setup.py and by the documentation build only."""
