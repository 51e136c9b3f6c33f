"""The pages, one module a topic: a view reads queries, makes its sentences, renders; deeds go through operations."""
