// Shows the "server cannot be reached" banner while that is so, and takes it away by itself.

const EVERY_MS = 15_000;

export function watchConnection(): void {
  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", () => void probe());
  document.body.addEventListener("htmx:sendError", () => {
    show(true);
    window.setTimeout(() => void probe(), EVERY_MS);
  });
  if (!navigator.onLine) show(true);
}

function show(offline: boolean): void {
  document.body.classList.toggle("is-offline", offline);
  document.querySelectorAll<HTMLButtonElement>("form[method=post] button").forEach((button) => {
    if (offline) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  });
}

async function probe(): Promise<void> {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    show(!answer.ok);
    if (!answer.ok) window.setTimeout(() => void probe(), EVERY_MS);
  } catch {
    show(true);
    window.setTimeout(() => void probe(), EVERY_MS);
  }
}
