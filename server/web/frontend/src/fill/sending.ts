import type { Plan } from "./plan";

/**
 * Sends what Web Forms made of the answers, and tells what became of it.
 *
 * What may have arrived unheard is sent again byte for byte, never made anew: the server knows the same bytes and stores
 * them once, while the same record with another hour of ending would be a second content under one number.
 */
export class Sending {
  private unsent = false;
  private readonly told = document.getElementById("told") as HTMLElement;

  constructor(
    private readonly plan: Plan,
    private readonly place: HTMLElement,
  ) {
    window.addEventListener("beforeunload", (event) => {
      if (this.unsent) event.preventDefault();
    });
  }

  /** Somebody answers: leaving the page would lose it. */
  touch(): void {
    this.unsent = this.plan.send !== "";
  }

  async send(body: FormData): Promise<void> {
    if (!this.plan.send) return this.show(copyOf("say-preview"));
    for (const name of this.plan.names) body.delete(name); // as they were; the server carries them over
    this.place.inert = true;
    this.tell("say-sending");
    let answer: Response;
    let text: string;
    try {
      const headers = { "X-Requested-With": "XMLHttpRequest", "HX-Request": "true" };
      answer = await fetch(this.plan.send + this.plan.query, { method: "POST", headers, body, redirect: "error" });
      text = await answer.text();
    } catch {
      return this.retry("say-no-network", body);
    }
    if (answer.ok) {
      this.unsent = false;
      this.show(partsOf(text));
    } else if (answer.status >= 500) {
      this.retry("say-server-away", body); // whoever answered: it may have been a proxy, in words of its own
    } else {
      this.refuse(answer.status, text, body);
    }
  }

  /** Nobody knows whether it arrived, so nothing can be changed before the same is sent again. */
  private retry(template: string, body: FormData): void {
    this.tell(template);
    this.offer("[data-again]", () => void this.send(body));
  }

  private refuse(status: number, text: string, body: FormData): void {
    this.tell(status === 401 ? "say-signed-out" : "say-refused");
    this.told.querySelector("[data-why]")?.replaceChildren(partsOf(text));
    this.offer("[data-again]", () => void this.send(body));
    this.offer("[data-back]", () => {
      this.told.hidden = true;
      this.place.inert = false;
    });
  }

  /** There is no form to fill, or one without its lists. */
  giveUp(): void {
    this.place.hidden = true;
    this.tell("say-not-fetched");
  }

  /** A sentence of the page above the form. */
  tell(template: string): void {
    this.told.replaceChildren(copyOf(template));
    this.told.hidden = false;
    this.told.focus();
  }

  private offer(button: string, act: () => void): void {
    this.told.querySelector(button)?.addEventListener("click", act, { once: true });
  }

  private show(parts: DocumentFragment): void {
    this.told.hidden = true;
    this.place.hidden = true;
    const shown = document.createElement("section");
    shown.append(parts);
    this.place.after(shown);
    window.scrollTo(0, 0);
    shown.querySelector("h1")?.focus();
  }
}

function copyOf(template: string): DocumentFragment {
  return (document.getElementById(template) as HTMLTemplateElement).content.cloneNode(true) as DocumentFragment;
}

/** The server's own words, escaped there; none of it is script, and the policy would let none run. */
function partsOf(html: string): DocumentFragment {
  const parts = document.createElement("template");
  parts.innerHTML = html;
  return parts.content;
}
