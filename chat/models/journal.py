"""The write-ahead journal: each batch of a running reply, committed before anybody sees it."""

from django.db import models


class JournalEntry(models.Model):
    # no database constraint: deferred foreign keys fail at COMMIT and would take the whole group along
    turn = models.ForeignKey("chat.Turn", on_delete=models.DO_NOTHING, db_constraint=False, related_name="entries")
    seq = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ("turn", "seq")
        constraints = (models.UniqueConstraint(fields=("turn", "seq"), name="journal_place"),)

    def __str__(self) -> str:
        return f"{self.turn_id}:{self.seq}"
