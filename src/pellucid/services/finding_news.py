"""News about findings, told to those who subscribed: one event for all that one judgement has added."""

from typing import Any

from pellucid.domain.news import FindingNews
from pellucid.domain.webhook import EventType
from pellucid.services.webhooks import Webhooks

MOST_TOLD = 100


def tell_news(webhooks: Webhooks, product_id: str, scan_id: str, news: FindingNews) -> None:
    """At most a hundred items in an event, and how many there are in all; nothing where there is no news."""
    about = {"productId": product_id, "scanId": scan_id}
    if news.findings:
        found = [
            {"id": item.id, "name": item.name, "type": item.type, "severity": item.severity}
            for item in news.findings[:MOST_TOLD]
        ]
        data: dict[str, Any] = {**about, "total": len(news.findings), "findings": found}
        webhooks.enqueue(EventType.FINDING_CREATED, product_id, data)
    if news.escalations:
        worse = [
            {
                "id": item.id,
                "findingId": item.finding_id,
                "name": item.name,
                "kind": item.kind,
                "before": item.before,
                "after": item.after,
            }
            for item in news.escalations[:MOST_TOLD]
        ]
        data = {**about, "total": len(news.escalations), "escalations": worse}
        webhooks.enqueue(EventType.ESCALATION_CREATED, product_id, data)
