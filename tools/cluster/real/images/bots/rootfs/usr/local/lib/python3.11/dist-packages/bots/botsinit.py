"""What every program of bots does first."""

import configparser
import os
import sys

ini = configparser.RawConfigParser()
# Where bots.ini and settings.py are.
folder = None


def generalinit(config, make_folders=True):
    """Reads bots.ini and settings.py of a folder, and makes the folders that the engine works in."""
    global folder
    folder = config
    with open(os.path.join(folder, "bots.ini"), encoding="utf-8") as file:
        ini.read_file(file)
    sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    if make_folders:
        for name in ("data", "infile", "outfile", "logging"):
            os.makedirs(botssys(name), exist_ok=True)
    import django

    django.setup()


def botssys(*names):
    return os.path.join(ini.get("directories", "botssys"), *names)


def config_folder(argv):
    """The value of -c, which is written without a space, and all other words."""
    folders = [word[2:] for word in argv if word.startswith("-c")]
    if not folders:
        sys.exit("no folder of the configuration: -cFOLDER")
    return folders[-1], [word for word in argv if not word.startswith("-c")]
