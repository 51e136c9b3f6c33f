"""What a person asks: reads only, each in a constant number of database queries."""
