"""Mappings of one's own."""
