"""Makes calls of pyegeria, unmodified, against a platform and prints what came of each, one JSON object a line.

    python calls.py PLATFORM_URL setup|operate|manage|clear
"""

import asyncio
import json
import sys
import time

from pyegeria.core._exceptions import PyegeriaException
from pyegeria.omvs.core_omag_server_config import CoreServerConfig
from pyegeria.omvs.full_omag_server_config import FullServerConfig
from pyegeria.omvs.platform_services import Platform
from pyegeria.omvs.runtime_manager import RuntimeManager
from pyegeria.omvs.server_operations import ServerOps

USER, PASSWORD = "garygeeke", "secret"
STORE, DAEMON = "mds1", "idaemon1"
GROUP, OTHER_GROUP, CONNECTOR = "lab:group:1", "lab:group:2", "k1"


def tell(call, good, detail="", answer=None):
    print(json.dumps({"call": call, "good": bool(good), "detail": str(detail)[:600], "answer": answer}), flush=True)


def attempt(call, action, judge=lambda answer: True):
    """One call of the client; what it raises is what its users would see."""
    try:
        answer = action()
        tell(call, judge(answer), shown(answer), answer if isinstance(answer, str) else None)
        return answer
    except Exception as error:
        tell(call, False, f"{type(error).__name__}: {error}")
        return None


def refused(call, action):
    """A call that has to be refused, in a way that the client understands."""
    try:
        tell(call, False, f"was accepted: {shown(action())}")
    except PyegeriaException as error:
        tell(call, True, type(error).__name__)
    except Exception as error:
        tell(call, False, f"{type(error).__name__}: {error}")


def own_fault(call, fault, action):
    """A call that does not work against Egeria either: skipped, unless it does work."""
    try:
        action()
        tell(call, True)
    except Exception:
        print(json.dumps({"call": call, "skip": f"a fault of the client: {fault}"}), flush=True)


def shown(answer):
    try:
        return json.dumps(answer)
    except TypeError:
        return getattr(answer, "text", repr(answer))


def client(kind, server, url):
    made = attempt(f"{kind.__name__}: connect and log in", lambda: logged_in(kind(server, url, USER, PASSWORD)), bool)
    if made is None:
        sys.exit(1)
    return made


def logged_in(made):
    token = made.create_egeria_bearer_token(USER, PASSWORD)
    if token.count(".") != 2:
        raise ValueError(f"no token: {token[:100]}")
    return made


def setup(url):
    config = client(CoreServerConfig, STORE, url)
    platform = client(Platform, STORE, url)
    refused("log in with a wrong password", lambda: checked_log_in(url))
    own_fault(
        "set_basic_server_properties",
        "it sends no class, which Egeria refuses too",
        lambda: config.set_basic_server_properties("lab", "Lab", url, "daemonnpa", "secret", 100, DAEMON),
    )
    attempt("store: set_in_mem_local_repository", lambda: config.set_in_mem_local_repository(STORE))
    attempt("store: configure_all_access_services", lambda: config.configure_all_access_services_no_topics(STORE))
    attempt("store: activate_server_stored_config", lambda: platform.activate_server_stored_config(STORE))
    attempt(
        "daemon: config_integration_group",
        lambda: config.config_integration_group(STORE, url, GROUP, DAEMON),
    )
    attempt("token for the next step", lambda: platform.create_egeria_bearer_token(USER, PASSWORD), bool)


def checked_log_in(url):
    platform = Platform(STORE, url, USER, "wrong")
    token = platform.create_egeria_bearer_token(USER, "wrong")
    # the client takes whatever comes for a token: the first call tells
    return platform.get_known_servers() and token


def operate(url):
    config = client(CoreServerConfig, DAEMON, url)
    platform = client(Platform, DAEMON, url)
    operations = client(ServerOps, DAEMON, url)

    names = lambda groups: sorted(group["integrationGroupQualifiedName"] for group in groups)
    attempt(
        "get_integration_groups_config: one group",
        lambda: config.get_integration_groups_config(DAEMON),
        lambda groups: names(groups) == [GROUP],
    )
    attempt("config_integration_group: a second", lambda: config.config_integration_group(STORE, url, OTHER_GROUP, DAEMON))
    attempt(
        "get_integration_groups_config: both",
        lambda: config.get_integration_groups_config(DAEMON),
        lambda groups: names(groups) == [GROUP, OTHER_GROUP],
    )
    attempt(
        "get_stored_configuration",
        lambda: config.get_stored_configuration(DAEMON),
        lambda document: document["localServerName"] == DAEMON
        and names(document["dynamicIntegrationGroupsConfig"]) == [GROUP, OTHER_GROUP],
    )
    attempt("is_server_configured", lambda: config.is_server_configured(DAEMON), lambda flag: flag is True)
    attempt(
        "get_basic_server_properties",
        lambda: config.get_basic_server_properties(DAEMON),
        lambda properties: properties["localServerUserId"] == "daemonnpa",
    )
    attempt("get_server_type_classification", lambda: config.get_server_type_classification(DAEMON), bool)
    attempt("get_platform_origin", lambda: platform.get_platform_origin(), bool)
    attempt("activate_server_stored_config", lambda: platform.activate_server_stored_config(DAEMON))
    attempt(
        "get_active_server_list",
        lambda: platform.get_active_server_list(),
        lambda servers: {STORE, DAEMON} <= set(servers),
    )
    attempt("get_known_servers", lambda: platform.get_known_servers(), lambda servers: DAEMON in servers)
    attempt("is_server_known", lambda: platform.is_server_known(DAEMON), lambda flag: flag is True)
    attempt("check_server_active", lambda: platform.check_server_active(DAEMON), lambda flag: flag is True)
    attempt("get_active_server_instance_status", lambda: platform.get_active_server_instance_status(DAEMON), bool)
    attempt(
        "Platform.get_active_configuration",
        lambda: platform.get_active_configuration(DAEMON),
        lambda document: document["localServerName"] == DAEMON,
    )
    attempt("get_registered_all_services", lambda: platform.get_registered_all_services())

    attempt("get_active_server_status", lambda: operations.get_active_server_status(DAEMON), bool)
    attempt(
        "ServerOps.get_active_configuration",
        lambda: operations.get_active_configuration(DAEMON),
        lambda document: document["localServerName"] == DAEMON,
    )
    attempt("get_active_service_list_for_server", lambda: operations.get_active_service_list_for_server(DAEMON), bool)
    report = attempt("get_integration_daemon_status", lambda: daemon_report(operations), bool)
    tell("the registered connector is reported", report is not None and report["connectorName"] == CONNECTOR, shown(report))
    attempt(
        "get_connector_config",
        lambda: operations.get_connector_config(CONNECTOR, DAEMON),
        lambda answer: answer["properties"]["colour"] == "blue",
    )
    attempt("refresh_integration_connectors: one", lambda: operations.refresh_integration_connectors(CONNECTOR, DAEMON))
    refreshed = daemon_report(operations)
    tell(
        "a refreshed connector says so",
        refreshed is not None and refreshed.get("lastRefreshTime") is not None,
        shown(refreshed),
    )
    attempt("refresh_integration_connectors: all", lambda: operations.refresh_integration_connectors("all", DAEMON))
    attempt("restart_integration_connector", lambda: operations.restart_integration_connector(CONNECTOR, DAEMON))
    tell("it runs after the restart", daemon_report(operations) is not None)
    refused("an unknown connector is refused", lambda: operations.refresh_integration_connectors("nobody", DAEMON))
    refused("an unknown server is refused", lambda: operations.get_integration_daemon_status("nowhere"))


def manage(url):
    """The Runtime Manager, by which pyegeria's commands for operators watch a daemon and act on it."""
    manager = client(RuntimeManager, "view-server", url)
    of_daemon, by_name = {"display_name": DAEMON}, {"server_name": DAEMON}
    report = attempt(
        "RuntimeManager.get_server_report",
        lambda: manager.get_server_report(**by_name),
        lambda answer: answer["serverName"] == DAEMON
        and [each["connectorName"] for each in answer["integrationConnectorReports"]] == [CONNECTOR]
        and answer["integrationConnectorReports"][0]["connectorGUID"].startswith("IntegrationConnector-")
        and answer["integrationGroups"][0]["integrationGroupName"] == GROUP,
    )
    tell("the report tells the state of the server", report is not None and report["serverActiveStatus"] == "RUNNING")
    attempt(
        "RuntimeManager.get_servers_by_name",
        lambda: manager.get_servers_by_name(DAEMON),
        lambda servers: [server["properties"]["resourceName"] for server in servers] == [DAEMON],
    )
    attempt(
        "RuntimeManager.get_integration_connector_config_properties",
        lambda: manager.get_integration_connector_config_properties(CONNECTOR, **by_name),
        lambda properties: properties["colour"] == "blue",
    )
    attempt("RuntimeManager.refresh_integration_connector", lambda: manager.refresh_integration_connector(CONNECTOR, **of_daemon))
    attempt("RuntimeManager.restart_connector", lambda: manager.restart_connector(CONNECTOR, **of_daemon))
    attempt("RuntimeManager.refresh_integ_group_config", lambda: manager.refresh_integ_group_config(GROUP, **of_daemon))
    attempt(
        "RuntimeManager.publish_open_lineage_event_string",
        lambda: manager.publish_open_lineage_event_string('{"eventType":"START"}', **of_daemon),
    )
    refused("RuntimeManager: an unknown connector is refused", lambda: manager.restart_connector("nobody", **of_daemon))
    refused("RuntimeManager: an unknown server is refused", lambda: manager.get_server_report(server_guid="nobody"))
    attempt("RuntimeManager.shutdown_server", lambda: manager.shutdown_server(qualified_name=f"SoftwareServer::{DAEMON}"))
    attempt("RuntimeManager.activate_server_with_stored_config", lambda: manager.activate_server_with_stored_config(**of_daemon))
    operations = client(ServerOps, DAEMON, url)
    tell("the daemon runs again after that", daemon_report(operations) is not None)


def daemon_report(operations):
    """The daemon loads its groups after its start has been answered."""
    for _ in range(100):
        status = operations.get_integration_daemon_status(DAEMON)
        reports = [
            report
            for group in status.get("integrationGroupSummaries") or []
            for report in group.get("integrationConnectorReports") or []
        ]
        found = next((report for report in reports if report.get("connectorStatus") in ("RUNNING", "WAITING")), None)
        if found is not None:
            return found
        time.sleep(0.1)
    return None


def clear(url):
    config = client(CoreServerConfig, DAEMON, url)
    platform = client(Platform, DAEMON, url)
    attempt("clear_all_integration_groups", lambda: config.clear_all_integration_groups(DAEMON))
    attempt(
        "get_integration_groups_config: none",
        lambda: config.get_integration_groups_config(DAEMON),
        lambda groups: isinstance(groups, str),
    )
    attempt("shutdown_server", lambda: platform.shutdown_server(DAEMON))
    attempt("check_server_active: no longer", lambda: platform.check_server_active(DAEMON), lambda flag: flag is False)
    attempt("shutdown_and_unregister_server", lambda: platform.shutdown_and_unregister_server(STORE))
    full = client(FullServerConfig, DAEMON, url)
    body = [{"omagserverName": STORE, "omagserverPlatformRootURL": url, "integrationGroupQualifiedName": GROUP}]
    own_fault(
        "set_integration_groups_config",
        "it fails before it sends anything",
        lambda: full.set_integration_groups_config(body, DAEMON),
    )


if __name__ == "__main__":
    asyncio.set_event_loop(asyncio.new_event_loop())
    {"setup": setup, "operate": operate, "manage": manage, "clear": clear}[sys.argv[2]](sys.argv[1])
