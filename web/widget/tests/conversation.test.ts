import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, secondsToWait, type Fetch } from "../src/api";
import { Conversation, type Turn } from "../src/conversation";
import { Memory, type Store } from "../src/session";
import type { Reply } from "../src/types";

const reply = (text: string): Reply => ({
  id: `r-${text}`,
  text,
  buttons: [{ id: "b1", title: "And then?" }],
  custom: { kind: "answer", entry: "x", revision: 1, facts: [], source: null },
  detail: null,
});

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
const refused = (status: number, code: string, headers = {}): Response => json(status, { error: { code, message: `told: ${code}` } }, headers);

/** A channel that answers as it is told, call by call; what is not told goes well. */
class Channel {
  asked: { path: string; method: string; body: Record<string, string>; token: string | null }[] = [];
  next: (() => Response | Promise<Response>)[] = [];
  sessions = 0;

  readonly fetch: Fetch = async (address, init) => {
    const path = address.replace("http://x/chat/", "");
    const body = JSON.parse((init.body as string | undefined) ?? "{}") as Record<string, string>;
    this.asked.push({ path, method: init.method ?? "GET", body, token: new Headers(init.headers).get("authorization") });
    if (path === "sessions") {
      this.sessions += 1;
      return json(201, { session: `t${this.sessions}`, expires_in: 9, max_length: 1000, replies: [reply("hello")] });
    }
    const told = this.next.shift();
    if (told) return told();
    if (path === "feedback" || path === "conversation") return json(204, null);
    return json(200, { id: body["id"], turn: 1, text: body["text"] ?? "And then?", replies: [reply("answer")], redacted: false });
  };

  get messages(): Record<string, string>[] {
    return this.asked.filter(({ path, method }) => path === "messages" && method === "POST").map(({ body }) => body);
  }
}

class Shelf implements Store {
  held = new Map<string, string>();
  getItem = (key: string): string | null => this.held.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.held.set(key, value);
  removeItem = (key: string): void => void this.held.delete(key);
}

const heard: string[] = [];
function talk(channel: Channel, shelf = new Shelf(), timeout = 25_000): Conversation {
  return new Conversation(new Api("http://x/chat/", channel.fetch, timeout), new Memory("x", shelf), {
    changed: () => undefined,
    replied: (replies) => heard.push(...replies.map(({ text }) => text)),
    failed: (turn) => heard.push(`failed: ${turn.failure}`),
    refused: (text, message) => heard.push(`refused: ${text}: ${message}`),
  });
}
const settled = async (turn: Turn, state: Turn["state"]): Promise<void> => vi.waitFor(() => expect(turn.state).toBe(state));
const gone = (): never => {
  throw new TypeError("Failed to fetch");
};

let channel: Channel;
beforeEach(() => {
  heard.length = 0;
  channel = new Channel();
});
afterEach(() => vi.useRealTimers());

describe("a message that fails", () => {
  it("keeps its words and is sent again with the same id", async () => {
    const conversation = talk(channel);
    channel.next = [gone];
    const turn = conversation.ask("what is LMS");
    await settled(turn, "failed");
    expect([turn.text, turn.failure]).toEqual(["what is LMS", "unreachable"]);
    conversation.retry(turn);
    await settled(turn, "answered");
    expect(channel.messages.map(({ id }) => id)).toEqual([turn.id, turn.id]);
    expect(heard).toEqual(["hello", "failed: unreachable", "answer"]);
  });

  it.each([
    ["no JSON", () => new Response("<html>", { status: 200 })],
    ["a server's failure", () => refused(502, "bad_gateway")],
  ])("is not taken for answered: %s", async (_, answer) => {
    const conversation = talk(channel);
    channel.next = [answer];
    await settled(conversation.ask("hi"), "failed");
  });

  it("is given up after the time", async () => {
    const slow: Fetch = (address, init) =>
      address.endsWith("sessions")
        ? channel.fetch(address, init)
        : new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
    channel.next = [];
    const conversation = new Conversation(new Api("http://x/chat/", slow, 20), new Memory("x", null), {
      changed: () => undefined,
      replied: () => undefined,
      failed: () => undefined,
      refused: () => undefined,
    });
    const turn = conversation.ask("hi");
    await settled(turn, "failed");
    expect(turn.failure).toBe("timeout");
  });

  it("survives a reload unless it was answered after all", async () => {
    const shelf = new Shelf();
    const before = talk(channel, shelf);
    channel.next = [gone];
    const turn = before.ask("still here");
    await settled(turn, "failed");
    const after = talk(channel, shelf);
    channel.next = [() => json(200, { turns: [], greeting: [reply("hello")] })];
    await after.start();
    expect(after.turns.map(({ id, text, state }) => [id, text, state])).toEqual([[turn.id, "still here", "failed"]]);
    const later = talk(channel, shelf);
    channel.next = [() => json(200, { turns: [{ turn: 1, id: turn.id, text: "still here", at: "", replies: [], feedback: {} }], greeting: [] })];
    await later.start();
    expect(later.turns.map(({ id, state }) => [id, state])).toEqual([[turn.id, "answered"]]);
  });

  it("goes back to the field where it was refused", async () => {
    const conversation = talk(channel);
    channel.next = [() => refused(400, "bad_text")];
    conversation.ask("\u0007");
    await vi.waitFor(() => expect(heard).toContain("refused: \u0007: told: bad_text"));
    expect(conversation.turns).toEqual([]);
  });
});

describe("a session that has ended", () => {
  it("is replaced, said, and the message asked once in the new one", async () => {
    const conversation = talk(channel);
    await conversation.start();
    channel.next = [() => refused(401, "unknown_session")];
    const turn = conversation.ask("hi");
    await settled(turn, "answered");
    expect(conversation.items.map((item) => (item.kind === "notice" ? item.what : item.text))).toEqual(["newSession", "hi"]);
    expect(channel.asked.filter(({ path }) => path === "messages").map(({ token }) => token)).toEqual(["Bearer t1", "Bearer t2"]);
  });

  it("takes its buttons with it: they are asked by their words", async () => {
    const conversation = talk(channel);
    await conversation.start();
    const first = conversation.choose({ id: "b1", title: "And then?" }, conversation.epoch);
    await settled(first, "answered");
    channel.next = [() => refused(401, "unknown_session")];
    await settled(conversation.choose({ id: "b1", title: "And then?" }, conversation.epoch), "answered");
    await settled(conversation.choose({ id: "b1", title: "And then?" }, first.epoch), "answered");
    expect(channel.messages.map(({ button, text }) => button ?? text)).toEqual(["b1", "b1", "And then?", "And then?"]);
  });

  it("does not go round and round", async () => {
    const conversation = talk(channel);
    channel.next = [() => refused(401, "unknown_session"), () => refused(401, "unknown_session")];
    await settled(conversation.ask("hi"), "failed");
    expect(channel.sessions).toBe(2);
  });
});

describe("too many messages", () => {
  it("waits for as long as it is told, and sends with the same id", async () => {
    vi.useFakeTimers();
    const conversation = talk(channel);
    channel.next = [() => refused(429, "too_many", { "Retry-After": "7" })];
    const turn = conversation.ask("hi");
    await vi.advanceTimersByTimeAsync(10);
    expect([turn.state, turn.wait, channel.messages.length]).toEqual(["waiting", 7, 1]);
    await vi.advanceTimersByTimeAsync(6_900);
    expect(channel.messages.length).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(turn.state).toBe("answered");
    expect(new Set(channel.messages.map(({ id }) => id)).size).toBe(1);
  });

  it.each([
    ["12", 12],
    ["0", 1],
    ["99999", 600],
    ["soon", 10],
    [null, 10],
    ["Fri, 27 Nov 2026 18:00:20 GMT", 20],
  ])("reads Retry-After %j as %i seconds", (header, seconds) => {
    expect(secondsToWait(header, Date.parse("2026-11-27T18:00:00Z"))).toBe(seconds);
  });
});

describe("deleting", () => {
  it("forgets everything of it, and a late answer does not bring it back", async () => {
    const shelf = new Shelf();
    const conversation = talk(channel, shelf);
    await conversation.start();
    let answer: (response: Response) => void = () => undefined;
    channel.next = [() => new Promise((resolve) => (answer = resolve))];
    conversation.ask("secret");
    await vi.waitFor(() => expect(channel.messages.length).toBe(1));
    expect(await conversation.forget()).toBe(true);
    answer(json(200, { id: "x", turn: 1, text: "secret", replies: [reply("late")], redacted: false }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(conversation.turns).toEqual([]);
    expect(heard).not.toContain("late");
    expect([...shelf.held.values()].join()).not.toContain("secret");
  });

  it("is not claimed where the server cannot be reached", async () => {
    const conversation = talk(channel);
    await conversation.start();
    channel.next = [gone];
    expect(await conversation.forget()).toBe(false);
  });
});

describe("a page that was put aside", () => {
  const past = (id: string): object => ({ turn: 1, id, text: id, at: "", replies: [reply("answer")], feedback: {}, redacted: true });

  it("takes up what another page of the tab said", async () => {
    const channel = new Channel();
    const one = talk(channel);
    await one.start();
    await settled(one.ask("here"), "answered");
    const here = one.turns[0]!.id;
    channel.next.push(() => json(200, { greeting: [reply("hello")], turns: [past(here), past("there")] }));
    await one.takeUp(true);
    expect(one.turns.map(({ id, redacted }) => [id, redacted])).toEqual([[here, true], ["there", true]]);
    expect(channel.sessions).toBe(1);
  });

  it("keeps what is on the screen where the channel is out of reach", async () => {
    const channel = new Channel();
    const one = talk(channel);
    await one.start();
    await settled(one.ask("here"), "answered");
    channel.next.push(() => Promise.reject(new TypeError("offline")));
    await one.takeUp(true);
    expect([one.phase, one.turns.length]).toEqual(["ready", 1]);
  });

  it("begins anew where the conversation has ended, and only if it is open", async () => {
    const channel = new Channel();
    const one = talk(channel);
    await one.takeUp(true);
    expect(channel.asked).toEqual([]);
    await one.start();
    channel.next.push(() => refused(401, "unknown_session"));
    await one.takeUp(false);
    expect([one.phase, channel.sessions]).toEqual(["new", 1]);
    await one.start();
    expect([one.phase, channel.sessions]).toEqual(["ready", 2]);
  });
});
