/** Title, the line, and the way to everything else. */
import { html, nothing, type TemplateResult } from "lit";
import { telephone } from "../linking";
import type { LmsChat } from "../lms-chat";
import { cross, dots, handset, list } from "./icons";

export function header(chat: LmsChat): TemplateResult {
  const { strings, phone, panels } = chat;
  const count = chat.visit.questions.length;
  return html`<div class="head">
      <div class="bar">
        <h2 id="title" tabindex="-1">${chat.heading}</h2>
        <button
          id="options"
          type="button"
          aria-label=${strings.menu}
          aria-expanded=${panels.menuOpen ? "true" : "false"}
          aria-controls="menu"
          @click=${() => panels.toggleMenu()}
        >
          ${dots}
        </button>
        <button id="close" type="button" aria-label=${strings.closeName} @click=${() => chat.hide()}>${cross}</button>
      </div>
      <div class="contact">
        <a id="line" href=${telephone(phone)}>${handset}${strings.call(phone)}</a>
        <button
          id="visit"
          type="button"
          class="plain"
          aria-label=${strings.visitName(count)}
          aria-expanded=${panels.open === "visit" ? "true" : "false"}
          @click=${() => panels.toggleVisit()}
        >
          ${list}${strings.visit}${count > 0 ? html`<span class="count">${count}</span>` : nothing}
        </button>
      </div>
      <p id="about">${strings.automated}</p>
    </div>
    <div id="menu" class="menu" role="group" aria-label=${strings.menu} ?hidden=${!panels.menuOpen} @focusout=${(event: FocusEvent) => panels.leftMenu(event)}>
      <button id="copy" type="button" @click=${() => panels.copyConversation()}>${strings.copyConversation}</button>
      <button id="restart" type="button" @click=${() => panels.startOver()}>${strings.startOver}</button>
      <button id="delete" type="button" @click=${() => panels.askToDelete()}>${strings.delete}</button>
    </div>`;
}

/** What the widget itself says when the assistant cannot be reached. */
export function wayOut(chat: LmsChat): TemplateResult {
  const { strings, phone } = chat;
  const linked = (text: string, number: string): TemplateResult => {
    const [before = "", after = ""] = text.split(number);
    return html`<p>${before}<a href=${telephone(number)}>${number}</a>${after}</p>`;
  };
  return html`${linked(strings.unreachableCall(phone), phone)}${linked(strings.unreachableDanger, "911")}${linked(strings.unreachableCrisis, "988")}`;
}
