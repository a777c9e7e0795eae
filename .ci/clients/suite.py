"""UiPath's own SDK for Python runs a process by its name in the Automation Suite layout."""

import json
import os
import ssl
import sys
import urllib.request

ready = json.load(open(sys.argv[1], encoding="utf-8"))
wanted = ready["processes"][0]

context = ssl.create_default_context(cafile=ready["roots"])
body = {"tenancyName": ready["tenant"], "usernameOrEmailAddress": ready["username"], "password": ready["password"]}
request = urllib.request.Request(
    ready["suite_url"] + "/orchestrator_/api/Account/Authenticate",
    data=json.dumps(body).encode(),
    headers={"Content-Type": "application/json"},
)
token = json.load(urllib.request.urlopen(request, context=context))["result"]

os.environ["UIPATH_TELEMETRY_ENABLED"] = "false"
os.environ["UIPATH_URL"] = ready["suite_url"]
os.environ["UIPATH_ACCESS_TOKEN"] = token
os.environ["SSL_CERT_FILE"] = ready["roots"]
os.environ["REQUESTS_CA_BUNDLE"] = ready["roots"]

from uipath.platform import UiPath  # noqa: E402  (reads the environment)

job = UiPath().processes.invoke(name=wanted["name"], folder_path=wanted["folder"])
assert job.state == "Pending", job
