"""A server on the loopback that runs beside the test, and ends with it."""

import socketserver
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Loopback(ABC):
    """`handler` is what takes a connection; `reached` counts those that came. What it keeps is kept under the `lock`."""

    server_class: type[socketserver.ThreadingTCPServer] = socketserver.ThreadingTCPServer
    scheme = ""
    reached: int
    lock: threading.Lock

    @abstractmethod
    def handler(self) -> type[socketserver.BaseRequestHandler]:
        """Made for this very server."""

    def __enter__(self) -> Self:
        self.server = self.server_class(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"
