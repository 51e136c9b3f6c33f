"""What happened: row images, the hash chain, signed anchors, verification, and the database's own net."""
