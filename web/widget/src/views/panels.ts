/** What takes the conversation's place for a while: visit list, delete, text to copy. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { LmsChat } from "../lms-chat";

export function visitList(chat: LmsChat): TemplateResult {
  const { strings, visit } = chat;
  return html`<section class="scroll panel" id="panel-visit" aria-labelledby="panel-title">
    <h3 id="panel-title" tabindex="-1">${strings.visitTitle}</h3>
    <p>${strings.visitIntro}</p>
    ${visit.length === 0 ? html`<p class="note">${strings.visitEmpty}</p>` : nothing}
    <ol>
      ${repeat(
        visit,
        (question) => question,
        (question, at) => html`<li>
          <span class="text" dir="auto">${question}</span>
          <button type="button" class="remove" aria-label=${strings.removeName(question)} @click=${() => chat.unsave(at)}>${strings.remove}</button>
        </li>`,
      )}
    </ol>
    <form
      class="add"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        chat.addToVisit();
      }}
    >
      <label for="own">${strings.visitAdd}</label>
      <div class="field">
        <textarea id="own" rows="1" maxlength="500" autocomplete="off" spellcheck="true" @keydown=${(event: KeyboardEvent) => chat.ownKey(event)}></textarea>
        <button type="submit">${strings.visitAddButton}</button>
      </div>
    </form>
    <div class="row">
      ${visit.length > 0
        ? html`<button type="button" id="print" @click=${() => chat.printVisit()}>${strings.print}</button>
            <button type="button" id="copy-visit" @click=${() => chat.copyVisit()}>${strings.copyVisit}</button>`
        : nothing}
      <button type="button" class="back" @click=${() => chat.closePanel()}>${strings.back}</button>
    </div>
    <p class="note" aria-hidden="true">${chat.panelTold}</p>
  </section>`;
}

export function deletion(chat: LmsChat): TemplateResult {
  const { strings, deletionState: state } = chat;
  return html`<section class="scroll panel" id="panel-delete" role="alertdialog" aria-labelledby="panel-title" aria-describedby="panel-text">
    <h3 id="panel-title" tabindex="-1">${strings.deleteTitle}</h3>
    <p id="panel-text">${strings.deleteText}</p>
    ${state === "failed" ? html`<p class="problem" role="alert">${strings.deleteFailed}</p>` : nothing}
    <div class="row">
      <button type="button" id="keep" class="back" @click=${() => chat.closePanel()}>${strings.deleteNo}</button>
      <button type="button" id="delete-now" class="alarm" aria-disabled=${state === "under way" ? "true" : "false"} @click=${() => chat.deleteNow()}>
        ${state === "under way" ? strings.deleting : strings.deleteYes}
      </button>
    </div>
  </section>`;
}

export function toCopy(chat: LmsChat): TemplateResult {
  const { strings } = chat;
  return html`<section class="scroll panel" id="panel-copy" aria-labelledby="panel-title">
    <h3 id="panel-title" tabindex="-1">${strings.copyFallbackTitle}</h3>
    <p>${strings.copyFallback}</p>
    <textarea class="copy" readonly aria-label=${strings.copyFallbackName} .value=${chat.textToCopy}></textarea>
    <div class="row"><button type="button" class="back" @click=${() => chat.closePanel()}>${strings.back}</button></div>
  </section>`;
}
