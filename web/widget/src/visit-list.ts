/** Questions for the visit: saved, removed, copied, printed. They stay in this tab. */
import { sends } from "./keyboard";
import type { LmsChat } from "./lms-chat";
import { visitText } from "./plain-text";
import { print } from "./print";
import type { Memory } from "./session";

export class VisitList {
  constructor(
    private readonly chat: LmsChat,
    private readonly memory: Memory,
  ) {}

  get questions(): readonly string[] {
    return this.memory.value.visit;
  }

  get text(): string {
    return visitText(this.questions, this.chat.phone, this.chat.strings);
  }

  toggle(question: string): void {
    const at = this.questions.indexOf(question);
    if (at >= 0) this.remove(at, false);
    else this.save(question);
  }

  remove(at: number, focus = true): void {
    const { chat } = this;
    const question = this.questions[at] ?? "";
    this.memory.set({ visit: this.questions.filter((_, place) => place !== at) });
    chat.heard.tell(chat.strings.removedSaid(question));
    if (!focus) return;
    void chat.updateComplete.then(() => {
      const left = chat.queryAll(".remove");
      (left[Math.min(at, left.length - 1)] ?? chat.find("panel-title"))?.focus();
    });
  }

  /** Add what is written in the panel's field. */
  add(): void {
    const field = this.chat.find("own") as HTMLTextAreaElement;
    const question = field.value.trim();
    if (question) {
      this.save(question);
      field.value = "";
    }
    field.focus();
  }

  key(event: KeyboardEvent): void {
    if (!sends(event)) return;
    event.preventDefault();
    this.add();
  }

  print(): void {
    const { phone, strings, language } = this.chat;
    print(this.questions, phone, strings, language);
  }

  private save(question: string): void {
    if (!this.questions.includes(question)) this.memory.set({ visit: [...this.questions, question] });
    this.chat.heard.tell(this.chat.strings.savedSaid(question));
  }
}
