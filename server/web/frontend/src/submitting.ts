// A form that is sent by script, as if somebody had pressed its button.

/** Safari before 16 has no requestSubmit: there the button is pressed, or one that is put in for it. */
export function submitForm(form: HTMLFormElement, button: HTMLElement | null = null): void {
  if ("requestSubmit" in HTMLFormElement.prototype) return form.requestSubmit(button);
  if (button) return button.click();
  const press = Object.assign(document.createElement("button"), { hidden: true });
  form.append(press);
  press.click();
  press.remove();
}

/** Safari before 15.4 does not tell by which button: what cannot be sent as it was pressed is not sent again. */
export function isButtonKnown(event: SubmitEvent): boolean {
  return event.submitter !== undefined;
}
