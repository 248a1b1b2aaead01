"""The commands, thin: arguments in, one call of the core, text and an exit code out."""
