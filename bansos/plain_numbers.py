"""How an identity number is told in plain words, for Python and for the checks of the database alike."""

# 16 digits in one run, or grouped by single spaces, dots or dashes; an RT code has 16 too (31.75.07.1003.008.003).
NUMBER = (
    r"[0-9]{16}"
    r"|(?<![0-9])(?!([0-9]{2}[.]){3}[0-9]{4}[.])([0-9][ .-]?){15}[0-9](?![0-9])"
)
