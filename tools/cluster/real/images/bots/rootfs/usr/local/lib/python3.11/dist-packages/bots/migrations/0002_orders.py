from django.db import migrations


def add_route(apps, _editor):
    channel, routes = (apps.get_model("bots", name) for name in ("Channel", "Routes"))
    inbox = channel.objects.create(idchannel="orders_in", path="infile/orders")
    outbox = channel.objects.create(idchannel="orders_out", path="outfile/orders")
    routes.objects.create(
        idroute="orders", active=True, fromchannel=inbox, tochannel=outbox, grammar="csv/orders"
    )


class Migration(migrations.Migration):
    dependencies = [("bots", "0001_initial")]
    operations = [migrations.RunPython(add_route)]
