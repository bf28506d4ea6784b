/** One reply: its words, source, choices, and what can be done with it. */
import { html, nothing, type TemplateResult } from "lit";
import type { Turn } from "../conversation";
import { languageOf } from "../language";
import type { LmsChat } from "../lms-chat";
import { date, sourceOf } from "../plain-text";
import type { Reply } from "../types";
import { warning } from "./icons";
import { spoken } from "./text";

/** Kinds that answer a question, well or not: what can be rated, and what a visit may be prepared with. */
const RATED = new Set(["answer", "gap", "consent", "clarify", "fallback", "out_of_scope", "escalation"]);
const SAVED = new Set(["answer", "gap", "consent", "escalation", "fallback"]);

export function reply(chat: LmsChat, one: Reply, turn: Turn | null, latest: boolean): TemplateResult {
  const { strings } = chat;
  const safety = one.custom?.kind === "safety";
  const source = sourceOf(one);
  return html`<div class="reply ${safety ? "safety" : ""}" data-reply=${one.id} data-kind=${one.custom?.kind ?? ""}>
    <div class="bubble">
      ${safety ? html`<h3>${warning}${strings.safety}</h3>` : html`<h3 class="vh">${strings.assistant}</h3>`}
      ${spoken(one.text, chat.lines, languageOf(one))}
      ${source
        ? html`<p class="source">
            ${strings.source}: ${source.text}.
            ${strings.reviewed} <time datetime=${source.day}>${date(source.day, chat.language)}</time>.
          </p>`
        : nothing}
    </div>
    ${choices(chat, one, turn, latest)} ${turn ? tools(chat, one, turn) : nothing}
  </div>`;
}

function choices(chat: LmsChat, one: Reply, turn: Turn | null, latest: boolean): TemplateResult | typeof nothing {
  const offered = one.buttons.filter((choice) => choice.id !== one.detail);
  if (offered.length === 0) return nothing;
  const epoch = turn?.epoch ?? chat.conversation.epoch;
  return html`<div class="choices ${latest ? "" : "calm"}" role="group" aria-label=${turn ? chat.strings.choices : chat.strings.suggested}>
    ${offered.map((choice) => html`<button type="button" dir="auto" @click=${() => chat.choose(choice, epoch)}>${choice.title}</button>`)}
  </div>`;
}

function tools(chat: LmsChat, one: Reply, turn: Turn): TemplateResult | typeof nothing {
  const { strings } = chat;
  const kind = one.custom?.kind ?? "";
  const current = turn.epoch === chat.conversation.epoch;
  const detail = current && one.detail ? { id: one.detail, title: strings.detail } : null;
  const mayRate = current && RATED.has(kind);
  const maySave = SAVED.has(kind) && turn.text !== strings.detail;
  if (!detail && !mayRate && !maySave) return nothing;
  const verdict = turn.feedback[one.id];
  const saved = chat.visit.includes(turn.text);
  return html`<div class="tools">
      ${detail ? html`<button type="button" class="detail" @click=${() => chat.choose(detail, turn.epoch)}>${strings.detail}</button>` : nothing}
      ${maySave
        ? html`<button type="button" class="save" aria-pressed=${saved ? "true" : "false"} @click=${() => chat.toggleSaved(turn.text)}>
            ${saved ? strings.saved : strings.save}
          </button>`
        : nothing}
      ${mayRate
        ? html`<span class="rating" role="group" aria-label=${strings.feedbackGroup}>
            <button type="button" class="yes" aria-pressed=${verdict === "helpful" ? "true" : "false"} @click=${() => chat.rate(turn, one, "helpful")}>
              ${strings.helpful}
            </button>
            <button type="button" class="no" aria-pressed=${verdict === "not_helpful" ? "true" : "false"} @click=${() => chat.rate(turn, one, "not_helpful")}>
              ${strings.notHelpful}
            </button>
          </span>`
        : nothing}
    </div>
    ${chat.reasonFor === one.id ? reason(chat, one, turn) : rated(chat, one)}`;
}

function rated(chat: LmsChat, one: Reply): TemplateResult | typeof nothing {
  const told = chat.ratingTold.get(one.id);
  return told ? html`<p class="note">${told}</p>` : nothing;
}

function reason(chat: LmsChat, one: Reply, turn: Turn): TemplateResult {
  const { strings } = chat;
  const field = `reason-${one.id}`;
  const hint = `hint-${one.id}`;
  const told = chat.ratingTold.get(one.id);
  return html`<form
    class="box"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      chat.sendReason(turn, one);
    }}
  >
    <label for=${field}>${strings.reason}</label>
    <textarea id=${field} class="reason" rows="2" maxlength="500" autocomplete="off" spellcheck="true" aria-describedby=${hint}></textarea>
    <p class="hint" id=${hint}>${strings.reasonHint}</p>
    ${told ? html`<p class="note">${told}</p>` : nothing}
    <div class="row">
      <button type="submit">${strings.reasonSend}</button>
      <button type="button" class="plain" @click=${() => chat.closeReason(one)}>${strings.reasonSkip}</button>
    </div>
  </form>`;
}
