"""The workspace in the browser: Django project, pages, API, static files. Stands on the operations of `taskforce`.

May import `majung.taskforce` and below.
"""
