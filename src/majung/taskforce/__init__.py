"""The institution: bodies, mandates, meetings, decisions, measures, opinions, announcements, reviews; their journal.

A Django app in layers, each importing only those before it: `rules` (what may be: words, roles, states, the permission
matrix, as data), `models` (what is), `journal` (what happened), `permission` (who may), `queries` (what a person
asks; reads only), `operations` (one function a deed: the only way state changes). May import `majung.publishing` and
below.
"""
