"""What people wrote, before anybody knows what it means: files, text, marks."""
