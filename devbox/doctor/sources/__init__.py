"""Where facts come from: each file asks one kind of source, and none of them changes anything."""
