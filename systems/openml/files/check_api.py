"""Asks the backend to log in a user who does not exist, which reads its database: check_api.py URL."""

import json
import sys
import urllib.request

body = json.dumps({"email": "stackberth-probe", "password": ""}).encode()
request = urllib.request.Request(sys.argv[1], body, {"Content-Type": "application/json"})
try:
    with urllib.request.urlopen(request, timeout=5) as response:
        answer = json.load(response)
except (OSError, ValueError) as error:
    sys.exit(f"check_api.py: {error}")
if "msg" not in answer:
    sys.exit(f"check_api.py: unexpected answer with the keys {', '.join(answer)}")
