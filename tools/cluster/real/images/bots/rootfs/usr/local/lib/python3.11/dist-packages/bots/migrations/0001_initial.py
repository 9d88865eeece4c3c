from django.db import migrations, models
from django.db.models.deletion import PROTECT


def text(length, **options):
    return models.CharField(max_length=length, **options)


def number():
    return models.BigAutoField("ID", auto_created=True, primary_key=True, serialize=False)


def table(name, **fields):
    return migrations.CreateModel(name, list(fields.items()), {"db_table": name.lower()})


class Migration(migrations.Migration):
    initial = True
    operations = [
        table(
            "Channel",
            idchannel=text(35, primary_key=True, serialize=False),
            path=text(256),
        ),
        table(
            "Routes",
            id=number(),
            idroute=text(35),
            active=models.BooleanField(default=False),
            fromchannel=models.ForeignKey("bots.channel", PROTECT, related_name="+"),
            tochannel=models.ForeignKey("bots.channel", PROTECT, related_name="+"),
            grammar=text(35),
        ),
        table(
            "Ta",
            id=number(),
            idroute=text(35),
            filename=text(256),
            statust=text(35),
            errortext=models.TextField(),
            ts=models.DateTimeField(auto_now_add=True),
        ),
        table(
            "Mutex",
            mutexk=models.IntegerField(primary_key=True, serialize=False),
            ts=models.DateTimeField(auto_now_add=True),
        ),
    ]
