"""A Docker Engine in devbox's words: endpoint, version window, images, containers, files in and out."""
