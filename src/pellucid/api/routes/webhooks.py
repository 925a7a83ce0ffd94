"""Webhooks: subscribe to events, test, rotate the secret, look at deliveries, replay them.

The service asks for the permissions (webhooks.list, create, update, delete): they may be held on one product only, and
which product a webhook belongs to is not in the path.
"""

from pellucid.api.dependencies import Caller, Webhooks
from pellucid.api.parameters import DeliveryId, WebhookId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import bulk, webhook

router = ContractRouter()
own = router.own  # none of these is in the contract

ALL = "/api/v4/webhooks"
ONE = "/api/v4/webhooks/{webhookId}"
TAG = "Webhook"


@own("CreateWebhook", "POST", ALL, permission="", tag=TAG, status=201)
def create_webhook(body: webhook.NewWebhook, caller: Caller, webhooks: Webhooks) -> webhook.WebhookWithSecret:
    created = webhooks.create(caller, url=body.url, events=body.events, product_id=body.product_id or "")
    return webhook.WebhookWithSecret.of(created)


@own("ListWebhooks", "GET", ALL, permission="", tag=TAG)
def list_webhooks(caller: Caller, webhooks: Webhooks) -> webhook.Webhooks:
    return webhook.Webhooks.of(webhooks.list(caller))


@own("GetWebhook", "GET", ONE, permission="", tag=TAG)
def get_webhook(webhook_id: WebhookId, caller: Caller, webhooks: Webhooks) -> webhook.Webhook:
    return webhook.Webhook.of(webhooks.get(caller, webhook_id))


@own("DeleteWebhook", "DELETE", ONE, permission="", tag=TAG)
def delete_webhook(webhook_id: WebhookId, caller: Caller, webhooks: Webhooks) -> bulk.BulkIds:
    webhooks.delete(caller, webhook_id)
    return bulk.BulkIds(ids=[webhook_id])


@own("TestWebhook", "POST", f"{ONE}:test", permission="", tag=TAG, status=201)
def send_test(webhook_id: WebhookId, caller: Caller, webhooks: Webhooks) -> webhook.Delivery:
    return webhook.Delivery.of(webhooks.test(caller, webhook_id))


@own("RotateWebhookSecret", "POST", f"{ONE}:rotateSecret", permission="", tag=TAG)
def rotate_webhook_secret(webhook_id: WebhookId, caller: Caller, webhooks: Webhooks) -> webhook.WebhookWithSecret:
    return webhook.WebhookWithSecret.of(webhooks.rotate_secret(caller, webhook_id))


@own("ListWebhookDeliveries", "GET", f"{ONE}/deliveries", permission="", tag=TAG)
def list_webhook_deliveries(webhook_id: WebhookId, caller: Caller, webhooks: Webhooks) -> webhook.Deliveries:
    return webhook.Deliveries.of(webhooks.deliveries(caller, webhook_id))


@own("ReplayWebhookDelivery", "POST", f"{ONE}/deliveries/{{deliveryId}}:replay", permission="", tag=TAG)
def replay_webhook_delivery(
    webhook_id: WebhookId, delivery_id: DeliveryId, caller: Caller, webhooks: Webhooks
) -> webhook.Delivery:
    return webhook.Delivery.of(webhooks.replay(caller, webhook_id, delivery_id))
