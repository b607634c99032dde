// The subset of a Socket.IO client that this page needs: Engine.IO protocol 4 and Socket.IO protocol 5 over WebSocket.
// https://socket.io/docs/v4/engine-io-protocol/  https://socket.io/docs/v4/socket-io-protocol/

// Engine.IO packet types, the first character of a frame.
const OPEN = "0";
const PING = "2";
const PONG = "3";
const MESSAGE = "4";

// Socket.IO packet types, the first character of a message.
const CONNECT = "0";
const DISCONNECT = "1";
const EVENT = "2";
const ACK = "3";
const CONNECT_ERROR = "4";
const BINARY_EVENT = "5";
const PACKET = /^(?<type>\d)(?:(?<attachments>\d+)-)?(?:\/[^,]*,)?(?<id>\d*)(?<json>.*)$/s;

// Milliseconds.
const RECONNECT_DELAY = { first: 500, longest: 5000 };
const ACK_TIMEOUT = 5000;
const OPEN_TIMEOUT = 20_000;

// Connects to the server of this page, and reconnects after each loss until it is closed. Callbacks:
//   onConnect(id)          connected or reconnected, with this socket id
//   onEvent(name, args)    its return value is the acknowledgement, if the server requests one
//   onConnectionLost()     a reconnection attempt follows
//   onEnd(reason)          no attempt follows: the server refused or disconnected this client
export function connect(auth, { onConnect, onEvent, onConnectionLost, onEnd }) {
  const acks = new Map();
  let socket;
  let reconnectTimer;
  let failures = 0;
  let nextAck = 0;
  let ended = false;

  open();
  addEventListener("online", reconnectNow);
  document.addEventListener("visibilitychange", reconnectNow);

  return {
    // Resolves with the first argument of the server's acknowledgement.
    emit(name, ...args) {
      return new Promise((resolve, reject) => {
        if (!socket?.isUsable) return reject(new Error("not connected"));
        const id = nextAck++;
        const timer = setTimeout(() => takeAck(id)?.reject(new Error("no acknowledgement")), ACK_TIMEOUT);
        acks.set(id, { resolve, reject, timer });
        socket.send(EVENT + id + JSON.stringify([name, ...args]));
      });
    },
    close: () => end(),
  };

  function open() {
    reconnectTimer = undefined;
    socket = openTransport({
      onOpen: () => socket.send(CONNECT + JSON.stringify(auth)),
      onPacket: receive,
      onClose() {
        for (const id of [...acks.keys()]) takeAck(id).reject(new Error("the connection was lost"));
        if (ended) return;
        onConnectionLost();
        const delay = Math.min(RECONNECT_DELAY.longest, RECONNECT_DELAY.first * 2 ** failures++);
        // The random factor keeps all clients of a server that restarts from reconnecting at once.
        reconnectTimer = setTimeout(open, delay * (0.5 + Math.random() / 2));
      },
    });
  }

  // When the network is back or the page visible again, do not wait for the timer.
  function reconnectNow() {
    if (reconnectTimer === undefined || document.hidden) return;
    clearTimeout(reconnectTimer);
    open();
  }

  function receive({ type, id, data }) {
    switch (type) {
      case CONNECT:
        failures = 0;
        socket.isUsable = true;
        return onConnect(data.sid);
      case EVENT:
      case BINARY_EVENT: {
        const answer = onEvent(data[0], data.slice(1));
        if (id !== "") socket.send(ACK + id + JSON.stringify(answer === undefined ? [] : [answer]));
        return;
      }
      case ACK:
        return takeAck(Number(id))?.resolve(data[0]);
      case CONNECT_ERROR:
        return end(data?.message ?? "refused");
      case DISCONNECT:
        return end("disconnected by the server");
    }
  }

  function takeAck(id) {
    const ack = acks.get(id);
    acks.delete(id);
    clearTimeout(ack?.timer);
    return ack;
  }

  function end(reason) {
    if (ended) return;
    ended = true;
    clearTimeout(reconnectTimer);
    removeEventListener("online", reconnectNow);
    document.removeEventListener("visibilitychange", reconnectNow);
    socket.close();
    if (reason !== undefined) onEnd(reason);
  }
}

// Opens one WebSocket, and reads its frames as Socket.IO packets until it closes.
function openTransport({ onOpen, onPacket, onClose }) {
  const url = new URL("/socket.io/?EIO=4&transport=websocket", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let idleTimer;
  let idleTimeout = OPEN_TIMEOUT;
  let partial;

  socket.onmessage = ({ data }) => {
    restartIdleTimer();
    if (typeof data !== "string") return readAttachment(data);
    const rest = data.slice(1);
    switch (data[0]) {
      case OPEN: {
        const { pingInterval, pingTimeout } = JSON.parse(rest);
        idleTimeout = pingInterval + pingTimeout;
        restartIdleTimer();
        return onOpen();
      }
      case PING:
        return socket.send(PONG);
      case MESSAGE:
        return readPacket(rest);
    }
  };
  socket.onclose = close;
  restartIdleTimer();
  const self = { isUsable: false, send: (text) => socket.send(MESSAGE + text), close };
  return self;

  // The server pings. If no frame arrives in this time, the connection is lost even if the WebSocket seems open.
  function restartIdleTimer() {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(close, idleTimeout);
  }

  function readPacket(text) {
    const { type, attachments = "0", id, json } = PACKET.exec(text).groups;
    partial = { head: { type, id }, json, missing: Number(attachments), received: [] };
    complete();
  }

  // Binary attachments follow their packet, which has a placeholder for each.
  function readAttachment(attachment) {
    if (!partial) return;
    partial.received.push(attachment);
    complete();
  }

  function complete() {
    const { head, json, missing, received } = partial;
    if (received.length < missing) return;
    partial = undefined;
    const revive = (_key, value) => (value?._placeholder === true ? received[value.num] : value);
    onPacket({ ...head, data: json === "" ? undefined : JSON.parse(json, missing > 0 ? revive : undefined) });
  }

  function close() {
    clearTimeout(idleTimer);
    self.isUsable = false;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    onClose();
  }
}
