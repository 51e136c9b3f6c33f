"""One module an official format. Each names the specification it follows and whether a real file was ever read."""
