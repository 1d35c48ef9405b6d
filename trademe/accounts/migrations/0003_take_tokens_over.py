"""Tokens that stood in plain text keep working, as hashes; the plain ones are gone."""

import hashlib
from typing import Any

from django.db import migrations


def take_over(apps: Any, schema_editor: Any) -> None:
    old = apps.get_model("authtoken", "Token")
    new = apps.get_model("accounts", "ApiToken")
    for token in old.objects.all():
        digest = hashlib.sha256(token.key.encode()).hexdigest()
        new.objects.get_or_create(digest=digest, defaults={"user_id": token.user_id, "beginning": token.key[:6]})
    old.objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_api_token"), ("authtoken", "0004_alter_tokenproxy_options")]

    # back: a hash gives no token back; people make new ones
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
