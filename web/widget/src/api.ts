/** The channel over HTTP. Every failure is one `ApiError` whose `kind` says what to do about it. */
import type { Answered, Asked, History, MintedSession } from "./types";

export type Failure =
  /** nothing came back: no connection, server gone, or an answer of another kind */
  | "unreachable"
  /** no answer in time */
  | "timeout"
  /** the session is not known any more */
  | "session"
  /** too many messages; `wait` says for how many seconds */
  | "busy"
  /** the request itself was refused; trying again would not help */
  | "refused";

export class ApiError extends Error {
  constructor(
    readonly kind: Failure,
    message: string,
    readonly wait = 0,
    readonly code = "",
  ) {
    super(message);
  }
}

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

const DEFAULT_WAIT = 10;
const LONGEST_WAIT = 600;

/** Seconds of a Retry-After header: a number, or a date. */
export function secondsToWait(header: string | null, now = Date.now()): number {
  if (header === null) return DEFAULT_WAIT;
  const number = /^\s*\d+\s*$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isFinite(number) ? Math.min(Math.max(number, 1), LONGEST_WAIT) : DEFAULT_WAIT;
}

export class Api {
  /**
   * @param base address of the channel, with the slash at its end
   * @param request the browser's `fetch`, or a test's
   * @param timeout milliseconds after which an answer is given up
   */
  constructor(
    readonly base: string,
    private readonly request: Fetch = (address, init) => fetch(address, init),
    private readonly timeout = 25_000,
  ) {}

  mint(): Promise<MintedSession> {
    return this.json<MintedSession>("POST", "sessions", undefined, {});
  }

  send(session: string, id: string, asked: Asked): Promise<Answered> {
    return this.json<Answered>("POST", "messages", session, { id, ...asked });
  }

  history(session: string): Promise<History> {
    return this.json<History>("GET", "messages", session);
  }

  async feedback(session: string, reply: string, helpful: boolean, reason?: string): Promise<void> {
    await this.call("POST", "feedback", session, reason ? { reply, helpful, reason } : { reply, helpful });
  }

  async forget(session: string): Promise<void> {
    await this.call("DELETE", "conversation", session);
  }

  private async json<T>(method: string, path: string, session?: string, body?: object): Promise<T> {
    return (await this.call(method, path, session, body)) as T;
  }

  /** One request, body read, within the time; throws `ApiError` and nothing else. */
  private async call(method: string, path: string, session?: string, body?: object): Promise<unknown> {
    const headers: Record<string, string> = {};
    if (session !== undefined) headers["Authorization"] = `Bearer ${session}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), this.timeout);
    try {
      const response = await this.request(this.base + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: giveUp.signal,
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        redirect: "error",
      });
      if (response.status === 204) return undefined;
      const told: unknown = await response.json();
      if (response.ok) return told;
      throw refusal(response, told);
    } catch (problem) {
      if (problem instanceof ApiError) throw problem;
      if (giveUp.signal.aborted) throw new ApiError("timeout", "no answer in time");
      throw new ApiError("unreachable", String(problem));
    } finally {
      clearTimeout(timer);
    }
  }
}

function refusal(response: Response, told: unknown): ApiError {
  const error = (told as { error?: { code?: string; message?: string } } | null)?.error;
  const message = typeof error?.message === "string" ? error.message : "";
  const code = typeof error?.code === "string" ? error.code : "";
  if (response.status === 401) return new ApiError("session", message, 0, code);
  if (response.status === 429) return new ApiError("busy", message, secondsToWait(response.headers.get("Retry-After")), code);
  if (response.status >= 500) return new ApiError("unreachable", message, 0, code);
  return new ApiError("refused", message, 0, code);
}
