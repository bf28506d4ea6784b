/** Text as text. */
import { html, nothing, type TemplateResult } from "lit";
import { pieces } from "../linking";

/** `text` in an element of its own direction; telephone numbers as links. */
export function spoken(text: string, lines: readonly string[], language?: string): TemplateResult {
  const parts = pieces(text, lines).map((piece) => (piece.href ? html`<a href=${piece.href}>${piece.text}</a>` : piece.text));
  return html`<p class="text" dir="auto" lang=${language ?? nothing}>${parts}</p>`;
}
