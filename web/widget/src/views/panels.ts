/** What takes the conversation's place for a while: visit list, delete, text to copy. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { LmsChat } from "../lms-chat";

export function panel(chat: LmsChat): TemplateResult | typeof nothing {
  switch (chat.panels.open) {
    case "visit":
      return visitList(chat);
    case "delete":
      return deletion(chat);
    case "copy":
      return toCopy(chat);
    default:
      return nothing;
  }
}

function visitList(chat: LmsChat): TemplateResult {
  const { strings, visit, panels } = chat;
  const { questions } = visit;
  return html`<section class="scroll panel" id="panel-visit" aria-labelledby="panel-title">
    <h3 id="panel-title" tabindex="-1">${strings.visitTitle}</h3>
    <p>${strings.visitIntro}</p>
    ${questions.length === 0 ? html`<p class="note">${strings.visitEmpty}</p>` : nothing}
    <ol>
      ${repeat(
        questions,
        (question) => question,
        (question, at) => html`<li>
          <span class="text" dir="auto">${question}</span>
          <button type="button" class="remove" aria-label=${strings.removeName(question)} @click=${() => visit.remove(at)}>${strings.remove}</button>
        </li>`,
      )}
    </ol>
    <form
      class="add"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        visit.add();
      }}
    >
      <label for="own">${strings.visitAdd}</label>
      <div class="field">
        <textarea id="own" rows="1" maxlength="500" autocomplete="off" spellcheck="true" @keydown=${(event: KeyboardEvent) => visit.key(event)}></textarea>
        <button type="submit">${strings.visitAddButton}</button>
      </div>
    </form>
    <div class="row">
      ${questions.length > 0
        ? html`<button type="button" id="print" @click=${() => visit.print()}>${strings.print}</button>
            <button type="button" id="copy-visit" @click=${() => panels.copyVisit()}>${strings.copyVisit}</button>`
        : nothing}
      <button type="button" class="back" @click=${() => chat.panels.close()}>${strings.back}</button>
    </div>
    <p class="note" aria-hidden="true">${panels.told}</p>
  </section>`;
}

function deletion(chat: LmsChat): TemplateResult {
  const { strings, panels } = chat;
  const state = panels.deletion;
  return html`<section class="scroll panel" id="panel-delete" role="alertdialog" aria-labelledby="panel-title" aria-describedby="panel-text">
    <h3 id="panel-title" tabindex="-1">${strings.deleteTitle}</h3>
    <p id="panel-text">${strings.deleteText}</p>
    ${state === "failed" ? html`<p class="problem" role="alert">${strings.deleteFailed}</p>` : nothing}
    <div class="row">
      <button type="button" id="keep" class="back" @click=${() => panels.close()}>${strings.deleteNo}</button>
      <button type="button" id="delete-now" class="alarm" aria-disabled=${state === "under way" ? "true" : "false"} @click=${() => panels.deleteNow()}>
        ${state === "under way" ? strings.deleting : strings.deleteYes}
      </button>
    </div>
  </section>`;
}

function toCopy(chat: LmsChat): TemplateResult {
  const { strings } = chat;
  return html`<section class="scroll panel" id="panel-copy" aria-labelledby="panel-title">
    <h3 id="panel-title" tabindex="-1">${strings.copyFallbackTitle}</h3>
    <p>${strings.copyFallback}</p>
    <textarea class="copy" readonly aria-label=${strings.copyFallbackName} .value=${chat.panels.textToCopy}></textarea>
    <div class="row"><button type="button" class="back" @click=${() => chat.panels.close()}>${strings.back}</button></div>
  </section>`;
}
