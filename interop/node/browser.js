// Sends requests to the bridge from a web page of another origin, in Chromium.
//   in   {"id":1,"attempt":{"url":"http://…","method":"POST","headers":{…},"body":"x","mode":"cors"}}
//        the options of fetch
//   out  {"id":1,"status":200} or {"id":1,"opaque":true} or {"id":1,"failed":"TypeError: …"}, the result in the page,
//        with "requests":[{"method":"POST","status":403}], the requests on the network; status null: no response
//   in   {"id":2,"form":{"url":"http://…","method":"POST","enctype":"text/plain","fields":{"event":"x"}}}
//   out  {"id":2,"status":200} or {"id":2,"failed":"net::…"}, with "requests"
//   in   {"id":3,"origin":true}
//   out  {"id":3,"origin":"http://127.0.0.1:<port>"}
// An attempt or form may name the host of its page: "page":"localhost", or any name under .test.
import { serve } from "./json-lines.js";
import { servePage } from "./blank-page.js";
import { launch } from "./launch-chromium.js";
import { watch } from "./network-log.js";

const site = await servePage();
const browser = await launch();

await serve(async ({ attempt, form, origin }) => {
  if (attempt) return onFreshPage(attempt, tryFetch);
  if (form) return onFreshPage(form, submit);
  if (origin) return { origin: site.origin() };
  throw new Error("expected attempt, form or origin");
});
await browser.close();
process.exit(0);

async function onFreshPage({ page: host, ...request }, act) {
  const page = await browser.newPage();
  try {
    await page.goto(site.origin(host));
    const network = await watch(page);
    return { ...(await act(page, request)), requests: await network.requests() };
  } finally {
    await page.close();
  }
}

async function tryFetch(page, attempt) {
  return page.evaluate(async ({ url, ...init }) => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000), ...init });
      return response.type === "opaque" ? { opaque: true } : { status: response.status };
    } catch (error) {
      return { failed: String(error) };
    }
  }, attempt);
}

async function submit(page, form) {
  const navigation = page.waitForRequest((request) => request.isNavigationRequest());
  await page.evaluate(({ url, method = "POST", enctype = "", fields = {} }) => {
    const form = Object.assign(document.createElement("form"), { action: url, method, enctype });
    for (const [name, value] of Object.entries(fields)) {
      form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(form);
    // The method of the prototype, because a field named `submit` would hide the form's own.
    HTMLFormElement.prototype.submit.call(form);
  }, form);
  const request = await navigation;
  const response = await request.response();
  return response ? { status: response.status() } : { failed: request.failure().errorText };
}
