/** Text as text. */
import { html, nothing, type TemplateResult } from "lit";
import { pieces } from "../linking";

/** `text`, a paragraph for each of its lines, each in its own direction; telephone numbers as links. */
export function spoken(text: string, lines: readonly string[], language?: string): TemplateResult {
  const linked = (line: string): unknown =>
    pieces(line, lines).map((piece) => (piece.href ? html`<a href=${piece.href}>${piece.text}</a>` : piece.text));
  const paragraphs = text.split(/\n+/).filter((line) => line.trim() !== "");
  return html`<div class="text" lang=${language ?? nothing}>${paragraphs.map((line) => html`<p dir="auto">${linked(line)}</p>`)}</div>`;
}
