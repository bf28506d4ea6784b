"""What cannot run here, for want of a container engine, is at least sound: linted, of the right schema, sealed, and whole."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.channels.website.settings import WebsiteSettings

_ROOT = Path(__file__).parents[3]
_DEPLOY = _ROOT / "deploy"
_FOLDER = _DEPLOY / "kubernetes"
_SECRETS = {
    "KNOWLEDGE_DATABASE_URL", "CONVERSATIONS_DATABASE_URL", "DESK_DATABASE_URL", "TRACKER_PASSWORD", "REDIS_PASSWORD", "DESK_API_TOKEN",
    "WEBSITE_LIMITS_KEY", "DESK_OIDC_CLIENT_SECRET",
    "EVENTS_RABBITMQ_URL", "ANALYTICS_DATABASE_URL", "RABBITMQ_DEFAULT_PASS",
}  # fmt: skip


def _documents() -> list[tuple[str, dict[str, Any]]]:
    files = sorted(path for path in _FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")
    return [
        (f"{path.name}: {one['kind']} {one['metadata']['name']}", one) for path in files for one in yaml.safe_load_all(path.read_text())
    ]


_ALL = _documents()
_RUN = {"Deployment", "Job", "CronJob"}
_PODS = [(name, one["spec"].get("jobTemplate", one)["spec"]["template"]["spec"]) for name, one in _ALL if one["kind"] in _RUN]
_CONTAINERS = [(name, pod, container) for name, pod in _PODS for container in pod["containers"]]


@pytest.mark.parametrize("document", [one for _, one in _ALL], ids=[name for name, _ in _ALL])
def test_every_manifest_has_the_schema_of_its_kind(document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, "1.28", strict=True)


def test_the_schemas_would_refuse_a_wrong_one() -> None:
    broken = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"portz": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.28", strict=True)


@pytest.mark.parametrize("folder", [_FOLDER, _FOLDER / "events"], ids=["kubernetes", "events"])
def test_kustomization_lists_every_file(folder: Path) -> None:
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml")


def test_the_event_stream_is_off_until_its_component_is_named_and_workers_cannot_reach_rabbitmq() -> None:
    settings = next(one for name, one in _ALL if name.endswith("ConfigMap assistant"))
    assert settings["data"]["EVENTS_STREAM"] == "no"
    (patch,) = yaml.safe_load((_FOLDER / "events/kustomization.yaml").read_text())["patches"]
    assert yaml.safe_load(patch["patch"])["data"] == {"EVENTS_STREAM": "yes"}
    for name, _, container in _CONTAINERS:
        given = {one["valueFrom"]["secretKeyRef"]["key"] for one in container.get("env", ()) if "secretKeyRef" in one["valueFrom"]}
        assert ("EVENTS_RABBITMQ_URL" in given) == (name.split()[-1] in {"relay", "consumer"})
    services = yaml.safe_load((_DEPLOY / "compose.yml").read_text())["services"]
    assert {name for name, one in services.items() if one.get("profiles") == ["events"]} == {"rabbitmq", "relay", "consumer"}
    assert {name for name, one in services.items() if "EVENTS_RABBITMQ_URL" in one["environment"]} == {"relay", "consumer"}


@pytest.mark.parametrize(("pod", "container"), [(pod, one) for _, pod, one in _CONTAINERS], ids=[name for name, _, _ in _CONTAINERS])
def test_every_container_is_sealed_and_bounded(pod: dict[str, Any], container: dict[str, Any]) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False  # a service's name would become a setting of ours
    assert set(container["resources"]["limits"]) == set(container["resources"]["requests"]) == {"cpu", "memory"}


def test_what_serves_is_probed_on_ports_it_has() -> None:
    for name, _, container in _CONTAINERS:
        if "Job" in name:
            continue
        ports = {port["name"] for port in container["ports"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            (how,) = [container[probe][key] for key in ("httpGet", "tcpSocket") if key in container[probe]]
            assert how["port"] in ports, (name, probe)
    paths = {
        probe["httpGet"]["path"] for _, _, one in _CONTAINERS if one["name"] == "assistant" for key, probe in one.items() if "Probe" in key
    }
    source = (_ROOT / "bot/monitoring/endpoint.py").read_text()
    assert paths == {"/health/ready", "/health/serving", "/health/live"} <= set(re.findall(r'"(/health/\w+)"', source))


def test_services_policies_and_budgets_choose_pods_that_there_are() -> None:
    labels = {one["metadata"]["labels"]["app.kubernetes.io/name"] for _, one in _ALL if one["kind"] in _RUN}
    chosen = re.findall(r"app\.kubernetes\.io/name: ([\w-]+)", "\n".join(path.read_text() for path in _FOLDER.rglob("*.yaml")))
    assert set(chosen) == labels
    scaler = next(one for _, one in _ALL if one["kind"] == "HorizontalPodAutoscaler")
    budget = next(one for name, one in _ALL if name.endswith("PodDisruptionBudget assistant"))
    assert scaler["spec"]["minReplicas"] > budget["spec"]["minAvailable"]  # a node can be emptied


def test_no_secret_stands_in_a_file() -> None:
    for _, one in _ALL:
        assert one["kind"] != "Secret"
        if one["kind"] == "ConfigMap":
            assert set(one["data"]) & _SECRETS == set()
    for path in (_DEPLOY / "env.example", *_DEPLOY.glob("compose*.yml")):
        for name in _SECRETS:
            for value in re.findall(rf"^[ ]*{name}[=:][ ]*(\S+)", path.read_text(), re.M):
                assert "${" in value, (path.name, name)


def test_every_variable_of_endpoints_yml_is_given() -> None:
    wanted = set(re.findall(r"\$\{(\w+)\}", (_DEPLOY / "endpoints.yml").read_text().split("\n\n", 1)[0].split("tracker_store", 1)[1]))
    wanted |= set(re.findall(r"\$\{(\w+)\}", (_DEPLOY / "endpoints.yml").read_text().split("lock_store", 1)[1]))
    settings = {name for _, one in _ALL if one["kind"] == "ConfigMap" for name in one["data"]}
    assert len(wanted) == 8
    assert wanted <= settings | _SECRETS
    compose = yaml.safe_load((_DEPLOY / "compose.yml").read_text())
    assert wanted <= set(compose["services"]["assistant"]["environment"])


def test_compose_is_sealed_and_names_what_there_is() -> None:
    compose = yaml.safe_load((_DEPLOY / "compose.yml").read_text())
    services = compose["services"]
    for name in ("migrate", "assistant", "desk", "backup", "nginx", "redis", "relay", "consumer"):
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert not services[name]["user"].startswith("0"), name
    published = {name for name, service in services.items() if "ports" in service}
    assert published == {"nginx"}
    assert {name for name, service in services.items() if "outside" in service["networks"]} == {"nginx"}
    assert compose["networks"]["inside"] == {"internal": True}
    asked = {name for file in _DEPLOY.glob("compose*.yml") for name in re.findall(r"\$\{(\w+)", file.read_text())}
    assert asked == set(re.findall(r"^(\w+)=", (_DEPLOY / "env.example").read_text(), re.M))
    for service in services.values():
        for other in service.get("depends_on", {}):
            assert other in services


def test_single_sign_on_reaches_the_desk_and_nobody_else() -> None:
    names = set(re.findall(r'"(DESK_OIDC_\w+)"', (_ROOT / "web/desk/settings.py").read_text()))
    assert len(names) == 4
    settings = {name for _, one in _ALL if one["kind"] == "ConfigMap" for name in one["data"]}
    assert names <= settings | _SECRETS
    whole = yaml.safe_load((_DEPLOY / "compose.yml").read_text())
    more = yaml.safe_load((_DEPLOY / "compose.sign-on.yml").read_text())
    assert set(more["services"]) == {"desk"}
    desk = more["services"]["desk"]
    assert set(desk["environment"]) == names
    (way,) = set(desk["networks"]) - set(whole["networks"])
    assert set(more["networks"]) == {way}
    assert (more["networks"][way] or {}).get("internal") is not True
    ways = {one["metadata"]["name"]: one["spec"].get("egress", []) for _, one in _ALL if one["kind"] == "NetworkPolicy"}
    web = {name for name, rules in ways.items() for rule in rules for port in rule.get("ports", []) if port["port"] == 443}
    assert web == {"desk"}


def test_what_limits_need_is_given_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    compose = yaml.safe_load((_DEPLOY / "compose.yml").read_text())["services"]["assistant"]["environment"]
    settings = {name: value for _, one in _ALL if one["kind"] == "ConfigMap" for name, value in one["data"].items()}
    assert compose["WEBSITE_LIMITS_STORE"] == settings["WEBSITE_LIMITS_STORE"] == "redis"
    whole = {
        **settings,
        **dict.fromkeys(_SECRETS, "a-secret-of-the-tests-0123456789"),
        "ASSISTANT_ENDPOINTS": str(_DEPLOY / "endpoints.yml"),
    }
    for name in re.findall(r"\$\{(\w+)\}", (_DEPLOY / "endpoints.yml").read_text()):
        monkeypatch.setenv(name, whole[name])  # Rasa looks there
    shared = WebsiteSettings.read(whole).shared_limits
    assert shared is not None
    assert (shared.redis.url, shared.redis.port) == ("redis.hospital.example", 6379)


@pytest.mark.parametrize("file", ["Dockerfile", "nginx/Dockerfile", "backup/Dockerfile"])
def test_dockerfiles_are_linted_and_copy_what_there_is(file: str) -> None:
    path = _DEPLOY / file
    linter = Path(sys.executable).parent / "hadolint"
    told = subprocess.run([str(linter), "--failure-threshold", "style", str(path)], capture_output=True, text=True)
    assert (told.returncode, told.stdout) == (0, "")
    text = path.read_text()
    context = path.parent if file == "nginx/Dockerfile" else _ROOT
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.M):
        for source in line.split()[:-1]:
            assert (context / source).exists(), source
    last = text.rsplit("\nFROM ", 1)[1]
    assert "USER 10001:10001" in last
    for image in re.findall(r"^ARG \w+_IMAGE=(\S+)$", text, re.M):
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+-[\w-]+", image)  # one version, never `latest`


@pytest.mark.parametrize("file", ["Dockerfile", "backup/Dockerfile"])
def test_the_image_holds_what_is_copied_and_no_more(file: str) -> None:
    kept = re.findall(r"^!(\S+)$", (_DEPLOY / f"{file}.dockerignore").read_text(), re.M)
    copied = {part for line in re.findall(r"^COPY (?!--from)(.*)$", (_DEPLOY / file).read_text(), re.M) for part in line.split()[:-1]}
    assert {part for part in copied if not any(part == one or part.startswith(f"{one}/") for one in kept)} == set()
    assert not any(name in kept for name in (".git", "tests", ".data", "models", "deploy"))


def test_the_image_compiles_nothing_when_it_starts(tmp_path: Path) -> None:
    last = (_DEPLOY / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
    (commands,) = re.findall(r"^RUN (python -m compileall .*?)\nUSER", last, re.M | re.S)
    ours = shlex.split(commands.split("&&")[0].replace("\\\n", " "))
    copied = re.findall(r"^COPY (\w+) \1$", last, re.M)
    assert set(copied) == set(ours[-len(copied) :])
    assert last.index("RUN python -m compileall") > last.rindex("COPY ")
    for name in ("database", "bot/monitoring", "bot/__init__.py"):
        to = tmp_path / name
        to.parent.mkdir(exist_ok=True)
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(_ROOT / name, to)
    for name in ("knowledge", "web"):
        (tmp_path / name).mkdir()
    subprocess.run([sys.executable, *ours[1:]], cwd=tmp_path, check=True)
    for file in tmp_path.rglob("*.py"):
        os.utime(file, (1, 1))  # layers may give a file another time
    code = "import sys; sys.dont_write_bytecode = True; import database, bot.monitoring.metrics"
    told = subprocess.run([sys.executable, "-v", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"{tmp_path}/database/__pycache__/engines" in told.stderr
    assert re.findall(rf"code object from '?{re.escape(str(tmp_path))}/\S+\.py'?$", told.stderr, re.M) == []


def test_scripts_can_be_run() -> None:
    for path in (_DEPLOY / "nginx/start",):
        assert os.access(path, os.X_OK)
        assert subprocess.run(["sh", "-n", str(path)]).returncode == 0


def test_backups_are_made_with_options_that_there_are() -> None:
    from deploy.backup.__main__ import main

    (args,) = (container["args"] for name, _, container in _CONTAINERS if "CronJob" in name)
    nightly = re.findall(r"python -m deploy\.backup ([^|;&]+)", " ".join(args))
    told = [*nightly, *re.findall(r"run --rm backup (.*)", (_ROOT / "docs/deploying.md").read_text())]
    assert len(told) == 4
    for line in told:
        words = line.split()
        context = main.commands[words[0]].make_context(words[0], words[1:])
        assert context.params["without_model"]
        assert context.params["prune_after"] is not None
