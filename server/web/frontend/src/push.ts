// Web push: the browser is asked, makes its address and keys, and the page's own form stores them. Needs https or localhost.
const WORKER = "/push-worker.js";

export function offerPush(): void {
  const form = document.querySelector<HTMLFormElement>("[data-push-key]");
  if (!form || !window.isSecureContext || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  form.hidden = false;
  document.querySelectorAll<HTMLElement>("[data-no-push]").forEach((note) => (note.hidden = true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe(form.dataset.pushKey!).then(
      (made) => send(form, made),
      () => say(form),
    );
  });
}

async function subscribe(key: string): Promise<PushSubscription> {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  await before?.unsubscribe(); // it may trust the key of another town
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: toBytes(key) });
}

function send(form: HTMLFormElement, made: PushSubscription): void {
  const { p256dh, auth } = made.toJSON().keys!;
  (form.elements.namedItem("address") as HTMLInputElement).value = made.endpoint;
  (form.elements.namedItem("secret") as HTMLInputElement).value = `${p256dh}.${auth}`;
  form.submit();
}

function say(form: HTMLFormElement): void {
  const said = form.querySelector<HTMLElement>("[data-push-said]")!;
  said.textContent = form.dataset.wordFailed ?? "";
  said.hidden = false;
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
