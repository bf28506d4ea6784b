/** `<lms-chat>`: launcher, dialog, and what each control does. */
import { LitElement, html, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Api } from "./api";
import { copied } from "./clipboard";
import { OPTIONS, PHONE, accentSheet, wording } from "./config";
import { Conversation, type Turn } from "./conversation";
import { languageOf } from "./language";
import { transcript, visitText } from "./plain-text";
import { print } from "./print";
import { Memory, tabStorage } from "./session";
import { english, type Strings } from "./strings";
import styles from "./styles.css?inline";
import type { Choice, Reply, Verdict } from "./types";
import { conversation } from "./views/chat";
import { header } from "./views/header";
import { bubble, cross } from "./views/icons";
import { deletion, toCopy, visitList } from "./views/panels";

export const TAG = "lms-chat";

type Panel = "chat" | "visit" | "delete" | "copy";

interface Announced {
  key: number;
  text: string;
  language: string;
  urgent: boolean;
}

/** Where the whole screen is the chat's: phones, and 400% zoom. The same as in `styles.css`. */
const SMALL = "(max-width: 600px), (max-height: 480px)";
/** An announcement is taken out again after this, so that nobody reads it a second time. */
const ANNOUNCED_FOR = 20_000;
/** Only a wait that is felt is told. */
const TELL_TYPING_AFTER = 700;

let base = "";

export class LmsChat extends LitElement {
  static override styles = unsafeCSS(styles);
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, ...OPTIONS];
  }

  strings: Strings = english;
  language = "en";
  heading = english.title;
  introduction = "";
  phone = PHONE;
  isOpen = false;
  /** drawn on first opening, and kept: what is being written stays */
  wasOpen = false;
  panel: Panel = "chat";
  menuOpen = false;
  written = 0;
  problem = "";
  panelTold = "";
  textToCopy = "";
  reasonFor = "";
  deletionState: "asked" | "under way" | "failed" = "asked";
  readonly ratingTold = new Map<string, string>();
  readonly conversation: Conversation;

  private readonly memory: Memory;
  private readonly small = window.matchMedia(SMALL);
  private announced: Announced[] = [];
  private key = 0;
  private told = "";
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private accent: CSSStyleSheet | null = null;
  private opener: string | null = null;
  private given: string | null = null;

  constructor() {
    super();
    this.memory = new Memory(base, tabStorage());
    this.conversation = new Conversation(new Api(base), this.memory, {
      changed: () => this.talkChanged(),
      replied: (replies, turn) => void this.replied(replies, turn),
      failed: (turn) => this.failed(turn),
      refused: (text, message) => this.refused(text, message),
    });
  }

  /** Numbers that may be links in what the assistant says, besides 911 and 988. */
  get lines(): string[] {
    return this.phone === PHONE ? [PHONE] : [this.phone, PHONE];
  }

  get visit(): readonly string[] {
    return this.memory.value.visit;
  }

  // ── life ────────────────────────────────────────────────────────────────────────────────────────

  override connectedCallback(): void {
    super.connectedCallback();
    this.readOptions();
    window.addEventListener("online", this.online);
    this.small.addEventListener("change", this.resized);
    const wanted = this.hasAttribute("open") && this.getAttribute("open") !== "false";
    // What was open stays open from page to page, except where it would cover the page.
    if (wanted || (this.memory.value.open && !this.small.matches)) void this.reveal(false);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("online", this.online);
    this.small.removeEventListener("change", this.resized);
  }

  override attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    super.attributeChangedCallback(name, before, after);
    if (this.isConnected && before !== after) this.readOptions();
  }

  private readOptions(): void {
    const option = (name: (typeof OPTIONS)[number]): string | null => this.getAttribute(name)?.trim() || null;
    ({ strings: this.strings, language: this.language } = wording(option("lang") ?? document.documentElement.lang));
    // A title attribute would show as a tooltip over everything: it is taken off once it is read.
    this.given = option("title") ?? this.given;
    if (this.hasAttribute("title")) this.removeAttribute("title");
    this.heading = this.given ?? this.strings.title;
    this.introduction = option("greeting") ?? "";
    this.phone = option("phone") ?? PHONE;
    const root = this.renderRoot as ShadowRoot | undefined;
    if (root?.adoptedStyleSheets) {
      this.accent ??= new CSSStyleSheet();
      this.accent.replaceSync(accentSheet(option("color")));
      if (!root.adoptedStyleSheets.includes(this.accent)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.accent];
    }
    this.requestUpdate();
  }

  // ── open and close ──────────────────────────────────────────────────────────────────────────────

  /** Open the chat. */
  async show(): Promise<void> {
    await this.reveal(true);
  }

  /** Close the chat; the conversation is kept. */
  hide(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.menuOpen = false;
    this.memory.set({ open: false });
    this.dialog?.close();
    this.requestUpdate();
    this.find("launcher")?.focus();
    this.dispatchEvent(new CustomEvent("lms-chat-close", { bubbles: true, composed: true }));
  }

  private async reveal(focus: boolean): Promise<void> {
    if (this.isOpen) return;
    this.isOpen = this.wasOpen = true;
    this.memory.set({ open: true });
    this.requestUpdate();
    await this.updateComplete;
    this.lay();
    if (focus) this.focusStart();
    this.dispatchEvent(new CustomEvent("lms-chat-open", { bubbles: true, composed: true }));
    await this.conversation.start();
    await this.updateComplete;
    const { phase, turns } = this.conversation;
    if (phase === "unreachable") this.tell(this.strings.unreachableShort);
    if (turns.length > 0) this.bring(turns[turns.length - 1]!.id);
  }

  /** Put the dialog on the page: beside it on a desktop, in place of it on a phone. */
  private lay(): void {
    const dialog = this.dialog;
    if (!dialog || !this.isOpen) return;
    if (dialog.open) dialog.close();
    if (this.small.matches) dialog.showModal();
    // Not show(): that would take the focus, also when a page is only loaded again.
    else dialog.open = true;
  }

  /** On a desktop to the field; on a phone to the title, since the field would bring the keyboard over the greeting. */
  private focusStart(): void {
    (this.small.matches || this.panel !== "chat" ? this.find("title") : this.find("input"))?.focus({ preventScroll: true });
  }

  private readonly resized = (): void => {
    if (!this.isOpen) return;
    const focused = this.shadowRoot?.activeElement;
    this.lay();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    this.requestUpdate();
  };

  private readonly online = (): void => {
    if (!this.conversation.turns.some((turn) => turn.state === "failed") && this.conversation.phase !== "unreachable") return;
    this.tell(this.strings.backOnline);
    void this.conversation.retryAll();
  };

  private pressed(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.menuOpen) this.closeMenu();
    else if (this.reasonFor) this.closeReason();
    else if (this.panel !== "chat") this.closePanel();
    else this.hide();
  }

  // ── the conversation ────────────────────────────────────────────────────────────────────────────

  restart(): void {
    this.find("title")?.focus();
    void this.conversation.start().then(() => {
      if (this.conversation.phase === "unreachable") this.tell(this.strings.unreachableShort);
      else if (!this.small.matches) this.find("input")?.focus();
    });
  }

  typed(): void {
    this.written = [...this.input.value].length;
    this.problem = "";
    this.requestUpdate();
  }

  typedKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  send(): void {
    const text = this.input.value.trim();
    if (text === "") {
      this.input.focus();
      return;
    }
    if (this.conversation.busy) return this.tell(this.strings.retrySoon);
    if ([...text].length > this.conversation.maxLength) {
      this.problem = this.strings.tooLong;
      this.requestUpdate();
      return;
    }
    this.setInput("");
    this.input.focus({ preventScroll: true });
    void this.asked(this.conversation.ask(text), false);
  }

  choose(choice: Choice, epoch: number): void {
    if (this.conversation.busy) return this.tell(this.strings.retrySoon);
    void this.asked(this.conversation.choose(choice, epoch), true);
  }

  retry(turn: Turn): void {
    this.conversation.retry(turn);
    void this.focusTurn(turn.id);
  }

  /** After a choice, focus goes to the turn that it began: the next Tab is the answer's first control. */
  private async asked(turn: Turn, focus: boolean): Promise<void> {
    await this.updateComplete;
    if (focus) await this.focusTurn(turn.id);
    this.bring(turn.id);
  }

  private async focusTurn(id: string): Promise<void> {
    await this.updateComplete;
    this.find(`turn-${id}`)?.focus({ preventScroll: true });
  }

  private talkChanged(): void {
    clearTimeout(this.typingTimer);
    if (this.conversation.busy) this.typingTimer = setTimeout(() => this.tell(this.strings.typing), TELL_TYPING_AFTER);
    this.requestUpdate();
  }

  private async replied(replies: readonly Reply[], turn: Turn | null): Promise<void> {
    this.tell("");
    for (const reply of replies) this.announce(reply.text, languageOf(reply), reply.custom?.kind === "safety");
    this.requestUpdate();
    await this.updateComplete;
    if (turn) this.bring(turn.id);
  }

  private failed(turn: Turn): void {
    const { strings } = this;
    if (turn.state === "waiting") this.tell(strings.busy(turn.wait));
    else this.tell(`${strings.notSent} ${turn.failure === "timeout" ? strings.notSentTimeout : strings.unreachableShort}`);
    void this.updateComplete.then(() => this.bring(turn.id));
  }

  private refused(text: string, message: string): void {
    if (text && this.input.value === "") this.setInput(text);
    this.problem = message || this.strings.notSent;
    this.requestUpdate();
    void this.updateComplete.then(() => this.input.focus());
  }

  private setInput(text: string): void {
    this.input.value = text;
    this.typed();
  }

  /** The question at the top, so that an answer is read from its beginning. */
  private bring(id: string): void {
    const turn = this.find(`turn-${id}`);
    // The conversation scrolls, or where there is little height the whole of it with the field.
    const scroller = [this.find("talk"), this.find("chat")].find((one) => one && one.scrollHeight > one.clientHeight + 1);
    if (!turn || !scroller) return;
    scroller.scrollTop += turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8;
  }

  // ── rating ──────────────────────────────────────────────────────────────────────────────────────

  async rate(turn: Turn, reply: Reply, verdict: Verdict): Promise<void> {
    const stored = await this.conversation.rate(turn, reply, verdict);
    this.rated(reply, stored);
    if (!stored) return;
    this.reasonFor = verdict === "not_helpful" ? reply.id : "";
    this.requestUpdate();
    await this.updateComplete;
    if (this.reasonFor) this.find(`reason-${reply.id}`)?.focus();
  }

  async sendReason(turn: Turn, reply: Reply): Promise<void> {
    const field = this.find(`reason-${reply.id}`) as HTMLTextAreaElement | null;
    const reason = field?.value.trim() ?? "";
    if (reason) {
      const stored = await this.conversation.rate(turn, reply, "not_helpful", reason);
      this.rated(reply, stored);
      if (!stored) return;
    }
    this.closeReason(reply);
  }

  closeReason(reply?: Reply): void {
    const id = reply?.id ?? this.reasonFor;
    this.reasonFor = "";
    this.requestUpdate();
    void this.updateComplete.then(() => this.shadowRoot?.querySelector<HTMLElement>(`[data-reply="${CSS.escape(id)}"] .no`)?.focus());
  }

  private rated(reply: Reply, stored: boolean): void {
    const words = stored ? this.strings.thanks : this.strings.feedbackFailed;
    this.ratingTold.set(reply.id, words);
    this.tell(words);
  }

  // ── the visit list ──────────────────────────────────────────────────────────────────────────────

  toggleSaved(question: string): void {
    const at = this.visit.indexOf(question);
    if (at >= 0) this.unsave(at, false);
    else this.save(question);
  }

  private save(question: string): void {
    if (!this.visit.includes(question)) this.memory.set({ visit: [...this.visit, question] });
    this.tell(this.strings.savedSaid(question));
    this.requestUpdate();
  }

  unsave(at: number, focus = true): void {
    const question = this.visit[at] ?? "";
    this.memory.set({ visit: this.visit.filter((_, place) => place !== at) });
    this.tell(this.strings.removedSaid(question));
    this.requestUpdate();
    if (!focus) return;
    void this.updateComplete.then(() => {
      const left = this.shadowRoot?.querySelectorAll<HTMLElement>(".remove") ?? [];
      (left[Math.min(at, left.length - 1)] ?? this.find("panel-title"))?.focus();
    });
  }

  addToVisit(): void {
    const field = this.find("own") as HTMLTextAreaElement;
    const question = field.value.trim();
    if (question) {
      this.save(question);
      field.value = "";
    }
    field.focus();
  }

  ownKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.addToVisit();
  }

  printVisit(): void {
    print(this.visit, this.phone, this.strings, this.language);
  }

  // ── copy, start over, delete ────────────────────────────────────────────────────────────────────

  async copyConversation(): Promise<void> {
    const { greeting, turns } = this.conversation;
    await this.copy(transcript(greeting, turns, this.heading, this.phone, this.strings, this.language), "options");
  }

  async copyVisit(): Promise<void> {
    await this.copy(visitText(this.visit, this.phone, this.strings), "copy-visit");
  }

  private async copy(text: string, from: string): Promise<void> {
    const { menuOpen } = this;
    if (await copied(text)) {
      this.panelTold = this.strings.copied;
      this.tell(this.strings.copied);
      if (menuOpen) this.closeMenu();
    } else {
      this.textToCopy = text;
      await this.openPanel("copy", from === "copy-visit" ? "visit" : "options");
      const field = this.shadowRoot?.querySelector<HTMLTextAreaElement>(".copy");
      field?.focus();
      field?.select();
    }
    this.requestUpdate();
  }

  async startOver(): Promise<void> {
    this.menuOpen = false;
    this.panel = "chat";
    this.reasonFor = "";
    this.ratingTold.clear();
    const begun = this.conversation.startOver();
    await this.updateComplete;
    this.focusStart();
    await begun;
    this.tell(this.conversation.phase === "unreachable" ? this.strings.unreachableShort : this.strings.startedOver);
  }

  askToDelete(): void {
    this.deletionState = "asked";
    void this.openPanel("delete", "options").then(() => this.find("keep")?.focus());
  }

  async deleteNow(): Promise<void> {
    if (this.deletionState === "under way") return;
    this.deletionState = "under way";
    this.requestUpdate();
    if (!(await this.conversation.forget())) {
      this.deletionState = "failed";
      this.requestUpdate();
      return;
    }
    this.panel = "chat";
    this.reasonFor = "";
    this.ratingTold.clear();
    this.announced = [];
    this.setInput("");
    this.tell(this.strings.deleted);
    await this.updateComplete;
    this.find("title")?.focus();
  }

  // ── menu and panels ─────────────────────────────────────────────────────────────────────────────

  toggleMenu(): void {
    this.menuOpen = !this.menuOpen;
    this.requestUpdate();
    if (this.menuOpen) void this.updateComplete.then(() => this.find("copy")?.focus());
  }

  leftMenu(event: FocusEvent): void {
    const to = event.relatedTarget as Element | null;
    if (!to || to.id === "options" || to.closest("#menu")) return;
    this.menuOpen = false;
    this.requestUpdate();
  }

  private closeMenu(): void {
    this.menuOpen = false;
    this.requestUpdate();
    this.find("options")?.focus();
  }

  toggleVisit(): void {
    if (this.panel === "visit") this.closePanel();
    else void this.openPanel("visit", "visit").then(() => this.find("panel-title")?.focus());
  }

  private async openPanel(panel: Panel, opener: string): Promise<void> {
    this.menuOpen = false;
    this.panelTold = "";
    this.panel = panel;
    this.opener = opener;
    this.requestUpdate();
    await this.updateComplete;
  }

  closePanel(): void {
    const { opener } = this;
    this.panel = "chat";
    this.opener = null;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.find(opener ?? "title")?.focus();
      const last = this.conversation.turns[this.conversation.turns.length - 1];
      if (last) this.bring(last.id);
    });
  }

  // ── what is heard ───────────────────────────────────────────────────────────────────────────────

  /** A reply, once, in order; urgent ones at once. */
  private announce(text: string, language: string, urgent: boolean): void {
    const key = ++this.key;
    this.announced = [...this.announced, { key, text, language, urgent }];
    setTimeout(() => {
      this.announced = this.announced.filter((one) => one.key !== key);
      this.requestUpdate();
    }, ANNOUNCED_FOR);
  }

  /** The state of things, in the status line. */
  private tell(words: string): void {
    this.told = words;
    this.requestUpdate();
  }

  // ── looks ───────────────────────────────────────────────────────────────────────────────────────

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    this.accent = null;
    return root;
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.readOptions();
  }

  protected override render(): TemplateResult {
    const { strings } = this;
    const left = this.getAttribute("position") === "left";
    const heard = (urgent: boolean): unknown =>
      repeat(
        this.announced.filter((one) => one.urgent === urgent),
        (one) => one.key,
        (one) => html`<p dir="auto" lang=${one.language}>${one.text}</p>`,
      );
    return html`<div class=${left ? "left" : "right"} lang=${this.language}>
      <button
        id="launcher"
        class="launcher"
        type="button"
        aria-haspopup="dialog"
        aria-expanded=${this.isOpen ? "true" : "false"}
        aria-controls="dialog"
        aria-label=${this.isOpen ? strings.launcherCloseName(this.heading) : strings.launcherName(this.heading)}
        @click=${() => (this.isOpen ? this.hide() : this.show())}
      >
        ${this.isOpen ? cross : bubble}<span>${this.isOpen ? strings.close : strings.launcher}</span>
      </button>
      <dialog
        id="dialog"
        aria-labelledby="title"
        aria-describedby="about"
        aria-modal=${this.isOpen && this.small.matches ? "true" : nothing}
        @keydown=${(event: KeyboardEvent) => this.pressed(event)}
        @cancel=${(event: Event) => {
          event.preventDefault();
          this.hide();
        }}
      >
        ${this.wasOpen
          ? html`<div class="frame">
              ${header(this)}
              <div class="talk" id="chat" ?hidden=${this.panel !== "chat"}>${conversation(this)}</div>
              ${this.panel === "visit" ? visitList(this) : this.panel === "delete" ? deletion(this) : this.panel === "copy" ? toCopy(this) : nothing}
              <div class="vh" id="status" role="status">${this.told}</div>
              <div class="vh" id="heard" role="log" aria-live="polite" aria-relevant="additions" aria-label=${strings.assistant}>${heard(false)}</div>
              <div class="vh" id="urgent" role="alert">${heard(true)}</div>
            </div>`
          : nothing}
      </dialog>
    </div>`;
  }

  private find(id: string): HTMLElement | null {
    return this.shadowRoot?.getElementById(id) ?? null;
  }

  private get dialog(): HTMLDialogElement | null {
    return this.find("dialog") as HTMLDialogElement | null;
  }

  private get input(): HTMLTextAreaElement {
    return this.find("input") as HTMLTextAreaElement;
  }
}

/** Define the element, speaking to the channel at `address` (with the slash at its end). */
export function define(address: string): void {
  base = address;
  customElements.define(TAG, LmsChat);
}
