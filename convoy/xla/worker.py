# The worker process: runs StableHLO by jaxlib for the program that started it; worker.cc says what
# the messages are. In the one script that the library carries this file follows
# python/convoy/_jaxlib.py, so what that defines is at hand here.

import gc
import json
import mmap
import os
import select
import socket
import struct
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convoy._jaxlib import Client, Unavailable


def watch(connection: socket.socket, parent: int) -> None:
    """Ends this process as soon as the program has ended, in the middle of a computation too."""
    hang_up = select.poll()
    hang_up.register(connection, 0)
    # A fork of the program may hold the other end open beyond the program's end.
    while not hang_up.poll(1000) and os.getppid() == parent:
        pass
    os._exit(0)


def mapped(descriptor: int) -> mmap.mmap:
    try:
        return mmap.mmap(descriptor, 0)
    finally:
        os.close(descriptor)


class Messages:
    """Texts of JSON with at most one descriptor of memory, to and from the program."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def receive(self) -> tuple[dict[str, Any], mmap.mmap | None]:
        head, memory = b"", None
        while len(head) < 4:
            part, descriptors, _, _ = socket.recv_fds(self.connection, 4 - len(head), 1)
            if not part:
                os._exit(0)
            head += part
            memory = mapped(descriptors[0]) if descriptors else memory
        (length,) = struct.unpack("=I", head)
        text = bytearray()
        while len(text) < length:
            text += self.connection.recv(min(length - len(text), 1 << 20)) or os._exit(0)
        return json.loads(text), memory

    def send(self, message: dict[str, Any], payload: bytes = b"") -> None:
        text = json.dumps(message).encode()
        descriptors = []
        if payload:
            descriptors.append(os.memfd_create("convoy"))
            with open(descriptors[0], "wb", closefd=False) as file:
                file.write(payload)
        head = struct.pack("=I", len(text))
        sent = socket.send_fds(self.connection, [head], descriptors)
        self.connection.sendall((head + text)[sent:])
        for descriptor in descriptors:
            os.close(descriptor)


class Worker:
    """What there is by number, and a function for each kind of request."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.programs: dict[int, tuple[Any, list[Any], list[Any]]] = {}
        self.arrays: dict[int, Any] = {}
        self.shared: mmap.mmap | None = None  # arguments and results of calls

    def array(self, kind: list[Any], memory: mmap.mmap, at: int = 0) -> Any:
        import numpy as np

        dtype, shape = kind
        return np.ndarray(shape, np.dtype(dtype), memory, at)

    def keep(self, request: dict[str, Any], memory: mmap.mmap) -> None:
        self.arrays[request["id"]] = self.client.put(self.array(request["type"], memory))

    def compile(self, request: dict[str, Any], memory: mmap.mmap) -> None:
        program = self.client.compile(memory[:].decode(errors="replace"))
        self.programs[request["id"]] = program, request["arguments"], request["results"]

    def load(self, request: dict[str, Any], memory: mmap.mmap) -> None:
        program = self.client.load(memory[:])
        self.programs[request["id"]] = program, request["arguments"], request["results"]

    def serialize(self, request: dict[str, Any], _: None) -> bytes:
        return self.client.serialize(self.programs[request["id"]][0])

    def run(self, request: dict[str, Any], memory: mmap.mmap | None) -> None:
        self.shared = memory or self.shared
        assert self.shared
        program, argument_types, result_types = self.programs[request["id"]]
        arguments = [
            self.arrays[argument["kept"]]
            if "kept" in argument
            else self.array(kind, self.shared, argument["at"])
            for kind, argument in zip(argument_types, request["arguments"], strict=True)
        ]
        results = self.client.run(program, arguments)
        for kind, at, result in zip(result_types, request["results"], results, strict=True):
            self.array(kind, self.shared, at)[...] = result

    def forget(self, request: dict[str, Any], _: None) -> None:
        for number in request["ids"]:
            self.programs.pop(number, None)
            self.arrays.pop(number, None)

    def answer(
        self, request: dict[str, Any], memory: mmap.mmap | None
    ) -> tuple[dict[str, Any], bytes] | None:
        """What there is to say to a request, and bytes that go with it."""
        try:
            payload = getattr(self, request["do"])(request, memory)
        except Exception as error:
            return {"error": str(error) or type(error).__name__}, b""
        return None if request["do"] == "forget" else ({}, payload or b"")

    def greeting(self) -> dict[str, Any]:
        return {
            "platform": self.client.platform,
            "fingerprint": self.client.fingerprint(),
            "devices": self.client.devices(),
        }


def main() -> None:
    connection = socket.socket(fileno=3)
    connection.set_inheritable(False)
    threading.Thread(target=watch, args=(connection, int(sys.argv[1])), daemon=True).start()
    messages = Messages(connection)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    try:
        worker = Worker(Client())
    except Unavailable as error:
        messages.send({"error": f"{error}\nor name another Python by CONVOY_PYTHON"})
        return
    except Exception as error:  # a platform that does not start
        messages.send({"error": str(error)})
        return
    messages.send(worker.greeting())
    while True:
        request, memory = messages.receive()
        answer = worker.answer(request, memory)
        if answer:
            messages.send(*answer)
        del memory
        gc.collect(0)  # XLA gives memory back that it was lent when Python collects garbage


main()
