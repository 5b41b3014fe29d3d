from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F

from beneficiaries import names


class NameWord(models.Model):
    """A word of somebody's spelt name, through which a search with a wrong letter finds the words that were meant.

    A trigger of `Person` writes it. It keeps nothing of who bears the word, and stays when nobody does any more. A word
    may stand here twice: with a unique rule, two loads that meet the same new name would wait for each other.
    """

    word = models.TextField(db_collation="C")

    class Meta:
        indexes = [
            models.Index(fields=["word"], name="name_word"),
            GinIndex(names.Keys(F("word")), name="name_word_keys"),
        ]

    def __str__(self):
        return self.word
