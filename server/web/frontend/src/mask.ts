// What is about her health is covered again when nobody has touched the page for a minute: somebody may be looking.

const IDLE_MS = 60_000;
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "scroll", "touchstart"];

let covering: number | undefined;
let lastTouched = 0;

/** Each `details[data-mask]` is closed after a minute without a touch, also when the phone slept meanwhile. */
export function coverWhenIdle(): void {
  SIGNS_OF_LIFE.forEach((name) => addEventListener(name, wait, { passive: true, capture: true }));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - lastTouched >= IDLE_MS) cover();
  });
  wait();
}

function wait(): void {
  lastTouched = Date.now();
  clearTimeout(covering);
  covering = setTimeout(cover, IDLE_MS);
}

function cover(): void {
  document.querySelectorAll<HTMLDetailsElement>("details[data-mask]").forEach((block) => (block.open = false));
}
