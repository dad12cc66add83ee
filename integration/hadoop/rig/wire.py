"""Hadoop RPC, as little of it as asks a daemon whether it is ready and makes a few directories.

Over HTTP the same questions would make each daemon load its web server first, which takes seconds. A request is a
frame: length, then header, method and message, each a protobuf message after its own length.
"""

import os
import socket
import struct
from typing import Dict, List, Union

CLIENT = "org.apache.hadoop.hdfs.protocol.ClientProtocol"
RESOURCE_MANAGER = "org.apache.hadoop.yarn.api.ApplicationClientProtocolPB"
HA_SERVICE = "org.apache.hadoop.ha.HAServiceProtocol"

_CONTEXT_CALL = -3
_TIMEOUT = 5.0
_LARGEST = 16 << 20

Value = Union[int, str, bytes]
Fields = Dict[int, List[Union[int, bytes]]]


class RpcError(Exception):
    """The server answered with an exception."""


def message(*fields) -> bytes:
    """A protobuf message of (number, value) pairs; a value is an int, a text or bytes."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += _varint(number << 3) + _varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += _varint(number << 3 | 2) + _varint(len(data)) + data
    return out


def parse(data: bytes) -> Fields:
    """The fields of a message, by number, each with all its values."""
    fields: Fields = {}
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _read_varint(data, at)
        elif kind == 2:
            length, at = _read_varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = data[at : at + size], at + size
        fields.setdefault(key >> 3, []).append(value)
    return fields


class Connection:
    """One connection for one protocol, without security. Calls go one after another."""

    def __init__(self, address: str, port: int, protocol: str, user: str):
        self._protocol = protocol
        self._client = os.urandom(16)
        self._call = 0
        self._socket = socket.create_connection((address, port), _TIMEOUT)
        context = message((2, message((1, user))), (3, protocol))
        self._socket.sendall(b"hrpc\x09\x00\x00" + self._frame(_CONTEXT_CALL, context))

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def call(self, method: str, request: bytes = b"") -> Fields:
        """Calls a method; raises `RpcError` or `OSError`."""
        header = message((1, method), (2, self._protocol), (3, 1))
        self._socket.sendall(self._frame(self._call, header, request))
        self._call += 1
        (length,) = struct.unpack(">I", self._receive(4))
        if length > _LARGEST:
            raise OSError(f"a reply of {length} bytes")
        reply = self._receive(length)
        size, at = _read_varint(reply, 0)
        status = parse(reply[at : at + size])
        if status[2][0] != 0:
            raise RpcError(status.get(5, [b""])[0].decode(errors="replace").split("\n")[0])
        size, at = _read_varint(reply, at + size)
        return parse(reply[at : at + size])

    def _frame(self, call: int, *messages: bytes) -> bytes:
        retry = -1 if call < 0 else 0
        header = message((1, 2), (2, 0), (3, _zigzag(call)), (4, self._client), (5, _zigzag(retry)))
        body = b"".join(_varint(len(one)) + one for one in (header, *messages))
        return struct.pack(">I", len(body)) + body

    def _receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise OSError("the server closed the connection")
            data += part
        return data


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int):
    value = shift = 0
    while True:
        if at >= len(data):
            raise OSError("a message ends too early")
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
