"""One partner and one key for each simulated city, and one for the programme itself."""

from __future__ import annotations

from infra.settings import Settings
from ingestion.kept_keys import kept_key
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.places import CITIES


def sender_keys(settings: Settings, config: SimulationConfig) -> dict[str, str]:
    """The key of each sender (city codes and the programme's); made if there is none that is active.

    Keys are kept as the secrets key_simulation_<city>, so that a second run uses those of the first.
    """
    return {
        sender: kept_key(settings, f"key_simulation_{sender.lower()}", label="simulation", **scope)
        for sender, scope in key_scopes(config).items()
    }


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
