/**
 * Prints the visit list from the page itself: no window, no frame, nothing that a strict CSP forbids.
 *
 * A sheet of its own at the end of body holds the list in a shadow root, so that the page's styles do not reach it.
 * While it is there, a constructed style sheet shows it alone on paper; on the screen it is never seen.
 */
import type { Strings } from "./strings";

export const PRINT_TAG = "lms-chat-print";

const ON_PAPER = `
  ${PRINT_TAG} { display: none !important; }
  @media print {
    html:root > body > *:not(${PRINT_TAG}) { display: none !important; }
    html:root, html:root > body {
      display: block !important; visibility: visible !important; position: static !important;
      width: auto !important; height: auto !important; overflow: visible !important;
      margin: 0 !important; padding: 0 !important; background: #fff !important; transform: none !important; opacity: 1 !important;
    }
    html:root > body > ${PRINT_TAG} { display: block !important; visibility: visible !important; }
  }`;

const SHEET = `
  :host { all: initial !important; }
  div { font: 12pt/1.5 system-ui, sans-serif; color: #000; background: #fff; padding: 1em; direction: ltr; }
  h1 { font-size: 18pt; margin: 0 0 .5em; }
  p { margin: 0 0 1em; }
  ol { padding-left: 1.6em; margin: 0 0 1em; }
  li { margin: 0 0 .6em; padding-bottom: 3.2em; border-bottom: 1px solid #767676; break-inside: avoid; }
  bdi { white-space: pre-line; overflow-wrap: anywhere; }`;

function constructed(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** Show `questions` on paper. The sheet goes away when printing is over. */
export function print(questions: readonly string[], phone: string, strings: Strings, language: string): void {
  document.querySelector(PRINT_TAG)?.remove();
  const sheet = document.createElement(PRINT_TAG);
  const root = sheet.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [constructed(SHEET)];
  const page = document.createElement("div");
  page.lang = language;
  const list = document.createElement("ol");
  for (const question of questions) {
    const item = document.createElement("li");
    item.append(element("bdi", question));
    list.append(item);
  }
  page.append(element("h1", strings.printTitle), element("p", strings.printNote), list, element("p", strings.printPhone(phone)));
  root.append(page);

  const rules = constructed(ON_PAPER);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];
  document.body.append(sheet);

  const over = (): void => {
    window.removeEventListener("afterprint", over);
    window.removeEventListener("pointerdown", over, true);
    window.removeEventListener("keydown", over, true);
    sheet.remove();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== rules);
  };
  window.addEventListener("afterprint", over);
  // Some phones never tell that printing is over: the next touch or key does.
  setTimeout(() => {
    if (!sheet.isConnected) return;
    window.addEventListener("pointerdown", over, true);
    window.addEventListener("keydown", over, true);
  }, 0);
  window.print();
}
