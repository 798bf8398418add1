// One form in ODK Web Forms: fetched by the page's session, shown in the page's language, sent once.
import { createApp, h, type App } from "vue";
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";
import { fitToPage } from "./language";
import { nameControls } from "./named";
import { readPlan, type Plan } from "./plan";
import { Sending } from "./sending";
import { ALOUD, CALENDAR, isChinese } from "./words";

declare global {
  // The page's mark, which styles need under its policy; the build writes this name into Web Forms.
  var fangshiNonce: string | undefined;
}

interface Payload {
  data: FormData[];
}

/** Form ids and uuids come from here; away from https browsers have only the source of randomness. */
function mendRandomness(): void {
  if (typeof crypto.randomUUID === "function") return;
  const hex = (bytes: Uint8Array): string => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  crypto.randomUUID = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") as ReturnType<Crypto["randomUUID"]>;
  };
}

async function fetchText(url: string, method = "GET"): Promise<string> {
  const answer = await fetch(url, { method, headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return await answer.text();
}

/** A file of the form. One that nothing fills (404) counts as empty, as on the phone; any other fault is told. */
async function fetchFile(url: string, sending: Sending): Promise<Response> {
  const answer = await fetch(url).catch(() => Response.error());
  if (!answer.ok && answer.status !== 404) sending.giveUp();
  return answer;
}

/** The record that is corrected, with its files as they came. */
function recordOf(plan: Plan): object | undefined {
  if (!plan.answers) return undefined;
  const { answers, recordFiles, names, query } = plan;
  return {
    resolveInstance: () => fetchText(answers + query, "POST"), // who looks is written down
    attachmentFileNames: names,
    resolveAttachment: (name: string) => fetch(recordFiles + encodeURIComponent(name) + query),
  };
}

function speak(app: App): void {
  const prime = app.config.globalProperties.$primevue as { config: { locale: { aria: object } } };
  Object.assign(prime.config.locale, { dateFormat: "yy-mm-dd" }, isChinese() ? CALENDAR : {});
  if (isChinese()) Object.assign(prime.config.locale.aria, ALOUD);
}

async function start(place: HTMLElement): Promise<void> {
  const plan = readPlan(place);
  const sending = new Sending(plan, place);
  try {
    const formXml = fitToPage(await fetchText(plan.form), document.documentElement.lang, plan.title);
    const app = createApp({
      render: () =>
        h(OdkWebForm, {
          formXml,
          fetchFormAttachment: (url: URL) => fetchFile(plan.files + encodeURIComponent(nameIn(url)), sending),
          missingResourceBehavior: "BLANK",
          editInstance: recordOf(plan),
          onSubmit: (payload: Payload) => void sending.send(payload.data[0]),
        }),
    });
    app.use(webFormsPlugin);
    speak(app);
    place.replaceChildren();
    app.mount(place);
    nameControls(place);
    place.addEventListener("input", () => sending.touch());
    place.addEventListener("change", () => sending.touch());
    place.addEventListener("click", showWrong);
  } catch (error) {
    console.warn(error);
    sending.giveUp();
  }
}

/** Web Forms says how many questions are to be looked at again, not where: after sending, the first comes into sight. */
function showWrong(event: Event): void {
  if (!(event.target as Element).closest(".footer button")) return;
  setTimeout(() => place?.querySelector(".question-container.highlight")?.scrollIntoView(), 100);
}

/** `jr://file-csv/me.csv` is the file me.csv of the form. */
function nameIn(url: URL): string {
  return decodeURIComponent(url.href.slice(url.href.lastIndexOf("/") + 1));
}

mendRandomness();
globalThis.fangshiNonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
const place = document.getElementById("fill");
if (place) void start(place);
