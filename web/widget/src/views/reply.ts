/** One reply: its words, source, choices, and what can be done with it. */
import { html, nothing, type TemplateResult } from "lit";
import type { Turn } from "../conversation";
import { languageOf } from "../language";
import type { LmsChat } from "../lms-chat";
import { date, sourceOf } from "../plain-text";
import type { Reply } from "../types";
import { pieces, telephone } from "../linking";
import { bubble, handset, warning } from "./icons";
import { spoken } from "./text";

/** Kinds that answer a question, well or not: what can be rated, and what a visit may be prepared with. */
const RATED = new Set(["answer", "gap", "consent", "clarify", "fallback", "out_of_scope", "escalation"]);
const SAVED = new Set(["answer", "gap", "consent", "escalation", "fallback"]);

/** Someone said how they feel: that is no question to keep, and comfort is nothing to rate. */
const isComfort = (one: Reply): boolean => one.custom?.entry === "distress";

/** @param last whether no other reply of the turn follows: the next step is offered there, and the question saved once */
export function reply(chat: LmsChat, one: Reply, turn: Turn | null, latest: boolean, last = true): TemplateResult {
  const { strings } = chat;
  const next = choices(chat, one, turn, latest && last);
  const usual = turn ? tools(chat, one, turn, last) : nothing;
  // What has no answer yet is for the visit: that comes first there.
  const [before, after] = one.custom?.kind === "gap" ? [usual, next] : [next, usual];
  const safety = one.custom?.kind === "safety";
  const source = sourceOf(one);
  return html`<div class="reply ${safety ? "safety" : ""}" data-reply=${one.id} data-kind=${one.custom?.kind ?? ""}>
    <div class="bubble">
      ${safety ? html`<h3>${warning}${strings.safety}</h3>${ways(chat, one)}` : html`<h3 class="vh">${strings.assistant}</h3>`}
      ${spoken(one.text, chat.lines, languageOf(one))}
      ${source
        ? html`<p class="source">
            ${strings.source}: ${source.text}.
            ${strings.reviewed} <time datetime=${source.day}>${date(source.day, chat.language)}</time>.
          </p>`
        : nothing}
    </div>
    ${before} ${after}
  </div>`;
}

/** The short numbers of a reply once more, in its order, as large as can be. */
function ways(chat: LmsChat, one: Reply): TemplateResult | typeof nothing {
  const numbers = new Set(pieces(one.text, []).flatMap((piece) => (piece.href ? [piece.text] : [])));
  if (numbers.size === 0) return nothing;
  return html`<p class="ways">
    ${[...numbers].map(
      (number) => html`<a href=${telephone(number)}>${handset}${chat.strings.call(number)}</a>${number === "988" ? html`<a href="sms:988">${bubble}${chat.strings.sms(number)}</a>` : nothing}`,
    )}
  </p>`;
}

function choices(chat: LmsChat, one: Reply, turn: Turn | null, latest: boolean): TemplateResult | typeof nothing {
  const offered = one.buttons.filter((choice) => choice.id !== one.detail);
  if (offered.length === 0) return nothing;
  const epoch = turn?.epoch ?? chat.conversation.epoch;
  return html`<div class="choices ${latest ? "" : "calm"}" role="group" aria-label=${turn ? chat.strings.choices : chat.strings.suggested}>
    ${offered.map((choice) => html`<button type="button" dir="auto" @click=${() => chat.composer.choose(choice, epoch)}>${choice.title}</button>`)}
  </div>`;
}

function tools(chat: LmsChat, one: Reply, turn: Turn, last: boolean): TemplateResult | typeof nothing {
  const { strings } = chat;
  const kind = one.custom?.kind ?? "";
  const current = turn.epoch === chat.conversation.epoch;
  const detail = current && one.detail ? { id: one.detail, title: strings.detail } : null;
  const mayRate = current && RATED.has(kind) && !isComfort(one);
  const maySave = last && turn.text !== strings.detail && turn.replies.some((other) => SAVED.has(other.custom?.kind ?? "") && !isComfort(other));
  if (!detail && !mayRate && !maySave) return nothing;
  const verdict = turn.feedback[one.id];
  const saved = chat.visit.questions.includes(turn.text);
  return html`<div class="tools">
      ${detail ? html`<button type="button" class="detail" @click=${() => chat.composer.choose(detail, turn.epoch)}>${strings.detail}</button>` : nothing}
      ${maySave
        ? html`<button type="button" class="save" aria-pressed=${saved ? "true" : "false"} @click=${() => chat.visit.toggle(turn.text)}>
            ${saved ? strings.saved : strings.save}
          </button>`
        : nothing}
      ${mayRate
        ? html`<span class="rating" role="group" aria-label=${strings.feedbackGroup}>
            <button type="button" class="yes" aria-pressed=${verdict === "helpful" ? "true" : "false"} @click=${() => chat.rating.rate(turn, one, "helpful")}>
              ${strings.helpful}
            </button>
            <button type="button" class="no" aria-pressed=${verdict === "not_helpful" ? "true" : "false"} @click=${() => chat.rating.rate(turn, one, "not_helpful")}>
              ${strings.notHelpful}
            </button>
          </span>`
        : nothing}
    </div>
    ${chat.rating.reasonFor === one.id ? reason(chat, one, turn) : rated(chat, one)}`;
}

function rated(chat: LmsChat, one: Reply): TemplateResult | typeof nothing {
  const told = chat.rating.told.get(one.id);
  return told ? html`<p class="note">${told}</p>` : nothing;
}

function reason(chat: LmsChat, one: Reply, turn: Turn): TemplateResult {
  const { strings } = chat;
  const field = `reason-${one.id}`;
  const hint = `hint-${one.id}`;
  const told = chat.rating.told.get(one.id);
  return html`<form
    class="box"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      chat.rating.sendReason(turn, one);
    }}
  >
    <label for=${field}>${strings.reason}</label>
    <textarea id=${field} class="reason" rows="2" maxlength="500" autocomplete="off" spellcheck="true" aria-describedby=${hint}></textarea>
    <p class="hint" id=${hint}>${strings.reasonHint}</p>
    ${told ? html`<p class="note">${told}</p>` : nothing}
    <div class="row">
      <button type="submit">${strings.reasonSend}</button>
      <button type="button" class="plain" @click=${() => chat.rating.close(one)}>${strings.reasonSkip}</button>
    </div>
  </form>`;
}
