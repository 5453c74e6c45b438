"""End to end: the installed command against a real Docker Engine; state in the engine is asserted first, words last."""
