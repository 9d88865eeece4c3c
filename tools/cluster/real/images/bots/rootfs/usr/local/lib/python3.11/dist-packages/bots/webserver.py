"""The web interface: bots-webserver -cFOLDER."""

import sys

from . import botsinit


def start():
    folder, _ = botsinit.config_folder(sys.argv[1:])
    botsinit.generalinit(folder)
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from waitress import serve

    call_command("collectstatic", interactive=False, verbosity=0)
    serve(get_wsgi_application(), port=botsinit.ini.getint("webserver", "port"))
