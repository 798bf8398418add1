// The bar of acts takes the place of the table's head while some rows are ticked, and says how many.

export function enhanceBulk(form: HTMLElement): void {
  const bar = form.querySelector<HTMLElement>("[data-bulk-bar]");
  const count = form.querySelector<HTMLElement>("[data-bulk-count]");
  if (!bar || !count) return;
  const rows = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>("input[name=record]")];
  const all = form.querySelector<HTMLInputElement>("[data-tick-all]");
  const none = form.querySelector<HTMLElement>("[data-bulk-none]");
  const show = (): void => {
    const ticked = rows().filter((one) => one.checked).length;
    const everything = form.querySelector<HTMLInputElement>("input[name=all]");
    if (!ticked && everything) everything.checked = false;
    bar.hidden = !ticked;
    form.classList.toggle("is-choosing", ticked > 0);
    if (all) all.checked = ticked === rows().length;
    count.textContent = (count.dataset.words ?? "%s").replace("%s", String(ticked));
  };
  const tick = (is: boolean): void => {
    for (const one of rows()) one.checked = is;
    show();
  };
  form.classList.add("has-script");
  form.addEventListener("change", show);
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      tick(all.checked);
      if (all.checked) none?.focus({ preventScroll: true }); // the head goes, and the focus would go with it
    });
  }
  if (none) {
    none.hidden = false;
    none.addEventListener("click", () => {
      tick(false);
      rows()[0]?.focus();
    });
  }
  show();
}
