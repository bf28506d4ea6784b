/** `<lms-chat>`: its options, opening and closing, where the focus is. What its controls do stands in the parts that it is made of. */
import { LitElement, html, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { Api } from "./api";
import { Composer } from "./composer";
import { OPTIONS, PHONE, accentSheet, wording } from "./config";
import { Conversation, type Turn } from "./conversation";
import { Heard } from "./heard";
import { Seen } from "./keyboard";
import { Panels } from "./panels";
import { Rating } from "./rating";
import { Memory, tabStorage } from "./session";
import { english, type Strings } from "./strings";
import styles from "./styles.css?inline";
import type { Reply } from "./types";
import { conversation } from "./views/chat";
import { header } from "./views/header";
import { bubble, cross } from "./views/icons";
import { panel } from "./views/panels";
import { VisitList } from "./visit-list";

export const TAG = "lms-chat";

/** Where the whole screen is the chat's: phones, and 400% zoom. The same as in `styles.css`. */
const SMALL = "(max-width: 600px), (max-height: 480px)";
/** Only a wait that is felt is told. */
const TELL_TYPING_AFTER = 700;

let base = "";
/** The one that is there for the page: a second would cover it, and speak in the same conversation. */
let first: LmsChat | null = null;

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

  readonly conversation: Conversation;
  readonly heard = new Heard(() => this.requestUpdate());
  readonly composer = new Composer(this);
  readonly rating = new Rating(this);
  readonly panels = new Panels(this);
  readonly visit: VisitList;

  private readonly memory: Memory;
  private readonly small = window.matchMedia(SMALL);
  private readonly seen = new Seen();
  /** drawn on first opening, and kept: what is being written stays */
  private wasOpen = false;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private accent: CSSStyleSheet | null = null;
  private given: string | null = null;

  constructor() {
    super();
    this.memory = new Memory(base, tabStorage());
    this.visit = new VisitList(this, this.memory);
    this.conversation = new Conversation(new Api(base), this.memory, {
      changed: () => this.talkChanged(),
      replied: (replies, turn) => void this.replied(replies, turn),
      failed: (turn) => this.failed(turn),
      refused: (text, message) => this.composer.refused(text, message),
    });
  }

  /** Numbers that may be links in what the assistant says, besides 911 and 988. */
  get lines(): string[] {
    return this.phone === PHONE ? [PHONE] : [this.phone, PHONE];
  }

  get isSmall(): boolean {
    return this.small.matches;
  }

  // ── life ────────────────────────────────────────────────────────────────────────────────────────

  override connectedCallback(): void {
    super.connectedCallback();
    this.readOptions();
    if (first === null) this.wake();
    else if (first !== this) console.warn(`<${TAG}> is on this page twice; the first is used.`);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("online", this.online);
    window.removeEventListener("pageshow", this.shown);
    this.small.removeEventListener("change", this.resized);
    this.seen.detach();
    if (first !== this) return;
    first = null;
    for (const other of document.querySelectorAll(TAG)) if (other instanceof LmsChat) return other.wake();
  }

  private wake(): void {
    first = this;
    window.addEventListener("online", this.online);
    window.addEventListener("pageshow", this.shown);
    this.small.addEventListener("change", this.resized);
    if (this.hasUpdated) this.seen.attach(this.renderRoot as ShadowRoot);
    this.requestUpdate();
    // Taken out of the page and put in again: as it was.
    if (this.isOpen) return this.lay();
    const wanted = this.hasAttribute("open") && this.getAttribute("open") !== "false";
    // What was open stays open from page to page, except where it would cover the page.
    if (wanted || (this.memory.value.open && !this.isSmall)) void this.reveal(false);
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
    this.panels.menuOpen = false;
    this.memory.set({ open: false });
    this.dialog?.close();
    this.requestUpdate();
    this.find("launcher")?.focus();
    this.dispatchEvent(new CustomEvent("lms-chat-close", { bubbles: true, composed: true }));
  }

  private async reveal(focus: boolean): Promise<void> {
    if (this.isOpen || first !== this) return;
    this.isOpen = this.wasOpen = true;
    this.memory.set({ open: true });
    this.requestUpdate();
    await this.updateComplete;
    this.lay();
    if (focus) this.focusStart();
    this.dispatchEvent(new CustomEvent("lms-chat-open", { bubbles: true, composed: true }));
    await this.begin();
    this.bringLast();
  }

  private async begin(): Promise<void> {
    await this.conversation.start();
    await this.updateComplete;
    if (this.conversation.phase === "unreachable") this.heard.tell(this.strings.unreachableShort);
  }

  /** Try again to begin a conversation. */
  restart(): void {
    this.find("title")?.focus();
    void this.begin().then(() => {
      if (this.conversation.phase !== "unreachable" && !this.isSmall) this.composer.focus();
    });
  }

  /** Put the dialog on the page: beside it on a desktop, in place of it on a phone. */
  private lay(): void {
    const { dialog } = this;
    if (!dialog || !this.isOpen) return;
    if (dialog.open) dialog.close();
    if (this.isSmall) dialog.showModal();
    // Not show(): that would take the focus, also when a page is only loaded again.
    else dialog.open = true;
  }

  /** On a desktop to the field; on a phone to the title, since the field would bring the keyboard over the greeting. */
  focusStart(): void {
    if (this.isSmall || this.panels.open !== "chat") this.find("title")?.focus({ preventScroll: true });
    else this.composer.focus();
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
    this.heard.tell(this.strings.backOnline);
    void this.conversation.retryAll();
  };

  /** Back on a page that the browser had put aside: what other pages of this tab did meanwhile holds here too. */
  private readonly shown = (event: PageTransitionEvent): void => {
    if (!event.persisted) return;
    this.memory.reread();
    this.requestUpdate();
    void this.conversation.takeUp(this.isOpen);
  };

  private pressed(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.closeInnermost();
  }

  private closeInnermost(): void {
    if (this.panels.menuOpen) this.panels.closeMenu();
    else if (this.rating.reasonFor) this.rating.close();
    else if (this.panels.open !== "chat") this.panels.close();
    else this.hide();
  }

  // ── the conversation ────────────────────────────────────────────────────────────────────────────

  private talkChanged(): void {
    clearTimeout(this.typingTimer);
    if (this.conversation.busy) this.typingTimer = setTimeout(() => this.heard.tell(this.strings.typing), TELL_TYPING_AFTER);
    this.requestUpdate();
  }

  private async replied(replies: readonly Reply[], turn: Turn | null): Promise<void> {
    this.heard.replies(replies);
    await this.updateComplete;
    if (turn) this.bring(turn.id);
  }

  private failed(turn: Turn): void {
    const { strings, heard } = this;
    if (turn.state === "waiting") heard.tell(strings.busy(turn.wait));
    else heard.tell(`${strings.notSent} ${turn.failure === "timeout" ? strings.notSentTimeout : strings.unreachableShort}`);
    void this.updateComplete.then(() => this.bring(turn.id));
  }

  /** The question at the top, so that an answer is read from its beginning; below a long question, the answer itself. */
  bring(id: string): void {
    const turn = this.find(`turn-${id}`);
    // The conversation scrolls, or where there is little height the whole of it with the field.
    const scroller = [this.find("talk"), this.find("chat")].find((one) => one && one.scrollHeight > one.clientHeight + 1);
    if (!turn || !scroller) return;
    const asked = turn.querySelector<HTMLElement>(".you");
    const answer = turn.querySelector<HTMLElement>(".reply");
    const top = answer && asked && asked.offsetHeight > scroller.clientHeight / 3 ? answer : turn;
    scroller.scrollTop += top.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8;
  }

  bringLast(): void {
    const { turns } = this.conversation;
    const last = turns[turns.length - 1];
    if (last) this.bring(last.id);
  }

  // ── looks ───────────────────────────────────────────────────────────────────────────────────────

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.readOptions();
    if (first === this) this.seen.attach(this.renderRoot as ShadowRoot);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (first !== this) return nothing;
    const { strings } = this;
    const left = this.getAttribute("position") === "left";
    return html`<div class="all ${left ? "left" : "right"}" lang=${this.language}>
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
        aria-modal=${this.isOpen && this.isSmall ? "true" : nothing}
        @keydown=${(event: KeyboardEvent) => this.pressed(event)}
        @cancel=${(event: Event) => {
          event.preventDefault();
          this.closeInnermost();
        }}
        @close=${() => {
          // A phone's way back may close it without asking.
          if (this.isOpen && !this.dialog?.open) this.hide();
        }}
      >
        ${this.wasOpen
          ? html`<div class="frame">
              ${header(this)}
              <div class="talk" id="chat" ?hidden=${this.panels.open !== "chat"}>${conversation(this)}</div>
              ${panel(this)} ${this.heard.render(strings.assistant)}
            </div>`
          : nothing}
      </dialog>
    </div>`;
  }

  find(id: string): HTMLElement | null {
    return this.shadowRoot?.getElementById(id) ?? null;
  }

  query(selector: string): HTMLElement | null {
    return this.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  }

  queryAll(selector: string): readonly HTMLElement[] {
    return [...(this.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])];
  }

  private get dialog(): HTMLDialogElement | null {
    return this.find("dialog") as HTMLDialogElement | null;
  }
}

/** Define the element, speaking to the channel at `address` (with the slash at its end). */
export function define(address: string): void {
  base = address;
  customElements.define(TAG, LmsChat);
}
