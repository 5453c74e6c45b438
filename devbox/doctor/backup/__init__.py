"""Recreating a VM without losing its data: saved volume by volume, made anew, filled, checked."""
