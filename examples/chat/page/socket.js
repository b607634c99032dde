// Socket.IO over a WebSocket, as far as one page needs it: the text protocol of Engine.IO 4 and Socket.IO 5.
// https://socket.io/docs/v4/engine-io-protocol/  https://socket.io/docs/v4/socket-io-protocol/

// Engine.IO, the first character of a frame.
const OPEN = "0";
const PING = "2";
const PONG = "3";
const MESSAGE = "4";

// Socket.IO, the first character of a message.
const CONNECT = "0";
const DISCONNECT = "1";
const EVENT = "2";
const ACK = "3";
const CONNECT_ERROR = "4";
const BINARY_EVENT = "5";
const PACKET = /^(?<type>\d)(?:(?<attachments>\d+)-)?(?:\/[^,]*,)?(?<id>\d*)(?<json>.*)$/s;

const PAUSE = { first: 500, longest: 5000 };
const ACK_TIMEOUT = 5000;

// Connects to the server of this page, and again after every loss, until it is closed or sent away. It calls
//   connected(id)        each time
//   event(name, args)    what it returns is the acknowledgement, if the server wants one
//   lost()               the next attempt comes by itself
//   ended(reason)        none comes: the server refused, or disconnected this client
export function connect(auth, { connected, event, lost, ended }) {
  const acks = new Map();
  let socket;
  let retry;
  let failures = 0;
  let nextAck = 0;
  let over = false;

  open();
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);

  return {
    // Resolves with the server's answer.
    emit(name, ...args) {
      return new Promise((resolve, reject) => {
        if (!socket?.isUsable) return reject(new Error("not connected"));
        const id = nextAck++;
        const timer = setTimeout(() => settle(id)?.reject(new Error("no answer")), ACK_TIMEOUT);
        acks.set(id, { resolve, reject, timer });
        socket.say(EVENT + id + JSON.stringify([name, ...args]));
      });
    },
    close: () => end(),
  };

  function open() {
    retry = undefined;
    socket = transport({
      opened: () => socket.say(CONNECT + JSON.stringify(auth)),
      packet: receive,
      closed() {
        for (const id of [...acks.keys()]) settle(id).reject(new Error("the connection was lost"));
        if (over) return;
        lost();
        const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** failures++);
        // All clients of a server that went away lost it together; they need not come back together.
        retry = setTimeout(open, pause * (0.5 + Math.random() / 2));
      },
    });
  }

  // When the network or the reader is back, waiting any longer makes no sense.
  function hurry() {
    if (retry === undefined || document.hidden) return;
    clearTimeout(retry);
    open();
  }

  function receive({ type, id, data }) {
    switch (type) {
      case CONNECT:
        failures = 0;
        socket.isUsable = true;
        return connected(data.sid);
      case EVENT:
      case BINARY_EVENT: {
        const answer = event(data[0], data.slice(1));
        if (id !== "") socket.say(ACK + id + JSON.stringify(answer === undefined ? [] : [answer]));
        return;
      }
      case ACK:
        return settle(Number(id))?.resolve(data[0]);
      case CONNECT_ERROR:
        return end(data?.message ?? "refused");
      case DISCONNECT:
        return end("disconnected by the server");
    }
  }

  function settle(id) {
    const ack = acks.get(id);
    acks.delete(id);
    clearTimeout(ack?.timer);
    return ack;
  }

  function end(reason) {
    if (over) return;
    over = true;
    clearTimeout(retry);
    removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    socket.close();
    if (reason !== undefined) ended(reason);
  }
}

// One WebSocket, up to its end: frames in, packets out.
function transport({ opened, packet, closed }) {
  const url = new URL("/socket.io/?EIO=4&transport=websocket", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let silence;
  let longest = 20_000;
  let partial;

  socket.onmessage = ({ data }) => {
    listenOn();
    if (typeof data !== "string") return attach(data);
    const rest = data.slice(1);
    switch (data[0]) {
      case OPEN: {
        const { pingInterval, pingTimeout } = JSON.parse(rest);
        longest = pingInterval + pingTimeout;
        listenOn();
        return opened();
      }
      case PING:
        return socket.send(PONG);
      case MESSAGE:
        return read(rest);
    }
  };
  socket.onclose = close;
  listenOn();
  const self = { isUsable: false, say: (text) => socket.send(MESSAGE + text), close };
  return self;

  // A server that is silent for longer than its own pings take is gone, whatever the network says.
  function listenOn() {
    clearTimeout(silence);
    silence = setTimeout(close, longest);
  }

  function read(text) {
    const { type, attachments = "0", id, json } = PACKET.exec(text).groups;
    partial = { packet: { type, id }, json, missing: Number(attachments), parts: [] };
    complete();
  }

  // Binary follows its packet, which has a placeholder for each.
  function attach(part) {
    if (!partial) return;
    partial.parts.push(part);
    complete();
  }

  function complete() {
    const { packet: head, json, missing, parts } = partial;
    if (parts.length < missing) return;
    partial = undefined;
    const revive = (_key, value) => (value?._placeholder === true ? parts[value.num] : value);
    packet({ ...head, data: json === "" ? undefined : JSON.parse(json, missing > 0 ? revive : undefined) });
  }

  function close() {
    clearTimeout(silence);
    self.isUsable = false;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    closed();
  }
}
