/** What is heard and not seen: replies in a log, danger as an alert, the state of things as a status. */
import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { languageOf } from "./language";
import type { Reply } from "./types";

interface Announced {
  key: number;
  text: string;
  language: string;
  urgent: boolean;
}

/** An announcement is taken out again after this, so that nobody reads it a second time. */
const ANNOUNCED_FOR = 20_000;

export class Heard {
  private announced: Announced[] = [];
  private key = 0;
  private told = "";

  /** @param changed called when there is something new to be drawn */
  constructor(private readonly changed: () => void) {}

  /** Each reply, once, in order; urgent ones at once. */
  replies(replies: readonly Reply[]): void {
    this.told = "";
    for (const reply of replies) {
      const key = ++this.key;
      this.announced = [...this.announced, { key, text: reply.text, language: languageOf(reply), urgent: reply.custom?.kind === "safety" }];
      setTimeout(() => {
        this.announced = this.announced.filter((one) => one.key !== key);
        this.changed();
      }, ANNOUNCED_FOR);
    }
    this.changed();
  }

  /** The state of things. */
  tell(words: string): void {
    this.told = words;
    this.changed();
  }

  /** Take all announcements out. */
  forget(): void {
    this.announced = [];
    this.changed();
  }

  render(name: string): TemplateResult {
    const said = (urgent: boolean): unknown =>
      repeat(
        this.announced.filter((one) => one.urgent === urgent),
        (one) => one.key,
        (one) => html`<p dir="auto" lang=${one.language}>${one.text}</p>`,
      );
    return html`<div class="vh" id="status" role="status">${this.told}</div>
      <div class="vh" id="heard" role="log" aria-live="polite" aria-relevant="additions" aria-label=${name}>${said(false)}</div>
      <div class="vh" id="urgent" role="alert">${said(true)}</div>`;
  }
}
