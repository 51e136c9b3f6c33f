"""Ranking methods, one a file, each a bare function of performances and weights."""
