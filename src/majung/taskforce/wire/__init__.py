"""Operations and rows as plain data: what the API and the command line share.

A row is named by its reference ("meeting/2021-04-cloud", or by number where it has no key), a word by its value, text
by {"ko", "en"}, money by a decimal string, a file by base64. `forms` reads what an operation is given, `deeds` does it,
`rows` writes rows, `registers` answers questions within a person's sight.
"""
