// The page's elements. Text from other programs is set as text only, never as markup.

const MAX_LOG_ENTRIES = 500;
const TITLE = document.title;

const byId = (id) => document.getElementById(id);
const log = byId("log");
let unread = 0;
let lastAuthor;

export const joinView = {
  // Calls back with each submitted nickname.
  onJoin(callback) {
    byId("join-form").addEventListener("submit", (submission) => {
      submission.preventDefault();
      byId("join-error").textContent = "";
      callback(byId("nickname").value);
    });
  },
  setNickname: (nickname) => (byId("nickname").value = nickname),
  open(error) {
    byId("join-error").textContent = error;
    byId("join-view").hidden = false;
    byId("chat-view").hidden = true;
    byId("nickname").focus();
  },
  close() {
    if (byId("join-view").hidden) return;
    byId("join-view").hidden = true;
    byId("chat-view").hidden = false;
    byId("message").focus();
  },
};

// Calls back with each submitted message. If the callback resolves with an error, shows it and keeps the text.
export function onMessage(callback) {
  const [form, input] = [byId("message-form"), byId("message")];
  input.addEventListener("keydown", (key) => {
    // Input methods end the composition of a character with Enter.
    if (key.key !== "Enter" || key.shiftKey || key.isComposing) return;
    key.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (submission) => {
    submission.preventDefault();
    if (input.value.trim() === "") return;
    const text = input.value;
    const error = await callback(text);
    byId("message-error").textContent = error ? `Not sent: ${error}` : "";
    if (!error && input.value === text) input.value = "";
  });
}

// `state` is connected, connecting or disconnected.
export function showStatus(text, state) {
  byId("status").textContent = text;
  document.documentElement.dataset.state = state;
}

export function showParticipants(participants, ownId) {
  byId("count").textContent = participants.length;
  byId("participants").replaceChildren(
    ...participants.map(({ name, id, node }) =>
      element("li", { hue: hue(name) }, [
        element("span", { className: "avatar", ariaHidden: "true" }, initial(name)),
        element("span", { className: "name" }, id === ownId ? `${name} (you)` : name),
        element("span", { className: "node" }, node),
      ]),
    ),
  );
}

export function showTime(date) {
  const clock = byId("clock");
  clock.hidden = false;
  byId("time").dateTime = date.toISOString();
  byId("time").textContent = date.toLocaleTimeString();
  // Reading the width between the changes of the class restarts the animation.
  clock.classList.remove("updated");
  void clock.offsetWidth;
  clock.classList.add("updated");
}

export function addMessage({ from, text, own, id }) {
  const sameAuthor = lastAuthor === id;
  addEntry({ className: own ? "message own" : "message", hue: hue(from) }, [
    !sameAuthor && element("p", { className: "meta" }, [element("b", {}, own ? "You" : from), timestamp()]),
    element("p", { className: "bubble" }, text),
  ]);
  lastAuthor = id;
}

// An event from outside the cluster.
export function addExternalEvent(event, args) {
  addEntry({ className: "pushed" }, [
    element("p", { className: "meta" }, [
      element("span", { className: "badge" }, "pushed"),
      event !== "message" && element("code", {}, event),
      timestamp(),
    ]),
    ...args.map((value) => element("p", { className: typeof value === "string" ? "text" : "data" }, display(value))),
  ]);
}

// The result of /who or /ask, with its data below.
export function addCommandResult(result) {
  const { question, sockets, rooms, answers } = result;
  const asked = question !== undefined;
  addEntry({ className: "result" }, [
    element("p", { className: "meta" }, [element("span", { className: "badge" }, asked ? "/ask" : "/who"), timestamp()]),
    element("p", { className: "text" }, asked ? askSummary(result) : whoSummary(result)),
    element("p", { className: "data" }, display(asked ? answers : { sockets, rooms })),
  ]);
}

function whoSummary({ servers, sockets, partial }) {
  const total = `${sockets.length} sockets on ${servers ?? "an unknown number of"} servers`;
  return partial ? `${total}; some servers did not answer` : total;
}

function askSummary({ question, clients, answers }) {
  const total = clients === null ? "an unknown number of" : clients;
  return `${answers.length} of ${total} clients acknowledged “${question}”`;
}

export function addNote(text) {
  addEntry({ className: "note" }, text);
}

function addEntry(properties, content) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.append(element("li", properties, content));
  while (log.childElementCount > MAX_LOG_ENTRIES) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
  lastAuthor = undefined;
  if (document.hidden) document.title = `(${++unread}) ${TITLE}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  document.title = TITLE;
});

function element(name, { hue, ...properties }, content) {
  const created = Object.assign(document.createElement(name), properties);
  if (hue !== undefined) created.style.setProperty("--hue", hue);
  created.append(...[content].flat().filter(Boolean));
  return created;
}

function timestamp() {
  const date = new Date();
  const text = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return element("time", { dateTime: date.toISOString() }, text);
}

function display(value) {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_key, part) => (part instanceof ArrayBuffer ? `<${part.byteLength} bytes>` : part), 2);
}

// A colour for a nickname, the same on every page: FNV-1a, then mixed, because similar names need distinct colours.
function hue(name) {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) % 360;
}

function initial(name) {
  return [...name][0].toUpperCase();
}
