// The required behaviour of a cluster of three servers. Each case runs on new servers.
import assert from "node:assert/strict";
import { once } from "node:events";
import { until } from "./adapter-servers.js";

const all = [[0], [1], [2]];

export const cases = {
  "to all": async ({ reached, io }) => {
    const args = [1, "two", { three: [true, null] }, Buffer.from([0, 255])];
    const expected = all.map(([number]) => [number, ...args]);
    assert.deepEqual(await reached(() => io[0].emit("e", ...args)), expected);
  },

  "to a namespace": async ({ reached, io, admins }) => {
    const mainClients = await reached(() => io[0].of("/admin").emit("e"));
    assert.deepEqual(mainClients, []);
    const admin = io[1].of("/admin");
    assert.deepEqual(await reached(() => admin.emit("e"), { io: admin, clients: admins }), all);
  },

  "to a room": async (servers) => {
    await join(servers, { 1: "red", 2: "blue" });
    assert.deepEqual(await servers.reached(() => servers.io[0].to("red").emit("e")), [[1]]);
  },

  "to several rooms": async (servers) => {
    await join(servers, { 1: ["red", "blue"], 2: "blue" });
    assert.deepEqual(await servers.reached(() => servers.io[0].to(["red", "blue"]).emit("e")), [[1], [2]]);
  },

  "to a room that was left": async (servers) => {
    await join(servers, { 1: "red", 2: "red" });
    await servers.sockets[1].leave("red");
    await servers.subscribed();
    assert.deepEqual(await servers.reached(() => servers.io[0].to("red").emit("e")), [[2]]);
  },

  "to a socket's id": async ({ reached, io, sockets }) => {
    assert.deepEqual(await reached(() => io[0].to(sockets[2].id).emit("e")), [[2]]);
  },

  "except rooms": async (servers) => {
    await join(servers, { 0: "red", 1: ["red", "blue"], 2: "green" });
    assert.deepEqual(await servers.reached(() => servers.io[0].except(["blue", "green"]).emit("e")), [[0]]);
    assert.deepEqual(await servers.reached(() => servers.io[0].to("red").except("blue").emit("e")), [[0]]);
  },

  "local": async ({ reached, io }) => {
    assert.deepEqual(await reached(() => io[0].local.emit("e")), [[0]]);
  },

  "from a socket to the others": async ({ reached, sockets }) => {
    assert.deepEqual(await reached(() => sockets[0].broadcast.emit("e")), [[1], [2]]);
  },

  "one megabyte": async ({ reached, io }) => {
    const text = "é".repeat(256 * 1024);
    const bytes = Buffer.alloc(512 * 1024, "\r\n$-1\r\n\0");
    const received = await reached(() => io[0].emit("e", text, bytes));
    assert.deepEqual(received.map(([number]) => [number]), all);
    assert.ok(received.every(([, words, data]) => words === text && bytes.equals(data)));
  },

  "1,000 events in order": async ({ reached, io }) => {
    const numbers = Array.from({ length: 1000 }, (_, number) => number);
    const received = await reached(() => numbers.forEach((number) => io[0].emit("e", number)));
    for (const [client] of all) {
      assert.deepEqual(received.filter(([number]) => number === client).map(([, number]) => number), numbers);
    }
  },

  "acknowledgements of all clients": async ({ io, clients }) => {
    clients.forEach((client, number) => client.on("ask", (question, answer) => answer(question + number)));
    const answers = await io[0].timeout(5000).emitWithAck("ask", 10);
    assert.deepEqual(answers.sort(), [10, 11, 12]);
  },

  "acknowledgements in binary": async ({ io, clients }) => {
    clients.forEach((client, number) => client.on("ask", (bytes, answer) => answer(Buffer.from([...bytes, number]))));
    const answers = await io[0].timeout(5000).emitWithAck("ask", Buffer.from([255]));
    assert.deepEqual(answers.sort(Buffer.compare), all.map(([number]) => Buffer.from([255, number])));
  },

  "acknowledgements of a room": async (servers) => {
    await join(servers, { 1: "red", 2: "red" });
    servers.clients.forEach((client, number) => client.on("ask", (answer) => answer(number)));
    const answers = await servers.io[0].to("red").timeout(5000).emitWithAck("ask");
    assert.deepEqual(answers.sort(), [1, 2]);
  },

  "acknowledgements of an empty room": async ({ io }) => {
    assert.deepEqual(await io[0].to("nowhere").timeout(300).emitWithAck("ask"), []);
  },

  "missing acknowledgements": async ({ io, clients }) => {
    clients.slice(0, 2).forEach((client, number) => client.on("ask", (answer) => answer(number)));
    const error = await io[0].timeout(300).emitWithAck("ask").catch((error) => error);
    assert.ok(error instanceof Error);
    assert.deepEqual(error.responses.sort(), [0, 1]);
  },

  "sockets join": async ({ io, sockets }) => {
    io[0].socketsJoin(["red", "blue"]);
    await until(() => sockets.every(({ rooms }) => rooms.has("red") && rooms.has("blue")));
  },

  "sockets of a room join": async (servers) => {
    await join(servers, { 0: "red", 1: "red", 2: ["red", "blue"] });
    servers.io[0].in("red").except("blue").socketsJoin("green");
    await until(() => servers.sockets.slice(0, 2).every(({ rooms }) => rooms.has("green")));
    await servers.reached(() => {});
    assert.ok(!servers.sockets[2].rooms.has("green"));
  },

  "sockets leave": async (servers) => {
    await join(servers, { 0: "red", 1: ["red", "blue"], 2: "red" });
    servers.io[0].except("blue").socketsLeave("red");
    await until(() => ![0, 2].some((number) => servers.sockets[number].rooms.has("red")));
    await servers.reached(() => {});
    assert.ok(servers.sockets[1].rooms.has("red"));
  },

  "sockets are disconnected": async ({ io, clients }) => {
    const gone = Promise.all(clients.map((client) => once(client, "disconnect")));
    io[0].disconnectSockets(true);
    assert.deepEqual(new Set((await gone).map(([reason]) => reason)), new Set(["io server disconnect"]));
  },

  "sockets of a room are disconnected": async (servers) => {
    await join(servers, { 0: "blue", 1: "red", 2: ["red", "blue"] });
    const { io, clients } = servers;
    const gone = once(clients[1], "disconnect");
    io[0].in("red").except("blue").disconnectSockets();
    await gone;
    const rest = await servers.reached(() => io[0].emit("e"), { clients: [clients[0], clients[2]] });
    assert.deepEqual(rest, [[0], [1]]);
  },

  "sockets are fetched": async (servers) => {
    const { io, sockets } = servers;
    await join(servers, { 1: "red" });
    sockets[1].data.name = "one";
    const fetched = await io[0].fetchSockets();
    assert.deepEqual(fetched.map(({ id }) => id).sort(), sockets.map(({ id }) => id).sort());
    const { rooms, data, handshake } = fetched.find(({ id }) => id === sockets[1].id);
    assert.deepEqual([...rooms].sort(), [sockets[1].id, "red"].sort());
    assert.deepEqual(data, { name: "one" });
    assert.equal(handshake.issued, sockets[1].handshake.issued);
  },

  "sockets of a room are fetched": async (servers) => {
    const { io, sockets, reached } = servers;
    await join(servers, { 1: "red", 2: ["red", "blue"] });
    const fetched = await io[0].in("red").except("blue").fetchSockets();
    assert.deepEqual(fetched.map(({ id }) => id), [sockets[1].id]);
    assert.deepEqual((await io[0].local.fetchSockets()).map(({ id }) => id), [sockets[0].id]);
    assert.deepEqual(await reached(() => fetched[0].emit("e", "you")), [[1, "you"]]);
  },

  "server count": async ({ io }) => {
    assert.equal(await count(io[0]), 3);
    assert.equal(await count(io[1].of("/admin")), 3);
  },

  "server count without a closed server": async ({ io, clients }) => {
    await io[2].close();
    await until(async () => (await count(io[0])) === 2);
    clients.forEach((client, number) => client.on("ask", (answer) => answer(number)));
    assert.deepEqual((await io[0].timeout(5000).emitWithAck("ask")).sort(), [0, 1]);
  },

  "server count without a server that lost Redis": async (servers) => {
    const { io, sockets } = servers;
    servers.cut(2);
    await until(async () => (await count(io[0])) === 2);
    const fetched = await io[0].fetchSockets();
    assert.deepEqual(fetched.map(({ id }) => id).sort(), [sockets[0].id, sockets[1].id].sort());
  },

  "server-side events": async ({ io }) => {
    const received = io.slice(1).map((server) => once(server, "reload"));
    io[0].on("reload", () => assert.fail("a server received its own event"));
    io[0].serverSideEmit("reload", 1, { two: "3" });
    assert.deepEqual(await Promise.all(received), [[1, { two: "3" }], [1, { two: "3" }]]);
  },

  "server-side acknowledgements": async ({ io }) => {
    io.forEach((server, number) => server.on("load", (answer) => answer({ number })));
    const answers = await io[0].serverSideEmitWithAck("load");
    assert.deepEqual(answers.map(({ number }) => number).sort(), [1, 2]);
  },

  "missing server-side acknowledgements": async ({ io }) => {
    io[1].on("load", (answer) => answer(1));
    const error = await io[0].serverSideEmitWithAck("load").catch((error) => error);
    assert.match(error.message, /timeout reached: only 1 responses received out of 2/);
    assert.deepEqual(error.responses, [1]);
  },
};

export const classicOnly = {
  "all rooms": async (servers) => {
    await join(servers, { 1: "red", 2: "blue" });
    const { io, sockets } = servers;
    const rooms = await io[0].of("/").adapter.allRooms();
    assert.deepEqual(rooms, new Set([...sockets.map(({ id }) => id), "red", "blue"]));
  },
};

async function join(servers, rooms) {
  for (const [number, names] of Object.entries(rooms)) await servers.sockets[number].join(names);
  await servers.subscribed();
}

function count(server) {
  return (server.of?.("/") ?? server).adapter.serverCount();
}
