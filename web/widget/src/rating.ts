/** Helpful or not, and why. */
import type { Turn } from "./conversation";
import type { LmsChat } from "./lms-chat";
import type { Reply, Verdict } from "./types";

export class Rating {
  /** the reply whose reason is being asked for */
  reasonFor = "";
  /** what came of it, by reply */
  readonly told = new Map<string, string>();

  constructor(private readonly chat: LmsChat) {}

  async rate(turn: Turn, reply: Reply, verdict: Verdict): Promise<void> {
    const { chat } = this;
    if (!(await this.store(turn, reply, verdict))) return;
    this.reasonFor = verdict === "not_helpful" ? reply.id : "";
    chat.requestUpdate();
    await chat.updateComplete;
    if (this.reasonFor) chat.find(`reason-${reply.id}`)?.focus();
  }

  async sendReason(turn: Turn, reply: Reply): Promise<void> {
    const field = this.chat.find(`reason-${reply.id}`) as HTMLTextAreaElement | null;
    const reason = field?.value.trim() ?? "";
    if (reason && !(await this.store(turn, reply, "not_helpful", reason))) return;
    this.close(reply);
  }

  close(reply?: Reply): void {
    const id = reply?.id ?? this.reasonFor;
    this.reasonFor = "";
    this.chat.requestUpdate();
    void this.chat.updateComplete.then(() => this.chat.query(`[data-reply="${CSS.escape(id)}"] .no`)?.focus());
  }

  forget(): void {
    this.reasonFor = "";
    this.told.clear();
  }

  private async store(turn: Turn, reply: Reply, verdict: Verdict, reason?: string): Promise<boolean> {
    const { strings, heard, conversation } = this.chat;
    const stored = await conversation.rate(turn, reply, verdict, reason);
    const words = stored ? strings.thanks : strings.feedbackFailed;
    this.told.set(reply.id, words);
    heard.tell(words);
    return stored;
  }
}
