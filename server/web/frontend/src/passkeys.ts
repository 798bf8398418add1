// Passkeys: JSON from the server into what the browser's own dialog takes, and its answer back. Needs https or localhost.
import { enhance } from "./enhance";

type Json = Record<string, unknown>;

export function offerPasskeys(): void {
  if (!window.PublicKeyCredential || !window.isSecureContext) return;
  each("[data-no-passkeys]", (note) => (note.hidden = true));
  each("[data-passkeys]", (part) => (part.hidden = false));
  each("[data-passkey-add]", (form) => listen(form as HTMLFormElement, addPasskey));
  each("[data-passkey-sign-in]", (form) => {
    form.hidden = false;
    listen(form as HTMLFormElement, signIn);
  });
}

function each(selector: string, act: (element: HTMLElement) => void): void {
  document.querySelectorAll<HTMLElement>(selector).forEach(act);
}

/** Says in the form what went wrong: the server's sentence, or the one that the page brought. */
function listen(form: HTMLFormElement, act: (form: HTMLFormElement) => Promise<void>): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = form.querySelector<HTMLElement>("[data-passkey-said]");
    if (said) said.hidden = true;
    act(form).catch((error: unknown) => {
      if (!said) return;
      said.textContent = error instanceof Refused ? error.message : (form.dataset.wordFailed ?? "");
      said.hidden = false;
    });
  });
}

class Refused extends Error {}

async function post(path: string, body: BodyInit, type?: string): Promise<Json> {
  const headers: Record<string, string> = { "X-Requested-With": "XMLHttpRequest" };
  if (type) headers["Content-Type"] = type;
  const answer = await fetch(path, { method: "POST", body, headers });
  const said = (await answer.json()) as Json;
  if (!answer.ok) throw new Refused(String(said.message ?? ""));
  return said;
}

async function addPasskey(form: HTMLFormElement): Promise<void> {
  const fields = new FormData(form);
  const path = form.dataset.passkeyAdd!;
  const options = await post(`${path}/options`, new URLSearchParams({ password: String(fields.get("password")) }));
  const made = (await navigator.credentials.create({ publicKey: forCreating(options) })) as PublicKeyCredential;
  const done = await post(path, JSON.stringify({ credential: sayMade(made), name: fields.get("name") }), "application/json");
  const main = document.getElementById("main");
  if (typeof done.page === "string" && main) {
    main.innerHTML = done.page; // the server's own page, with the codes that are shown once
    enhance(main);
  } else {
    location.assign(String(done.to));
  }
}

async function signIn(form: HTMLFormElement): Promise<void> {
  const options = await post("/sign-in/passkey/options", "");
  const shown = (await navigator.credentials.get({ publicKey: forSigning(options) })) as PublicKeyCredential;
  const body = JSON.stringify({ credential: sayShown(shown), next: form.dataset.next ?? "/" });
  location.assign(String((await post("/sign-in/passkey", body, "application/json")).to));
}

function forCreating(options: Json): PublicKeyCredentialCreationOptions {
  const user = options.user as Json;
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

function forSigning(options: Json): PublicKeyCredentialRequestOptions {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
}

function withBytes(list: unknown): Json[] {
  return ((list as Json[] | undefined) ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
}

function sayMade(made: PublicKeyCredential): Json {
  const response = made.response as AuthenticatorAttestationResponse;
  return { ...sayKey(made), response: { ...sayClient(response), attestationObject: toText(response.attestationObject) } };
}

function sayShown(shown: PublicKeyCredential): Json {
  const response = shown.response as AuthenticatorAssertionResponse;
  const parts = { authenticatorData: toText(response.authenticatorData), signature: toText(response.signature) };
  return { ...sayKey(shown), response: { ...sayClient(response), ...parts } };
}

function sayKey(key: PublicKeyCredential): Json {
  return { id: key.id, rawId: toText(key.rawId), type: key.type, clientExtensionResults: {} };
}

function sayClient(response: AuthenticatorResponse): Json {
  return { clientDataJSON: toText(response.clientDataJSON) };
}

function toBytes(text: unknown): Uint8Array {
  const plain = atob(String(text).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(bytes: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
