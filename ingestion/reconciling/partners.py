"""The check by partner: acknowledged = landed + duplicates + rejected + waiting in Kafka + held in the spool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from ingestion.reconciling.difference import Difference

_ACKNOWLEDGED = """
select partner, sum(events)::bigint from (
    select partner, accepted + rejected as events
    from ops.acknowledged inner join ops.gateways as g using (gateway)
    where coalesce(g.cluster_id, %(cluster_id)s) = %(cluster_id)s
    union all
    select partner, count(*) from ops.reject_replays
    where outcome = 'sent' and way = 'gateway' and partner is not null group by partner
) as answered
group by partner
"""
# One that has been silent for long is taken as lost, and what it held as missing.
_ELSEWHERE = """
select coalesce(sum(spooled), 0)::bigint from ops.gateways
where heard_at > clock_timestamp() - interval '1 hour' and coalesce(cluster_id, %(cluster_id)s) = %(cluster_id)s
"""
_ARRIVED = """
select partner, way, landed + duplicates - written_twice + id_reused + refused + rejected, unanswered
from ops.arrivals
"""


@dataclass(frozen=True)
class Balance:
    """Events of one partner that came one way. `unanswered`: stored, and never answered for."""

    partner: str
    way: str
    acknowledged: int
    arrived: int
    unanswered: int
    waiting: int
    spooled: int

    @property
    def missing(self) -> int:
        """Answered for and nowhere to be found; below 0: stored and not answered for."""
        return self.acknowledged + self.unanswered - self.arrived - self.waiting - self.spooled


def read_acknowledged(connection: psycopg.Connection, cluster_id: str) -> dict[str, int]:
    """Events that gateways of this Kafka cluster answered for as durable, by partner. To be read first of all."""
    return dict(connection.execute(_ACKNOWLEDGED, {"cluster_id": cluster_id}).fetchall())


def read_spooled(connection: psycopg.Connection, cluster_id: str) -> int:
    """Records that these gateways hold for Kafka, as they told when they last told what they answered for."""
    row = connection.execute(_ELSEWHERE, {"cluster_id": cluster_id}).fetchone()
    return int(row[0]) if row else 0


def balances(
    connection: psycopg.Connection,
    acknowledged: Mapping[str, int],
    waiting: Mapping[tuple[str, str], int],
    spooled: Mapping[tuple[str, str], int],
) -> list[Balance]:
    """One for each partner whose events came through a gateway, in their order."""
    arrived = {(partner, way): (n, rest) for partner, way, n, rest in connection.execute(_ARRIVED)}
    partners = set(acknowledged) | {partner for partner, way in arrived if way == "gateway"}
    return [
        Balance(
            partner,
            "gateway",
            acknowledged.get(partner, 0),
            *arrived.get((partner, "gateway"), (0, 0)),
            waiting.get((partner, "gateway"), 0),
            spooled.get((partner, "gateway"), 0),
        )
        for partner in sorted(partners)
    ]


def difference_of(balance: Balance) -> Difference | None:
    """What a partner must be told about, if anything is missing."""
    if balance.missing <= 0:
        return None
    found = balance.arrived + balance.waiting + balance.spooled
    detail = (
        f"{balance.missing} events of {balance.partner} were acknowledged and are nowhere: "
        f"{balance.acknowledged} acknowledged, {balance.arrived} in raw, {balance.waiting} in Kafka, {balance.spooled} "
        f"in the spool, {balance.unanswered} stored without an answer. Look at the differences by offset first, then "
        "whether a gateway's folder (its spool) was lost; ask the partner to send again (same ids: no doubles)."
    )
    place = f"{balance.partner}/{balance.way}"
    return Difference(
        "partner", place, detail, balance.acknowledged + balance.unanswered, found, partner=balance.partner
    )


def settle(connection: psycopg.Connection, surplus: Mapping[tuple[str, str], int]) -> None:
    """Take what is stored without an answer as such, so that it cannot stand in for what is lost later."""
    for (partner, way), more in surplus.items():
        connection.execute(
            "insert into ops.arrivals as a (partner, way, unanswered) values (%s, %s, %s)"
            " on conflict (partner, way) do update set unanswered = a.unanswered + excluded.unanswered",
            [partner, way, more],
        )
