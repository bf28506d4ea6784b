/** The conversation: greeting, turns, and the field to write in. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Item, Turn } from "../conversation";
import type { LmsChat } from "../lms-chat";
import { wayOut } from "./header";
import { reply } from "./reply";
import { spoken } from "./text";

export function conversation(chat: LmsChat): TemplateResult {
  const { strings, conversation: talk } = chat;
  const last = talk.items[talk.items.length - 1];
  return html`<div class="scroll" id="talk" tabindex="0" role="region" aria-label=${strings.conversation}>
      ${chat.introduction ? html`<div class="reply"><div class="bubble">${spoken(chat.introduction, chat.lines, chat.language)}</div></div>` : nothing}
      ${talk.greeting.map((one) => reply(chat, one, null, talk.turns.length === 0))}
      ${talk.phase === "starting" ? waiting(strings.starting) : nothing}
      ${talk.phase === "unreachable" && talk.turns.length === 0
        ? html`<div class="out" id="unreachable">
            <p><strong>${strings.unreachable}</strong></p>
            ${wayOut(chat)}
            <div class="row"><button type="button" @click=${() => chat.restart()}>${strings.tryAgain}</button></div>
          </div>`
        : nothing}
      <ol class="turns">
        ${repeat(
          talk.items,
          (item) => item.id,
          (item) => row(chat, item, item === last),
        )}
      </ol>
    </div>
    ${composer(chat)}`;
}

function row(chat: LmsChat, item: Item, latest: boolean): TemplateResult {
  if (item.kind === "notice") return html`<li class="notice">${chat.strings[item.what]}</li>`;
  return html`<li class="turn" id=${`turn-${item.id}`} tabindex="-1">
    <div class="you"><h3 class="vh">${chat.strings.you}</h3><p class="text" dir="auto">${item.text}</p></div>
    ${item.redacted ? html`<p class="note">${chat.strings.redacted}</p>` : nothing}
    ${item.replies.length > 1 ? html`<p class="note several">${chat.strings.several(item.replies.length)}</p>` : nothing}
    ${item.replies.map((one, at) => reply(chat, one, item, latest, at === item.replies.length - 1))} ${state(chat, item)}
  </li>`;
}

function state(chat: LmsChat, turn: Turn): TemplateResult | typeof nothing {
  const { strings } = chat;
  if (turn.state === "sending") return waiting(strings.typing);
  if (turn.state === "waiting") return html`<p class="unsent">${strings.busy(turn.wait)}</p>`;
  if (turn.state !== "failed") return nothing;
  return html`<div class="unsent">
      <span><strong>${strings.notSent}</strong> ${turn.failure === "timeout" ? strings.notSentTimeout : strings.notSentUnreachable}</span>
      <button type="button" class="retry" @click=${() => chat.composer.retry(turn)}>${strings.tryAgain}</button>
    </div>
    <div class="out">${wayOut(chat)}</div>`;
}

function waiting(words: string): TemplateResult {
  return html`<p class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${words}</p>`;
}

function composer(chat: LmsChat): TemplateResult {
  const { strings, conversation: talk } = chat;
  const left = talk.maxLength - chat.composer.written;
  const near = left < 100;
  return html`<form
    class="composer"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      chat.composer.send();
    }}
  >
    <label class="vh" for="input">${strings.input}</label>
    <div class="field">
      <textarea
        id="input"
        rows="1"
        autocomplete="off"
        autocapitalize="sentences"
        spellcheck="true"
        enterkeyhint="send"
        placeholder=${strings.placeholder}
        aria-describedby="input-hint ${near ? "left" : ""} ${chat.composer.problem ? "problem" : ""}"
        aria-invalid=${left < 0 || chat.composer.problem ? "true" : "false"}
        @input=${() => chat.composer.typed()}
        @keydown=${(event: KeyboardEvent) => chat.composer.key(event)}
      ></textarea>
      <button id="send" type="submit" class="main" aria-disabled=${talk.busy || left < 0 ? "true" : "false"}>${strings.send}</button>
    </div>
    <p class="vh" id="input-hint">${strings.inputHint}</p>
    <div class="below">
      <p class="problem" id="problem" role="alert">${chat.composer.problem}</p>
      <p id="left" class=${left < 0 ? "problem" : ""}>${near ? (left < 0 ? strings.over(-left) : strings.left(left)) : nothing}</p>
    </div>
  </form>`;
}
