"""A cable between a server and what it needs: it can be cut, go dead without a word, or be slow."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time


class Cable:
    """Passes TCP on to a port of this machine.

    Args:
        port: where it leads.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._flowing = threading.Event()
        self._flowing.set()
        self._late = (0.0, 0.0)
        self._listening = self._listen(0)
        self.port = int(self._listening.getsockname()[1])

    def _listen(self, port: int) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        return listening

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near = listening.accept()[0]
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:  # nobody is at the other end; whoever asked is told so
                near.close()
                continue
            with self._lock:
                self._open += [near, far]
            for one, other, answers in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pass_on, args=(one, other, answers), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if answers and self._late[1]:
                    time.sleep(random.uniform(*self._late))
                self._flowing.wait()
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """End every connection and take no new one."""
        self.flow()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self._open.clear()

    def mend(self) -> None:
        """Pass on again, at the same port."""
        self._listening = self._listen(self.port)

    def go_dead(self) -> None:
        """Take connections and what is sent, and pass nothing on, in neither direction."""
        self._flowing.clear()

    def be_slow(self, least: float, most: float) -> None:
        """Pass each answer on so many seconds late."""
        self._late = (least, most)

    def flow(self) -> None:
        """Pass on as before."""
        self._late = (0.0, 0.0)
        self._flowing.set()
