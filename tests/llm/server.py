"""A small OpenAI-compatible server on this machine, whose answers a test lays out in advance."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What the server says to one request."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    wait: float = 0.0
    raw: str | None = None  # instead of a chat completion
    pieces: int = (
        0  # so many of `piece`, one after the other, without a length: a slow or long body
    )
    piece: bytes = b" "
    pause: float = 0.0  # seconds before each piece
    slow_head: bool = False  # the pieces go into the headers instead


@dataclass
class Endpoint:
    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@contextmanager
def serving(
    *answers: Answer, by: Callable[[dict[str, Any]], Answer] | None = None
) -> Iterator[Endpoint]:
    """Give `answers` one after the other; the last one is given again and again.

    With `by`, each request is answered by what it holds instead, in whatever order they come.
    """
    endpoint = Endpoint("")
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.requests.append(body)
            endpoint.keys.append(self.headers["Authorization"])
            answer = by(body) if by else answers[min(len(endpoint.requests), len(answers)) - 1]
            time.sleep(answer.wait)
            try:
                if answer.pieces:
                    self._trickle(answer)
                else:
                    self._send(answer, _body(answer, body))
            except OSError:
                pass  # the client gave up, as a test of time-outs wants

        def _trickle(self, answer: Answer) -> None:
            self.wfile.write(f"HTTP/1.1 {answer.status} OK\r\n".encode())
            self.wfile.write(b"X-Slow: " if answer.slow_head else b"Connection: close\r\n\r\n")
            self.close_connection = True
            for _ in range(answer.pieces):
                if stopped.wait(answer.pause):
                    return
                self.wfile.write(answer.piece)

        def _send(self, answer: Answer, body: str) -> None:
            data = body.encode("utf-8", "surrogatepass")
            self.send_response(answer.status)
            kind = "application/json" if answer.raw is None else "text/html"
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield endpoint
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _body(answer: Answer, request: dict[str, Any]) -> str:
    if answer.raw is not None:
        return answer.raw
    if answer.status != 200:
        return json.dumps({"error": {"message": "no", **answer.error}})
    message = {"role": "assistant", "content": answer.text}
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": request["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 40, "completion_tokens": 7, "total_tokens": 47},
        }
    )
