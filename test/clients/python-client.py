"""What users of Debian's python3-kubernetes write. Says `ok` at its end; fails by an exception."""

import base64
import sys
import threading

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException

NAMESPACE = "default"
config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
apps = client.AppsV1Api()


def refused(code, reason, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except ApiException as error:
        assert error.status == code, error
        assert reason in error.body, error.body
        return
    raise AssertionError("nothing was refused")


# What there is.
assert {one.metadata.name for one in core.list_namespace().items} >= {"default", "kube-system"}
assert client.VersionApi().get_code().minor == "36"
assert "apps" in {group.name for group in client.ApisApi().get_api_versions().groups}

# Made of models, of plain values and of YAML.
service = core.create_namespaced_service(
    NAMESPACE,
    client.V1Service(
        metadata=client.V1ObjectMeta(name="web"),
        spec=client.V1ServiceSpec(
            selector={"app": "web"}, ports=[client.V1ServicePort(name="a", port=80, target_port="http")]
        ),
    ),
)
assert service.spec.cluster_ip.startswith("10.96."), service
assert service.metadata.creation_timestamp.tzinfo is not None
core.create_namespaced_secret(NAMESPACE, {"metadata": {"name": "hidden"}, "stringData": {"a": "b"}})
assert base64.b64decode(core.read_namespaced_secret("hidden", NAMESPACE).data["a"]) == b"b"
deployment = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "fairlead/echo"}]},
        },
    },
}
utils.create_from_dict(client.ApiClient(), deployment)
refused(409, "AlreadyExists", apps.create_namespaced_deployment, NAMESPACE, deployment)
refused(404, "NotFound", core.read_namespaced_pod, "nobody", NAMESPACE)
refused(422, "Invalid", core.create_namespaced_config_map, NAMESPACE, {"metadata": {"name": "No_Name"}})

# Changed: strategic merge, a JSON patch, a whole object, a scale.
changed = core.patch_namespaced_service("web", NAMESPACE, {"spec": {"ports": [{"name": "b", "port": 81}]}})
assert sorted(port.port for port in changed.spec.ports) == [80, 81], changed
changed = core.patch_namespaced_service("web", NAMESPACE, [{"op": "remove", "path": "/spec/ports/1"}])
assert len(changed.spec.ports) == 1
refused(409, "Conflict", core.replace_namespaced_service, "web", NAMESPACE, service)
changed.metadata.labels = {"tier": "front"}
assert core.replace_namespaced_service("web", NAMESPACE, changed).metadata.labels == {"tier": "front"}
apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 3}})
assert apps.read_namespaced_deployment("web", NAMESPACE).spec.replicas == 3
assert apps.read_namespaced_deployment_scale("web", NAMESPACE).spec.replicas == 3

# Read page by page.
for index in range(5):
    core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": f"page-{index}", "labels": {"page": "yes"}}})
names, token = [], None
while True:
    page = core.list_namespaced_config_map(NAMESPACE, label_selector="page=yes", limit=2, _continue=token)
    names += [one.metadata.name for one in page.items]
    token = page.metadata._continue
    if not token:
        break
assert names == [f"page-{index}" for index in range(5)], names

# Watched, over the end of a watch.
version = core.list_namespaced_config_map(NAMESPACE, label_selector="page=yes").metadata.resource_version
seen = []


def write():
    core.patch_namespaced_config_map("page-0", NAMESPACE, {"data": {"a": "1"}})
    core.delete_namespaced_config_map("page-1", NAMESPACE)
    core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "last", "labels": {"page": "yes"}}})


writer = threading.Thread(target=write)
writer.start()
stream = watch.Watch().stream(
    core.list_namespaced_config_map, NAMESPACE, label_selector="page=yes", resource_version=version, timeout_seconds=20
)
for event in stream:
    seen.append((event["type"], event["object"].metadata.name))
    if event["object"].metadata.name == "last":
        break
writer.join()
assert seen == [("MODIFIED", "page-0"), ("DELETED", "page-1"), ("ADDED", "last")], seen
try:
    for event in watch.Watch().stream(core.list_config_map_for_all_namespaces, resource_version="1", timeout_seconds=5):
        raise AssertionError(event)
except ApiException as error:
    assert error.status == 410, error

# Custom resources, and whatever discovery knows.
client.ApiextensionsV1Api().create_custom_resource_definition(
    {
        "metadata": {"name": "boats.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"plural": "boats", "kind": "Boat", "singular": "boat"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": {"type": "object", "properties": {"oars": {"type": "integer"}}}},
                        }
                    },
                }
            ],
        },
    }
)
boats = client.CustomObjectsApi()
boat = {"apiVersion": "example.org/v1", "kind": "Boat", "metadata": {"name": "one"}, "spec": {"oars": 2}}
boats.create_namespaced_custom_object("example.org", "v1", NAMESPACE, "boats", boat)
listed = boats.list_namespaced_custom_object("example.org", "v1", NAMESPACE, "boats")
assert [one["spec"]["oars"] for one in listed["items"]] == [2], listed
refused(422, "Invalid", boats.create_namespaced_custom_object, "example.org", "v1", NAMESPACE, "boats", {**boat, "metadata": {"name": "two"}, "spec": {"oars": "many"}})
any_kind = dynamic.DynamicClient(client.ApiClient())
kind = any_kind.resources.get(api_version="example.org/v1", kind="Boat")
kind.patch(name="one", namespace=NAMESPACE, body={"spec": {"oars": 4}}, content_type="application/merge-patch+json")
assert kind.get(name="one", namespace=NAMESPACE).spec.oars == 4
kind.delete(name="one", namespace=NAMESPACE)
roles = any_kind.resources.get(api_version="rbac.authorization.k8s.io/v1", kind="Role")
role = {"metadata": {"name": "lister"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}
assert roles.create(body=role, namespace=NAMESPACE).rules[0].verbs == ["list"]

# Gone.
core.delete_collection_namespaced_config_map(NAMESPACE, label_selector="page=yes")
assert core.list_namespaced_config_map(NAMESPACE, label_selector="page=yes").items == []
apps.delete_namespaced_deployment("web", NAMESPACE, propagation_policy="Foreground")
assert core.delete_namespaced_service("web", NAMESPACE) is not None
print("ok")
