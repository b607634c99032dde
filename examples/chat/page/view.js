// What is on the page. Text from others is only ever set as text, never as markup.

const KEPT = 500;
const TITLE = document.title;

const byId = (id) => document.getElementById(id);
const log = byId("log");
let unread = 0;
let last = {};

export const door = {
  // Calls back with each nickname.
  onJoin(callback) {
    byId("join").addEventListener("submit", (submission) => {
      submission.preventDefault();
      byId("refusal").textContent = "";
      callback(byId("name").value);
    });
  },
  name: (name) => (byId("name").value = name),
  open(refusal) {
    byId("refusal").textContent = refusal;
    byId("door").hidden = false;
    byId("room").hidden = true;
    byId("name").focus();
  },
  close() {
    if (byId("door").hidden) return;
    byId("door").hidden = true;
    byId("room").hidden = false;
    byId("text").focus();
  },
};

// Calls back with each text; what is wrong with it is shown, and the text stays.
export function onSay(callback) {
  const [form, text] = [byId("say"), byId("text")];
  text.addEventListener("keydown", (key) => {
    // Some keyboards end a composed character with Enter.
    if (key.key !== "Enter" || key.shiftKey || key.isComposing) return;
    key.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (submission) => {
    submission.preventDefault();
    if (text.value.trim() === "") return;
    const said = text.value;
    const trouble = await callback(said);
    byId("trouble").textContent = trouble ? `Not sent: ${trouble}` : "";
    if (!trouble && text.value === said) text.value = "";
  });
}

export function status(text, state) {
  byId("status").textContent = text;
  document.documentElement.dataset.state = state;
}

export function people(everyone, me) {
  byId("count").textContent = everyone.length;
  byId("people").replaceChildren(
    ...everyone.map(({ name, id, node }) =>
      element("li", { hue: hue(name) }, [
        element("span", { className: "face", ariaHidden: "true" }, initial(name)),
        element("span", { className: "who" }, id === me ? `${name} (you)` : name),
        element("span", { className: "node" }, node),
      ]),
    ),
  );
}

export function time(date) {
  const clock = byId("clock");
  clock.hidden = false;
  byId("time").dateTime = date.toISOString();
  byId("time").textContent = date.toLocaleTimeString();
  // Taken away and set again, the animation starts again.
  clock.classList.remove("beat");
  void clock.offsetWidth;
  clock.classList.add("beat");
}

export function said({ from, text, mine, id }) {
  const again = last.id === id;
  add({ id }, { className: mine ? "said mine" : "said", hue: hue(from) }, [
    !again && element("p", { className: "from" }, [element("b", {}, mine ? "You" : from), now()]),
    element("p", { className: "bubble" }, text),
  ]);
}

export function pushed(event, args) {
  add({}, { className: "pushed" }, [
    element("p", { className: "from" }, [
      element("span", { className: "badge" }, "pushed"),
      event !== "message" && element("code", {}, event),
      now(),
    ]),
    ...args.map((value) => element("p", { className: typeof value === "string" ? "text" : "data" }, shown(value))),
  ]);
}

export function note(text) {
  add({}, { className: "note" }, text);
}

function add(what, properties, content) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.append(element("li", properties, content));
  while (log.childElementCount > KEPT) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
  last = what;
  if (document.hidden) document.title = `(${++unread}) ${TITLE}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  document.title = TITLE;
});

function element(name, { hue, ...properties }, content) {
  const made = Object.assign(document.createElement(name), properties);
  if (hue !== undefined) made.style.setProperty("--hue", hue);
  made.append(...[content].flat().filter(Boolean));
  return made;
}

function now() {
  const date = new Date();
  const text = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return element("time", { dateTime: date.toISOString() }, text);
}

function shown(value) {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_key, part) => (part instanceof ArrayBuffer ? `<${part.byteLength} bytes>` : part), 2);
}

// A colour for a name, the same on every page.
function hue(name) {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  // Names that differ in their last letter only must differ in more than a shade.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) % 360;
}

function initial(name) {
  return [...name][0].toUpperCase();
}
