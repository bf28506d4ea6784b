/** The one tag's work: define the element, and put one at the end of body where the page has none. */
import { OPTIONS } from "./config";
import { TAG, define } from "./lms-chat";

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

function mount(): void {
  if (document.querySelector(TAG)) return;
  const chat = document.createElement(TAG);
  for (const name of OPTIONS) {
    const value = script?.dataset[name];
    if (value !== undefined) chat.setAttribute(name, value);
  }
  document.body.append(chat);
}

try {
  // Older browsers get the page as it is: the line is on it anyway (see the snippet).
  if (script && "customElements" in window && "adoptedStyleSheets" in Document.prototype && !customElements.get(TAG)) {
    define(new URL(".", script.src).href);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mount, { once: true });
    else mount();
  }
} catch (problem) {
  console.warn("The chat could not be set up:", problem);
}
