"""What the routes of the gateway share."""

from __future__ import annotations

from dataclasses import dataclass

from infra.settings import Settings
from ingestion.gateway.authenticate import Authenticator
from ingestion.gateway.check import Checker
from ingestion.gateway.database import Database
from ingestion.gateway.durable import DurableLog
from ingestion.gateway.intake import Intake
from ingestion.gateway.key_cache import KeyCache
from ingestion.gateway.key_use import KeyUse
from ingestion.gateway.limits import Limits
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.receipt_ids import ReceiptIds


@dataclass(frozen=True)
class Services:
    """One of each a gateway process."""

    settings: Settings
    keys: KeyCache
    authenticator: Authenticator
    checker: Checker
    intake: Intake
    log: DurableLog
    metrics: Metrics
    database: Database
    receipts: ReceiptIds
    limits: Limits
    uses: KeyUse
