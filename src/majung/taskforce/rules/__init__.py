"""What may be: words in two languages, roles, states and their steps, the permission matrix. Data, no database."""
