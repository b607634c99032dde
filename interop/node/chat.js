// The chat's page in a real Chromium, one page a person.
//   in   {"id":1,"open":"ada","url":"http://…","name":"Ada"}     joins; with "size":[390,844] and "dark":true as wanted
//   out  {"id":1,"status":"Connected to node-3001"}
//   in   {"id":2,"page":"ada","say":"hello"}                     types it and presses Enter
//   out  {"id":2}
//   in   {"id":3,"page":"ada","see":"hello"}                     waits for a line with this text
//   out  {"id":3,"kind":"said mine","text":"…","elements":0}     elements: how many there are in what somebody wrote
//   in   {"id":4,"page":"ada","people":["Ada","Bob"]}            waits until these are here, "Ada (you)" for oneself
//        {"id":5,"page":"ada","status":"Connected to node-3001"} waits for it
//        {"id":6,"page":"ada","clock":true}                      waits for a time that was pushed
//   out  {"id":6,"time":"2026-01-01T00:00:00.000Z"}
//        {"id":6,"page":"ada","trouble":"Not sent"}              waits until the page says what is wrong
//   in   {"id":7,"page":"ada","screenshot":"file.png"}
//        {"id":8,"page":"ada","foreign":true}
//   out  {"id":8,"foreign":[],"errors":[]}                       what it asked of other hosts, and complained about
import { serve } from "./json-lines.js";
import { launch } from "./launch-chromium.js";

const browser = await launch();
const pages = new Map();

await serve(async (request) => {
  if (request.open) return open(request);
  const { page, foreign, errors } = pages.get(request.page);
  if (request.say !== undefined) return say(page, request.say);
  if (request.see) return see(page, request.see);
  if (request.people) return people(page, request.people);
  if (request.status) return status(page, request.status);
  if (request.trouble) return trouble(page, request.trouble);
  if (request.clock) return clock(page);
  if (request.screenshot) return screenshot(page, request.screenshot);
  if (request.foreign) return { foreign, errors };
  throw new Error("none of open, say, see, people, status, trouble, clock, screenshot, foreign");
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
  page.on("request", (asked) => new URL(asked.url()).host === new URL(url).host || foreign.push(asked.url()));
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
  const line = page.getByRole("log").getByRole("listitem").filter({ hasText: text }).last();
  await line.waitFor();
  return {
    kind: await line.getAttribute("class"),
    text: await line.innerText(),
    elements: await line.locator(".bubble, .text, .data").locator("*").count(),
  };
}

async function people(page, names) {
  const listed = (names) => {
    const here = [...document.querySelectorAll("#people .who")].map((who) => who.textContent);
    return JSON.stringify(here) === JSON.stringify(names);
  };
  await page.waitForFunction(listed, names);
  return {};
}

async function status(page, text) {
  await page.getByRole("status").filter({ hasText: text }).waitFor();
  return {};
}

async function trouble(page, text) {
  await page.getByRole("alert").filter({ hasText: text }).waitFor();
  return { kept: await page.getByLabel("Message", { exact: true }).inputValue() };
}

async function clock(page) {
  const time = page.locator("#time[datetime]");
  await time.waitFor();
  return { time: await time.getAttribute("datetime") };
}

async function screenshot(page, path) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path });
  return {};
}
