"""The public site: a process of its own that serves the published store and keeps what people put forward as files.

It has no database, no sessions, no accounts, and imports nothing of the task force but its rules and the formats of
editions and batches. What is not published is not on its machine.
"""
