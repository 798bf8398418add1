// Puts today's doors in the order of a way from where the phone is. Its place is used here and goes nowhere.
import { metresBetween, orderWay, type Place } from "./order";

const PATIENCE = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 };

interface Seat {
  card: HTMLElement;
  parent: HTMLElement;
  next: ChildNode | null;
}

let seats: Seat[] = [];

function find<T extends HTMLElement>(name: string): T | null {
  return document.querySelector<T>(`[data-walk-${name}]`);
}

function start(): void {
  const button = find<HTMLButtonElement>("start");
  if (!button || !navigator.geolocation || !isSecureContext) return; // browsers give no place over plain http
  button.hidden = false;
  button.addEventListener("click", () => void walk(button));
  find("back")!.addEventListener("click", goBack);
}

async function walk(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  say("looking");
  try {
    const here = await findPlace();
    const places = await fetchPlaces();
    if (here && places) show(here, places);
    else say(here ? "offline" : "none");
  } finally {
    button.disabled = false;
  }
}

function findPlace(): Promise<Place | null> {
  return new Promise((give) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => give([coords.longitude, coords.latitude]),
      () => give(null),
      PATIENCE,
    ),
  );
}

/** The places of the doors on this page, by the key of their card; null when they cannot be had. */
async function fetchPlaces(): Promise<Record<string, Place> | null> {
  try {
    const answer = await fetch(`/m/places${location.search}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? ((await answer.json()) as { places: Record<string, Place> }).places : null;
  } catch {
    return null;
  }
}

function show(here: Place, places: Record<string, Place>): void {
  const cards = [...document.querySelectorAll<HTMLElement>("[data-hamlet] [data-stop]")];
  const known = cards.filter((card) => places[card.dataset.stop!]);
  if (!known.length) return say("nothing");
  const doors = known.map((card) => places[card.dataset.stop!]);
  const list = find("list")!;
  let last = here;
  seats = known.map((card) => ({ card, parent: card.parentElement!, next: card.nextSibling }));
  orderWay(here, doors).forEach((door, at) => {
    mark(known[door], at + 1, metresBetween(last, doors[door]));
    list.append(known[door]);
    last = doors[door];
  });
  list.hidden = false;
  turn(true);
  say("done");
}

/** "1 · 350 m": the number on the way, and how far it is from the stop before. */
function mark(card: HTMLElement, number: number, metres: number): void {
  const badge = document.createElement("b");
  badge.className = "stop-number";
  badge.textContent = `${number} · ${inWords(metres)}`;
  (card.querySelector(".home-head") ?? card).prepend(badge);
}

function inWords(metres: number): string {
  const words = find("said")!.dataset;
  if (metres < 1000) return words.wordMetres!.replace("{n}", String(Math.max(10, Math.round(metres / 10) * 10)));
  return words.wordKilometres!.replace("{n}", (metres / 1000).toFixed(1));
}

function goBack(): void {
  [...seats].reverse().forEach(({ card, parent, next }) => {
    card.querySelector(".stop-number")?.remove();
    parent.insertBefore(card, next);
  });
  seats = [];
  find("list")!.hidden = true;
  turn(false);
  find("said")!.textContent = "";
  find("start")!.focus();
}

/** On the way, hamlets of which every door has its number are not shown empty. */
function turn(walking: boolean): void {
  document.querySelectorAll<HTMLElement>("[data-hamlet]").forEach((hamlet) => {
    hamlet.hidden = walking && !hamlet.querySelector("[data-stop]");
    hamlet.querySelectorAll<HTMLElement>(".on-the-way").forEach((line) => (line.hidden = walking));
  });
  find("start")!.hidden = walking;
  find("back")!.hidden = !walking;
}

function say(word: "looking" | "none" | "offline" | "nothing" | "done"): void {
  const said = find("said")!;
  const key = `word${word[0].toUpperCase()}${word.slice(1)}`;
  said.textContent = said.dataset[key] ?? "";
}

start();
