"""Creates the first administrator of bots, or sets the password and the rights of the one there is.

Safe to run any number of times.
"""

import os
import sys

import django

sys.path.insert(0, "/config")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (needs the set-up above)

user, created = get_user_model().objects.get_or_create(username=os.environ["SUPERUSER_USERNAME"])
user.email = os.environ["SUPERUSER_EMAIL"]
user.is_active = user.is_staff = user.is_superuser = True
# A new hash for the same password would end every session of the user.
if created or not user.check_password(os.environ["SUPERUSER_PASSWORD"]):
    user.set_password(os.environ["SUPERUSER_PASSWORD"])
user.save()
print(f"superuser {user.get_username()} {'created' if created else 'is up to date'}")
