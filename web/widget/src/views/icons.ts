import { svg, html, type TemplateResult } from "lit";

const icon = (path: TemplateResult): TemplateResult => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${path}</svg>`;

export const bubble = icon(svg`<path d="M4 5h16v11H10l-5 4v-4H4z" />`);
export const cross = icon(svg`<path d="M6 6l12 12M18 6L6 18" />`);
export const list = icon(svg`<path d="M9 6h11M9 12h11M9 18h11M4 6h.5M4 12h.5M4 18h.5" />`);
export const dots = icon(svg`<path d="M12 5v.5M12 12v.5M12 19v.5" stroke-width="3.5" />`);
export const handset = icon(svg`<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2z" />`);
export const warning = icon(svg`<path d="M12 3l10 18H2zM12 10v5M12 18v.2" />`);
