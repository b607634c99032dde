// The chat's page in Chromium, with one browser context per participant.
//   in   {"id":1,"open":"ada","url":"http://…","name":"Ada"}     joins; optional: "size":[390,844], "dark":true
//   out  {"id":1,"status":"Connected to node-3001"}
//   in   {"id":2,"page":"ada","say":"hello"}                     types a message and presses Enter
//   out  {"id":2}
//   in   {"id":3,"page":"ada","see":"hello"}                     waits for a log entry that contains this text
//   out  {"id":3,"kind":"message own","text":"…","elements":0}   elements: HTML elements inside the received text
//   in   {"id":4,"page":"ada","participants":["Ada","Bob"]}      waits for exactly this list; one's own is "Ada (you)"
//        {"id":5,"page":"ada","status":"Connected to node-3001"} waits for this status
//        {"id":6,"page":"ada","clock":true}                      waits for a time in the page's header
//   out  {"id":6,"time":"2026-01-01T00:00:00.000Z"}
//   in   {"id":7,"page":"ada","alert":"Not sent"}                waits for an error message that contains this text
//   out  {"id":7,"kept":"hello"}                                 kept: the text in the input field
//   in   {"id":8,"page":"ada","screenshot":"file.png"}
//        {"id":9,"page":"ada","diagnostics":true}
//   out  {"id":9,"foreign":[],"errors":[]}                       requests to other hosts, and uncaught errors
import { serve } from "./json-lines.js";
import { launch } from "./launch-chromium.js";

const browser = await launch();
const pages = new Map();

await serve(async (request) => {
  if (request.open) return open(request);
  const { page, foreign, errors } = pages.get(request.page);
  if (request.say !== undefined) return say(page, request.say);
  if (request.see) return see(page, request.see);
  if (request.participants) return waitForParticipants(page, request.participants);
  if (request.status) return waitForStatus(page, request.status);
  if (request.alert) return waitForAlert(page, request.alert);
  if (request.clock) return readClock(page);
  if (request.screenshot) return screenshot(page, request.screenshot);
  if (request.diagnostics) return { foreign, errors };
  throw new Error("none of open, say, see, participants, status, alert, clock, screenshot, diagnostics");
});
await browser.close();
process.exit(0);

async function open({ open: key, url, name, size: [width, height] = [1100, 720], dark = false }) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const [foreign, errors] = [[], []];
  page.on("request", (sent) => new URL(sent.url()).host === new URL(url).host || foreign.push(sent.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  pages.set(key, { page, foreign, errors });
  await page.goto(url);
  await page.getByLabel("Your nickname").fill(name);
  await page.getByRole("button", { name: "Join" }).click();
  const connected = page.getByRole("status").filter({ hasText: /^Connected/ });
  await connected.waitFor();
  return { status: await connected.textContent() };
}

async function say(page, text) {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
  return {};
}

async function see(page, text) {
  const entry = page.getByRole("log").getByRole("listitem").filter({ hasText: text }).last();
  await entry.waitFor();
  return {
    kind: await entry.getAttribute("class"),
    text: await entry.innerText(),
    elements: await entry.locator(".bubble, .text, .data").locator("*").count(),
  };
}

async function waitForParticipants(page, names) {
  const areListed = (names) => {
    const listed = [...document.querySelectorAll("#participants .name")].map((name) => name.textContent);
    return JSON.stringify(listed) === JSON.stringify(names);
  };
  await page.waitForFunction(areListed, names);
  return {};
}

async function waitForStatus(page, text) {
  await page.getByRole("status").filter({ hasText: text }).waitFor();
  return {};
}

async function waitForAlert(page, text) {
  await page.getByRole("alert").filter({ hasText: text }).waitFor();
  return { kept: await page.getByLabel("Message", { exact: true }).inputValue() };
}

async function readClock(page) {
  const time = page.locator("#time[datetime]");
  await time.waitFor();
  return { time: await time.getAttribute("datetime") };
}

async function screenshot(page, path) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path });
  return {};
}
