/** The menu, and what takes the conversation's place for a while: visit list, text to copy, deletion. */
import { copied } from "./clipboard";
import type { LmsChat } from "./lms-chat";
import { transcript } from "./plain-text";

export type Panel = "chat" | "visit" | "delete" | "copy";

export class Panels {
  open: Panel = "chat";
  menuOpen = false;
  /** what came of the last control of the panel, for the eye */
  told = "";
  textToCopy = "";
  deletion: "asked" | "under way" | "failed" = "asked";
  private opener: string | null = null;

  constructor(private readonly chat: LmsChat) {}

  // ── menu ──

  toggleMenu(): void {
    this.menuOpen = !this.menuOpen;
    this.chat.requestUpdate();
    if (this.menuOpen) void this.chat.updateComplete.then(() => this.chat.find("copy")?.focus());
  }

  leftMenu(event: FocusEvent): void {
    const to = event.relatedTarget as Element | null;
    if (!to || to.id === "options" || to.closest("#menu")) return;
    this.menuOpen = false;
    this.chat.requestUpdate();
  }

  closeMenu(): void {
    this.menuOpen = false;
    this.chat.requestUpdate();
    this.chat.find("options")?.focus();
  }

  // ── panels ──

  /** Back to the conversation, without a word about focus. */
  leave(): void {
    this.menuOpen = false;
    this.open = "chat";
    this.opener = null;
    this.chat.requestUpdate();
  }

  close(): void {
    const { chat, opener } = this;
    this.leave();
    void chat.updateComplete.then(() => {
      chat.find(opener ?? "title")?.focus();
      chat.bringLast();
    });
  }

  toggleVisit(): void {
    if (this.open === "visit") this.close();
    else void this.show("visit", "visit").then(() => this.chat.find("panel-title")?.focus());
  }

  private async show(panel: Panel, opener: string): Promise<void> {
    this.menuOpen = false;
    this.told = "";
    this.open = panel;
    this.opener = opener;
    this.chat.requestUpdate();
    await this.chat.updateComplete;
  }

  // ── copy ──

  async copyConversation(): Promise<void> {
    const { conversation, heading, phone, strings, language } = this.chat;
    await this.copy(transcript(conversation.greeting, conversation.turns, heading, phone, strings, language), "options");
  }

  async copyVisit(): Promise<void> {
    await this.copy(this.chat.visit.text, "visit");
  }

  private async copy(text: string, opener: string): Promise<void> {
    const { chat, menuOpen } = this;
    if (await copied(text)) {
      this.told = chat.strings.copied;
      chat.heard.tell(chat.strings.copied);
      if (menuOpen) this.closeMenu();
      return;
    }
    this.textToCopy = text;
    await this.show("copy", opener);
    const field = chat.query(".copy") as HTMLTextAreaElement | null;
    field?.focus();
    field?.select();
  }

  // ── start over, delete ──

  async startOver(): Promise<void> {
    const { chat } = this;
    this.leave();
    chat.rating.forget();
    const begun = chat.conversation.startOver();
    await chat.updateComplete;
    chat.focusStart();
    await begun;
    chat.heard.tell(chat.conversation.phase === "unreachable" ? chat.strings.unreachableShort : chat.strings.startedOver);
  }

  askToDelete(): void {
    this.deletion = "asked";
    void this.show("delete", "options").then(() => this.chat.find("keep")?.focus());
  }

  async deleteNow(): Promise<void> {
    const { chat } = this;
    if (this.deletion === "under way") return;
    this.deletion = "under way";
    chat.requestUpdate();
    if (!(await chat.conversation.forget())) {
      this.deletion = "failed";
      chat.requestUpdate();
      return;
    }
    this.leave();
    chat.rating.forget();
    chat.heard.forget();
    chat.composer.set("");
    chat.heard.tell(chat.strings.deleted);
    await chat.updateComplete;
    chat.find("title")?.focus();
  }
}
