from django.db import models


class Channel(models.Model):
    """A folder that files come from or go to, below botssys."""

    idchannel = models.CharField(primary_key=True, max_length=35)
    path = models.CharField(max_length=256)

    class Meta:
        db_table = "channel"


class Routes(models.Model):
    idroute = models.CharField(max_length=35)
    active = models.BooleanField(default=False)
    fromchannel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    tochannel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    grammar = models.CharField(max_length=35)

    class Meta:
        db_table = "routes"


class Ta(models.Model):
    """A file that was received, and what became of it."""

    idroute = models.CharField(max_length=35)
    filename = models.CharField(max_length=256)
    statust = models.CharField(max_length=35)
    errortext = models.TextField()
    ts = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "ta"


class Mutex(models.Model):
    """Its one row is the lock of the engine that runs."""

    mutexk = models.IntegerField(primary_key=True)
    ts = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "mutex"
