// The chat room: what happens, and what is to be seen of it.
import { connect } from "./socket.js";
import { door, note, onSay, people, pushed, said, status, time } from "./view.js";

const NAME = "name";
let socket;
let me;
let node;
let here;

door.name(sessionStorage.getItem(NAME) ?? "");
door.onJoin(join);
onSay(async (text) => {
  try {
    return (await socket.emit("chat", text)).error;
  } catch (error) {
    return error.message;
  }
});
status(location.host, "away");

function join(name) {
  socket?.close();
  here = undefined;
  status("Connecting…", "waiting");
  socket = connect(
    { name },
    {
      connected(id) {
        me = id;
        // The browser forgets it with the tab, so that two tabs can be two people.
        sessionStorage.setItem(NAME, name);
        door.close();
      },
      event,
      lost() {
        if (here) note(`The connection to ${node} is lost`);
        here = undefined;
        status("Reconnecting…", "waiting");
      },
      ended(reason) {
        status(location.host, "away");
        door.open(`Sorry: ${reason}.`);
      },
    },
  );
}

// What nodes say themselves has these names, under which nothing from outside arrives. All else was pushed.
function event(name, args) {
  switch (name) {
    case "welcome":
      return welcome(args[0]);
    case "people":
      return cameAndWent(args[0]);
    case "chat":
      return said({ ...args[0], mine: args[0].id === me });
    case "time": {
      const date = new Date(args[0]);
      if (typeof args[0] === "string" && !isNaN(date)) {
        time(date);
        break;
      }
    }
    // falls through: not a time that can be shown as one
    default:
      pushed(name, args);
  }
  // For whoever pushes and asks for an acknowledgement.
  return `seen on ${node}`;
}

function welcome(news) {
  const again = node !== undefined;
  node = news.node;
  status(`Connected to ${node}`, "here");
  note(again ? `Connected to ${node} again. What was said in between is not here.` : `You are on ${node}`);
  show(news.people);
}

function cameAndWent(everyone) {
  // By name: after a node was restarted, the same person is here twice for a moment, which is no news. Before the
  // welcome, there is nothing to compare with.
  const missingIn = (list) => (person) => !list.some(({ name }) => name === person.name);
  const before = here ?? everyone;
  for (const { name, node } of everyone.filter(missingIn(before))) note(`${name} came in, on ${node}`);
  for (const { name } of before.filter(missingIn(everyone))) note(`${name} left`);
  show(everyone);
}

function show(everyone) {
  here = everyone;
  people(everyone, me);
}
