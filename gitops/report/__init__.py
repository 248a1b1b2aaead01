"""Results as people and programs read them: text for a terminal, Markdown, JSON."""
