// Connects to the node, and shows the chat's events.
import { connect } from "./socket.js";
import {
  addCommandResult,
  addExternalEvent,
  addMessage,
  addNote,
  joinView,
  onMessage,
  showParticipants,
  showStatus,
  showTime,
} from "./view.js";

const NICKNAME_KEY = "name";
let socket;
let ownId;
let node;
// Undefined while the page is not connected.
let participants;

joinView.setNickname(sessionStorage.getItem(NICKNAME_KEY) ?? "");
joinView.onJoin(join);
onMessage(async (text) => {
  try {
    return (await socket.emit("chat", text)).error;
  } catch (error) {
    return error.message;
  }
});
showStatus(location.host, "disconnected");

function join(nickname) {
  socket?.close();
  participants = undefined;
  showStatus("Connecting…", "connecting");
  socket = connect(
    { name: nickname },
    {
      onConnect(id) {
        ownId = id;
        // Per tab, so that two tabs can be two participants.
        sessionStorage.setItem(NICKNAME_KEY, nickname);
        joinView.close();
      },
      onEvent,
      onConnectionLost() {
        if (participants) addNote(`Lost the connection to ${node}`);
        participants = undefined;
        showStatus("Reconnecting…", "connecting");
      },
      onEnd(reason) {
        showStatus(location.host, "disconnected");
        joinView.open(`Not connected: ${reason}.`);
      },
    },
  );
}

// Only nodes send events with the chat's own names: they rename such events from other programs to `message`.
function onEvent(name, args) {
  switch (name) {
    case "welcome":
      return welcome(args[0]);
    case "people":
      return updateParticipants(args[0]);
    case "cluster":
      return addCommandResult(args[0]);
    case "chat":
      return addMessage({ ...args[0], own: args[0].id === ownId });
    case "time": {
      const date = new Date(args[0]);
      if (typeof args[0] === "string" && !isNaN(date)) {
        showTime(date);
        break;
      }
    }
    // falls through: the argument is not a time
    default:
      addExternalEvent(name, args);
  }
  // The acknowledgement, if the sender requests one.
  return `seen on ${node}`;
}

function welcome({ node: name, people }) {
  const reconnected = node !== undefined;
  node = name;
  showStatus(`Connected to ${node}`, "connected");
  addNote(reconnected ? `Reconnected to ${node}. Messages sent in the meantime are missing.` : `You joined on ${node}`);
  setParticipants(people);
}

function updateParticipants(current) {
  // Compared by nickname: a participant whose node restarts is listed twice for a moment, which is no news. Before the
  // event `welcome` there is no list to compare with.
  const missingIn = (list) => (participant) => !list.some(({ name }) => name === participant.name);
  const previous = participants ?? current;
  for (const { name, node } of current.filter(missingIn(previous))) addNote(`${name} joined on ${node}`);
  for (const { name } of previous.filter(missingIn(current))) addNote(`${name} left`);
  setParticipants(current);
}

function setParticipants(current) {
  participants = current;
  showParticipants(participants, ownId);
}
