"""The client generated from UiPath's definition signs in, switches folder and lists processes."""

import json
import sys

import uipath_orchestrator_rest as rest

ready = json.load(open(sys.argv[1], encoding="utf-8"))
wanted = ready["processes"][0]

configuration = rest.Configuration()
configuration.host = ready["url"]
configuration.ssl_ca_cert = ready["roots"]


def api():
    return rest.ApiClient(configuration)


def login(password):
    model = rest.LoginModel(tenancy_name=ready["tenant"], username_or_email_address=ready["username"], password=password)
    return rest.AccountApi(api()).account_authenticate(body=model)


rest.StatusApi(api()).status_get()

try:
    login("wrong")
    raise SystemExit("a wrong password was accepted")
except rest.rest.ApiException as error:
    assert error.status == 400 and json.loads(error.body)["errorCode"] == 1000, error

answer = login(ready["password"])
assert answer.success is True, answer
configuration.access_token = answer.result

folders = rest.FoldersNavigationApi(api()).folders_navigation_get_folders_for_current_user(skip=0, take=100)
folder = next(item for item in folders.page_items if item.fully_qualified_name == wanted["folder"])

found = rest.ReleasesApi(api()).releases_get(top=10, orderby="Name", x_uipath_organization_unit_id=folder.id).value
release = next(item for item in found if item.name == wanted["name"])
assert release.process_version == wanted["version"], release

one = rest.ReleasesApi(api()).releases_get_by_id(key=release.id, x_uipath_organization_unit_id=folder.id)
assert one.key == release.key, one
