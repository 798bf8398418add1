// The rates at the end of a month: fetched once each, written into the table, and given to whoever paints them.

export interface RateWords {
  text: string;
  of: string;
  level: number | null;
  note: string;
}

export interface MonthOfRates {
  month: string;
  counted: boolean;
  words: string;
  windows: Record<string, string>;
  villages: Record<string, Record<string, RateWords>>;
  wholes: (Record<string, RateWords> & { name: string })[];
}

/** Ties the slider to months. `paint` is called with the first month, and with every other one that is chosen. */
export function tieMonths(box: HTMLElement, paint: (month: MonthOfRates) => void): void {
  const slider = document.querySelector<HTMLInputElement>("#month");
  if (!slider || !box.dataset.rates) return;
  const known = new Map<string, Promise<MonthOfRates>>();
  const options = [...document.querySelectorAll<HTMLOptionElement>("#month-ends option")];
  let wanted = box.dataset.month ?? "";

  const show = async (): Promise<void> => {
    const asked = wanted;
    const failed = document.querySelector<HTMLElement>(".month-failed");
    try {
      if (!known.has(asked)) known.set(asked, fetchMonth(box.dataset.rates!, asked));
      const month = await known.get(asked)!;
      if (!month.counted) known.delete(asked); // looked at again, it may be
      if (failed) failed.hidden = true;
      if (asked !== wanted) return; // another month was chosen meanwhile
      box.dataset.month = month.month;
      fillTable(month);
      hideWord(month.counted);
      paint(month);
      box.dataset.monthShown = month.month;
    } catch (reason) {
      console.warn(reason);
      known.delete(asked);
      if (failed) failed.hidden = false;
    }
  };

  slider.addEventListener("input", () => {
    const option = options[Number(slider.value)];
    wanted = option?.dataset.month ?? wanted;
    sayMonth(slider, option?.label ?? "");
    const url = new URL(location.href);
    url.searchParams.set("month", wanted);
    history.replaceState(history.state, "", url.href);
    void show();
  });
  void show();
}

function hideWord(counted: boolean): void {
  const line = document.querySelector<HTMLElement>(".month-counted");
  if (line) line.hidden = counted;
}

async function fetchMonth(address: string, month: string): Promise<MonthOfRates> {
  const url = new URL(address, location.href);
  url.searchParams.set("month", month);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The month could not be had: ${answer.status}`);
  return (await answer.json()) as MonthOfRates;
}

function sayMonth(slider: HTMLInputElement, words: string): void {
  slider.setAttribute("aria-valuetext", words);
  const output = document.querySelector<HTMLOutputElement>("output[for=month]");
  if (output) output.value = words;
}

function fillTable(month: MonthOfRates): void {
  for (const button of document.querySelectorAll<HTMLElement>("button.village"))
    fillRow(button.closest("tr"), month.villages[button.dataset.code ?? ""]);
  document.querySelectorAll<HTMLElement>("tr[data-whole]").forEach((row, index) => fillRow(row, month.wholes[index]));
  for (const window of document.querySelectorAll<HTMLElement>("[data-window]"))
    window.textContent = month.windows[window.dataset.window ?? ""] ?? "";
}

function fillRow(row: HTMLElement | null, rates: Record<string, RateWords | string> | undefined): void {
  for (const cell of row?.querySelectorAll<HTMLElement>("[data-rate]") ?? []) {
    const rate = rates?.[cell.dataset.rate ?? ""] as RateWords | undefined;
    const [text, of] = cell.children as unknown as HTMLElement[];
    text.textContent = rate?.text ?? "";
    text.title = rate?.note ?? "";
    text.className = rate?.level === null ? "nowrap chip hatched" : "nowrap";
    of.textContent = rate?.of ?? "";
  }
}
