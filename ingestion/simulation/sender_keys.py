"""One partner and one key for each simulated city, and one for the programme itself."""

from __future__ import annotations

from infra.local.files import read_or_none, write_private
from infra.settings import Settings
from ingestion.keys import create_key, list_keys
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.places import CITIES


def sender_keys(settings: Settings, config: SimulationConfig) -> dict[str, str]:
    """The key of each sender (city codes and the programme's); made if there is none that is active.

    Keys are kept as the secrets key_simulation_<city>, so that a second run uses those of the first.
    """
    active = {row.key_id for row in list_keys(settings.dsn("owner")) if row.state == "active"}
    keys = {}
    for sender, scope in key_scopes(config).items():
        path = settings.home / "secrets" / f"key_simulation_{sender.lower()}"
        known = read_or_none(path)
        if known is None or known.split("_")[1] not in active:
            known = create_key(settings.dsn("owner"), label="simulation", **scope)
            write_private(path, known + "\n")
        keys[sender] = known
    return keys


def key_scopes(config: SimulationConfig) -> dict[str, dict]:
    """What to ask of create_key for each sender: a city's key writes for that city only."""
    scopes: dict[str, dict] = {
        config.programme: {
            "programme": config.programme,
            "partner": "sim-programme",
            "source_prefix": f"{config.source_prefix}:programme",
        }
    }
    for code in config.cities:
        scopes[code] = {
            "programme": config.programme,
            "partner": f"sim-{CITIES[code].slug}",
            "source_prefix": f"{config.source_prefix}:{CITIES[code].slug}",
            "cities": [code],
        }
    return scopes
