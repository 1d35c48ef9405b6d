"""A client of the API as programs use it: JSON, with a session that is checked for CSRF or with a token."""

import json
from typing import Any

from django.test import Client

from trademe.accounts.models import User


class Api:
    """Signed in as ``user`` (None: nobody)."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json.dumps(body), content_type="application/json")

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(path, json.dumps(body), content_type="application/json")

    def delete(self, path: str) -> Any:
        return self.client.delete(path)

    def all_pages(self, path: str, **query: Any) -> list[Any]:
        """Every row, by following ``next``."""
        rows: list[Any] = []
        page = self.get(path, **query).json()
        rows += page["results"]
        while page["next"]:
            page = self.client.get(page["next"]).json()
            rows += page["results"]
        return rows
