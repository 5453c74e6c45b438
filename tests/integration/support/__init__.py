"""What the end-to-end tests are written with: the command, the engine's state, a Jenkins, ports, a registry to hurt."""
