"""Makes Superset show what the files say: assets, roles, users, who opens what. Run it again at any time.

python -m infra.superset.importer
"""

from __future__ import annotations

import sys
import time

from infra.settings import Settings, SettingsError
from infra.superset.access import apply_roles, apply_users, open_dashboards, read_access
from infra.superset.bundle import KINDS, read_assets, zip_assets
from infra.superset.client import Client, SupersetError
from infra.superset.leftovers import remove_leftovers


def import_all(settings: Settings) -> list[str]:
    """Import assets, remove leftovers, apply roles.yaml; one sentence for each thing done.

    Raises SupersetError or SettingsError; whatever was done before stays and is done again next time.
    """
    assets, plan = read_assets(), read_access()
    passwords = {name: settings.secret(user["secret"]) for name, user in plan["users"].items()}
    with Client(settings.superset_url) as client:
        client.sign_in("admin", settings.secret("superset_admin"))
        bundle = {"bundle": ("assets.zip", zip_assets(), "application/zip")}
        client.send("POST", "/api/v1/assets/import/", files=bundle)
        done = ["Imported " + ", ".join(f"{len(assets[kind])} {kind}" for kind in KINDS) + "."]
        done += [f"Removed {name}: it is no longer among the files." for name in remove_leftovers(client, assets)]
        roles = apply_roles(client, plan)
        apply_users(client, plan, roles, passwords)
        open_dashboards(client, plan, roles)
    done.append(f"Applied the roles {', '.join(plan['roles'])} and the users {', '.join(plan['users'])}.")
    done += [f"{settings.superset_url}/superset/dashboard/{slug}/ opens for {', '.join(names)}."
             for slug, names in plan["dashboards"].items()]  # fmt: skip
    return done


def main() -> int:
    """Import into the stack of the environment; 0 if all went well."""
    started = time.monotonic()
    try:
        done = import_all(Settings.load())
    except (SupersetError, SettingsError, ValueError) as error:
        print(f"The dashboards could not be imported. {error}", file=sys.stderr)
        return 1
    print("\n".join(done))
    print(f"Dashboards are in place after {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
