"""Papers to hand on: minutes, convocations and announcements as DOCX or HWPX.

Each module says in plain data what its paper tells and makes a document of it, so that the workspace fills it from what
a person may see and the public site from an edition. May import no models.
"""
