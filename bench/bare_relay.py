"""The least that can stand between a model and a browser: each delta becomes a frame, nothing is stored or checked."""

import json
import os
from typing import Any

import httpx

UPSTREAM = os.environ["OPENAI_BASE_URL"]
_client: httpx.AsyncClient | None = None


def client() -> httpx.AsyncClient:
    global _client
    if _client is None:
        _client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None))
    return _client


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await relay(json.loads(message["text"])["content"], send)


async def relay(content: str, send: Any) -> None:
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": content}]}
    texts: list[str] = []
    async with client().stream("POST", f"{UPSTREAM}/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    if text := choice["delta"].get("content"):
                        texts.append(text)
                        await send_frame(send, type="ai_stream_chunk", text=text)
    await send_frame(send, type="ai_stream_end", status="complete", content="".join(texts))


async def send_frame(send: Any, **fields: str) -> None:
    await send({"type": "websocket.send", "text": json.dumps(fields)})
