/** The conversation as it stands, and what is done about each failure. Knows nothing of the page. */
import { ApiError, type Api, type Failure } from "./api";
import { newId, type Memory } from "./session";
import type { Asked, Choice, Reply, Verdict } from "./types";

export interface Turn {
  readonly kind: "turn";
  /** the client's own id: the same on every try, so that nothing is asked twice */
  readonly id: string;
  asked: Asked;
  text: string;
  state: "sending" | "waiting" | "failed" | "answered";
  failure: Failure | null;
  /** seconds, while waiting */
  wait: number;
  replies: Reply[];
  redacted: boolean;
  feedback: Record<string, Verdict>;
  /** which of this page's sessions it belongs to */
  epoch: number;
}

export interface Notice {
  readonly kind: "notice";
  readonly id: string;
  readonly what: "newSession" | "deleted" | "startedOver";
}

export type Item = Turn | Notice;

export type Phase = "new" | "starting" | "ready" | "unreachable";

/** What the page is told. */
export interface Listener {
  changed(): void;
  /** replies that have just come; not those of a reload */
  replied(replies: readonly Reply[], turn: Turn | null): void;
  failed(turn: Turn): void;
  /** the assistant would not take the text: it goes back to where it was typed */
  refused(text: string, message: string): void;
}

export class Conversation {
  phase: Phase = "new";
  greeting: Reply[] = [];
  items: Item[] = [];
  /** grows with every session this page has had */
  epoch = 0;
  private generation = 0;
  /** the session that is on the screen */
  private current: string | null = null;
  private starting: Promise<void> | null = null;
  private minting: Promise<string> | null = null;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    private readonly api: Api,
    private readonly memory: Memory,
    private readonly listener: Listener,
  ) {}

  get turns(): Turn[] {
    return this.items.filter((item): item is Turn => item.kind === "turn");
  }

  get busy(): boolean {
    return this.turns.some((turn) => turn.state === "sending");
  }

  get maxLength(): number {
    return this.memory.value.maxLength;
  }

  /** Take up this tab's conversation, or begin one; does nothing where that is done or under way. */
  start(): Promise<void> {
    if (this.phase === "ready") return Promise.resolve();
    this.starting ??= this.begin().finally(() => (this.starting = null));
    return this.starting;
  }

  /** Ask typed words. */
  ask(text: string): Turn {
    return this.put({ text }, text);
  }

  /** Ask what a button asks; one of an earlier session is asked by its words, since its id is not known any more. */
  choose(choice: Choice, epoch: number): Turn {
    return this.put(epoch === this.epoch ? { button: choice.id } : { text: choice.title }, choice.title);
  }

  /** Send a turn again that was not sent. */
  retry(turn: Turn): void {
    if (turn.state === "failed") void this.deliver(turn);
  }

  /** Send everything again that was not sent, one after the other. */
  async retryAll(): Promise<number> {
    const failed = this.turns.filter((turn) => turn.state === "failed");
    if (this.phase === "unreachable" && failed.length === 0) await this.start();
    for (const turn of failed) if (turn.state === "failed") await this.deliver(turn);
    return failed.length;
  }

  /** Rate a reply; false where it could not be stored. */
  async rate(turn: Turn, reply: Reply, verdict: Verdict, reason?: string): Promise<boolean> {
    const session = this.memory.value.session;
    if (session === null || turn.epoch !== this.epoch) return false;
    try {
      await this.api.feedback(session, reply.id, verdict === "helpful", reason);
      turn.feedback = { ...turn.feedback, [reply.id]: verdict };
      return true;
    } catch {
      return false;
    } finally {
      this.listener.changed();
    }
  }

  /** A new conversation; the old one stays with the server until it expires. */
  async startOver(): Promise<void> {
    this.reset("startedOver");
    this.memory.set({ session: null, unsent: [] });
    await this.start();
  }

  /** Delete the conversation; false where the server could not be reached. */
  async forget(): Promise<boolean> {
    const session = this.memory.value.session;
    try {
      if (session !== null) await this.api.forget(session);
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.kind !== "session") return false;
    }
    this.memory.clear();
    this.reset("deleted");
    return true;
  }

  /**
   * Other pages of this tab may have gone on, and the memory says so: take up the conversation as it stands now.
   *
   * @param begin whether one is wanted even where the old one has ended
   */
  async takeUp(begin: boolean): Promise<void> {
    const session = this.memory.value.session;
    if (this.phase === "new" || this.starting !== null) return;
    if (session !== null && session === this.current) {
      const generation = this.generation;
      // Out of reach: what is on the screen stays.
      if (await this.resume(session, generation).catch(() => true)) return this.listener.changed();
      this.phase = "new";
    } else {
      this.reset();
    }
    if (begin) await this.start();
  }

  private reset(what?: Notice["what"]): void {
    this.generation += 1;
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
    this.minting = null;
    this.starting = null;
    this.phase = "new";
    this.greeting = [];
    this.items = what === undefined ? [] : [notice(what)];
    this.listener.changed();
  }

  private async begin(): Promise<void> {
    const generation = this.generation;
    this.phase = "starting";
    this.listener.changed();
    try {
      const session = this.memory.value.session;
      if (session === null || !(await this.resume(session, generation))) await this.session();
      if (generation === this.generation) this.phase = "ready";
    } catch {
      if (generation === this.generation) this.phase = "unreachable";
    }
    this.listener.changed();
  }

  /** The conversation of before the reload; false where the server does not know it any more. */
  private async resume(session: string, generation: number): Promise<boolean> {
    try {
      const history = await this.api.history(session);
      if (generation !== this.generation) return true;
      if (this.current !== session) this.epoch += 1;
      this.current = session;
      this.greeting = history.greeting;
      const known = new Set(history.turns.map((turn) => turn.id));
      const past = history.turns.map((turn): Turn => ({
        ...fresh(turn.id, { text: turn.text }, turn.text, this.epoch),
        state: "answered",
        replies: turn.replies,
        redacted: turn.redacted ?? false,
        feedback: turn.feedback ?? {},
      }));
      const here = this.turns.filter((turn) => !known.has(turn.id));
      this.items = [...past, ...this.left(known), ...here];
      this.persist();
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.kind !== "session") throw problem;
      this.memory.set({ session: null });
      const here = this.turns;
      this.items = [...this.left(new Set()), notice("newSession"), ...here];
      return false;
    }
  }

  /** Turns of before a reload that were never answered. */
  private left(known: ReadonlySet<string>): Turn[] {
    const here = new Set(this.turns.map((turn) => turn.id));
    return this.memory.value.unsent
      .filter((unsent) => !known.has(unsent.id) && !here.has(unsent.id))
      .map((unsent) => ({ ...fresh(unsent.id, unsent.asked, unsent.text, this.epoch), state: "failed", failure: "unreachable" }));
  }

  private put(asked: Asked, text: string): Turn {
    const turn = fresh(newId(), asked, text, this.epoch);
    this.items = [...this.items, turn];
    void this.deliver(turn);
    return turn;
  }

  /** The session's token; mints one where there is none. */
  private session(): Promise<string> {
    const known = this.memory.value.session;
    if (known !== null) return Promise.resolve(known);
    this.minting ??= this.mint().finally(() => (this.minting = null));
    return this.minting;
  }

  private async mint(): Promise<string> {
    const generation = this.generation;
    const minted = await this.api.mint();
    if (generation !== this.generation) return minted.session;
    const first = this.greeting.length === 0;
    this.memory.set({ session: minted.session, maxLength: minted.max_length });
    this.current = minted.session;
    this.epoch += 1;
    this.greeting = minted.replies;
    this.phase = "ready";
    if (first) this.listener.replied(minted.replies, null);
    return minted.session;
  }

  private async deliver(turn: Turn, again = true): Promise<void> {
    const generation = this.generation;
    turn.state = "sending";
    turn.failure = null;
    this.persist();
    this.listener.changed();
    try {
      const session = await this.session();
      if (generation !== this.generation) return;
      if (turn.epoch !== this.epoch && "button" in turn.asked) turn.asked = { text: turn.text };
      turn.epoch = this.epoch;
      const answer = await this.api.send(session, turn.id, turn.asked);
      if (generation !== this.generation) return;
      turn.state = "answered";
      turn.text = answer.text;
      turn.redacted = answer.redacted;
      turn.replies = answer.replies;
      this.persist();
      this.listener.replied(answer.replies, turn);
    } catch (problem) {
      if (generation !== this.generation) return;
      const error = problem instanceof ApiError ? problem : new ApiError("unreachable", String(problem));
      if (error.kind === "session" && again) return this.renew(turn);
      this.give(turn, error);
    }
    this.listener.changed();
  }

  /** The session has ended: say so, and ask in a new one. */
  private async renew(turn: Turn): Promise<void> {
    this.memory.set({ session: null });
    const at = this.items.indexOf(turn);
    this.items = [...this.items.slice(0, at), notice("newSession"), ...this.items.slice(at)];
    await this.deliver(turn, false);
  }

  private give(turn: Turn, error: ApiError): void {
    turn.failure = error.kind;
    if (error.kind === "busy") {
      turn.state = "waiting";
      turn.wait = error.wait;
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        void this.deliver(turn);
      }, error.wait * 1000);
      this.timers.add(timer);
      this.listener.failed(turn);
    } else if (error.kind === "refused") {
      this.items = this.items.filter((item) => item !== turn);
      this.listener.refused("text" in turn.asked ? turn.text : "", error.message);
    } else {
      turn.state = "failed";
      this.listener.failed(turn);
    }
    this.persist();
  }

  private persist(): void {
    const unsent = this.turns.filter((turn) => turn.state !== "answered");
    this.memory.set({ unsent: unsent.map(({ id, asked, text }) => ({ id, asked, text })) });
  }
}

function fresh(id: string, asked: Asked, text: string, epoch: number): Turn {
  return { kind: "turn", id, asked, text, state: "sending", failure: null, wait: 0, replies: [], redacted: false, feedback: {}, epoch };
}

function notice(what: Notice["what"]): Notice {
  return { kind: "notice", id: newId(), what };
}
