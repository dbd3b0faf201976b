"""A bounded load generator: a few kept-alive connections, each with one request under way at a time.

It writes and reads plain sockets in one thread, so that next to nothing of the machine goes to the client
and a fast baseline is not held back by it.
"""

import selectors
import socket
import time
from dataclasses import dataclass

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass
class Connection:
    """One connection and what has arrived of the answer under way."""

    socket: socket.socket
    arrived: bytearray
    wanted: int = 0

    def finished(self, piece: bytes) -> bool:
        """Whether the answer is complete with this piece; raises unless it is a 200."""
        self.arrived += piece
        if not self.wanted:
            end = self.arrived.find(HEAD_END)
            if end < 0:
                return False
            head = bytes(self.arrived[:end]).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(head.partition(b"\r\n")[0].decode())
            length = head.partition(LENGTH)[2].partition(b"\r\n")[0]
            self.wanted = end + len(HEAD_END) + int(length)
        return len(self.arrived) >= self.wanted


def requests_per_second(port: int, path: str, cookie: str = "", *, seconds: float, connections: int) -> float:
    """Complete answers a second from ``path`` on a server of this machine."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
    with selectors.DefaultSelector() as selector:
        opened = [_open(port, selector) for _ in range(connections)]
        begin = time.perf_counter()
        for connection in opened:
            connection.socket.sendall(request)
        answers = _collect(selector, request, begin + seconds)
        taken = time.perf_counter() - begin
        for connection in opened:
            connection.socket.close()
    return answers / taken


def _open(port: int, selector: selectors.BaseSelector) -> Connection:
    connection = Connection(socket.create_connection(("127.0.0.1", port)), bytearray())
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(connection.socket, selectors.EVENT_READ, connection)
    return connection


def _collect(selector: selectors.BaseSelector, request: bytes, deadline: float) -> int:
    answers = 0
    while time.perf_counter() < deadline:
        for key, _ in selector.select(timeout=1):
            connection: Connection = key.data
            piece = connection.socket.recv(262144)
            if not piece:
                raise RuntimeError("the server hung up")
            if connection.finished(piece):
                answers += 1
                connection.arrived.clear()
                connection.wanted = 0
                connection.socket.sendall(request)
    return answers
