"""A python-socketio server in a cluster that executes requests.

environment  REDIS_URL, REDIS_SENTINEL as name@host:port,..., or REDIS_CLUSTER as host:port,...; NODE_EXTRA_CA_CERTS.
             python-socketio does not support Redis Cluster. It uses the first node, which receives all messages of a
             channel.
out  {"listening":port,"pid":n}    the subscription is in effect
in   {"id":1,"ask":"emit","event":"e","args":[...],"namespace":"/","rooms":["r"],"except":["<socket id>"]}
out  {"id":1}                      Redis has accepted it
     {"id":1,"answers":[...]}      with "ack":2000, the timeout in milliseconds; requires a room or a socket id
in   {"id":2,"ask":"closeRoom","room":"r"}
out  {"id":2}
Binary is {"$binary":"<base64>"} in requests and answers. A request that fails is answered with {"id":1,"error":"..."}.
"""

import asyncio
import base64
import json
import os
import sys

import socketio
from aiohttp import web

NAME = f"server-{os.getpid()}"


def write(message):
    print(json.dumps(message, default=pack, ensure_ascii=False), flush=True)


def pack(value):
    return {"$binary": base64.b64encode(value).decode()}


def unpack(members):
    return base64.b64decode(members["$binary"]) if list(members) == ["$binary"] else members


async def subscribed(manager):
    """Waits until Redis counts the subscription, which the manager creates in the background."""
    while True:
        # The manager has no connection before its first subscription.
        if manager.redis is not None:
            clients = await manager.redis.client_list()
            if any(client["name"] == NAME and int(client["sub"]) > 0 for client in clients):
                return
        await asyncio.sleep(0.01)


async def emit(server, request):
    to = {"namespace": request.get("namespace", "/"), "to": request.get("rooms"), "skip_sid": request.get("except")}
    # Several arguments are a tuple, no argument is None.
    args = tuple(request.get("args", [])) or None
    if args and len(args) == 1:
        args = args[0]
    if "ack" not in request:
        await server.emit(request["event"], args, **to)
        return {}
    answers = []
    await server.emit(request["event"], args, callback=lambda *answer: answers.append(list(answer)), **to)
    await asyncio.sleep(request["ack"] / 1000)
    return {"answers": answers}


async def close_room(server, request):
    await server.close_room(request["room"], namespace=request.get("namespace", "/"))
    return {}


ACTIONS = {"emit": emit, "closeRoom": close_room}


async def execute_requests(server):
    reader = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        request = json.loads(line, object_hook=unpack)
        try:
            answer = await ACTIONS[request["ask"]](server, request)
        except Exception as error:
            answer = {"error": repr(error)}
        write({"id": request["id"], **answer})


def redis_url():
    if sentinels := os.environ.get("REDIS_SENTINEL"):
        name, nodes = sentinels.split("@")
        return f"redis+sentinel://{nodes}/0/{name}"
    if nodes := os.environ.get("REDIS_CLUSTER"):
        return f"redis://{nodes.split(',')[0]}"
    return os.environ["REDIS_URL"]


async def main():
    options = {"client_name": NAME}
    if redis_url().startswith("rediss:"):
        options["ssl_ca_certs"] = os.environ["NODE_EXTRA_CA_CERTS"]
    manager = socketio.AsyncRedisManager(redis_url(), redis_options=options)
    server = socketio.AsyncServer(client_manager=manager, async_mode="aiohttp", namespaces="*")

    async def connect(namespace, sid, environ, auth):
        for room in (auth or {}).get("rooms", []):
            await server.enter_room(sid, room, namespace=namespace)

    server.on("connect", connect, namespace="*")

    # Otherwise the manager subscribes when the first client connects, and misses earlier messages.
    manager.initialize()
    server.manager_initialized = True
    await subscribed(manager)

    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    write({"listening": runner.addresses[0][1], "pid": os.getpid()})
    await execute_requests(server)


asyncio.run(main())
