/** The field to write in, and what is asked. */
import type { Turn } from "./conversation";
import { onScreen, sends } from "./keyboard";
import type { LmsChat } from "./lms-chat";
import type { Choice } from "./types";

export class Composer {
  /** characters, as the server counts them */
  written = 0;
  problem = "";

  constructor(private readonly chat: LmsChat) {}

  private get field(): HTMLTextAreaElement {
    return this.chat.find("input") as HTMLTextAreaElement;
  }

  focus(): void {
    this.field.focus({ preventScroll: true });
  }

  set(text: string): void {
    this.field.value = text;
    this.typed();
  }

  typed(): void {
    this.written = [...this.field.value].length;
    this.problem = "";
    this.chat.requestUpdate();
  }

  key(event: KeyboardEvent): void {
    if (!sends(event)) return;
    event.preventDefault();
    this.send();
  }

  send(): void {
    const { conversation, heard, strings } = this.chat;
    const text = this.field.value.trim();
    if (text === "") return this.focus();
    if (conversation.busy) return heard.tell(strings.retrySoon);
    if ([...text].length > conversation.maxLength) {
      this.problem = strings.tooLong;
      this.chat.requestUpdate();
      return;
    }
    this.set("");
    // A keyboard on the screen would cover the answer: leaving the field puts it away.
    const leave = this.chat.isSmall && onScreen();
    if (!leave) this.focus();
    void this.asked(conversation.ask(text), leave);
  }

  choose(choice: Choice, epoch: number): void {
    const { conversation, heard, strings } = this.chat;
    if (conversation.busy) return heard.tell(strings.retrySoon);
    void this.asked(conversation.choose(choice, epoch), true);
  }

  retry(turn: Turn): void {
    this.chat.conversation.retry(turn);
    void this.focusTurn(turn.id);
  }

  /** The assistant would not take the text: it goes back to where it was typed. */
  refused(text: string, message: string): void {
    if (text && this.field.value === "") this.set(text);
    this.problem = message || this.chat.strings.notSent;
    this.chat.requestUpdate();
    void this.chat.updateComplete.then(() => this.focus());
  }

  /** After a choice, focus goes to the turn that it began: the next Tab is the answer's first control. */
  private async asked(turn: Turn, focus: boolean): Promise<void> {
    await this.chat.updateComplete;
    if (focus) await this.focusTurn(turn.id);
    this.chat.bring(turn.id);
  }

  private async focusTurn(id: string): Promise<void> {
    await this.chat.updateComplete;
    this.chat.find(`turn-${id}`)?.focus({ preventScroll: true });
  }
}
