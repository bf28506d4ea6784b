/** What this tab remembers across a reload; nothing outlives the tab. */
import type { Asked } from "./types";

export interface Unsent {
  id: string;
  asked: Asked;
  /** what the person sees as their words */
  text: string;
}

export interface Remembered {
  session: string | null;
  maxLength: number;
  visit: string[];
  unsent: Unsent[];
  open: boolean;
}

const EMPTY: Remembered = { session: null, maxLength: 1000, visit: [], unsent: [], open: false };

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The tab's storage, or none where the browser refuses it. */
export function tabStorage(): Store | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

export class Memory {
  private held: Remembered;
  private readonly key: string;

  constructor(
    base: string,
    private readonly store: Store | null,
  ) {
    this.key = `lms-chat ${base}`;
    this.held = this.read();
  }

  get value(): Readonly<Remembered> {
    return this.held;
  }

  set(changes: Partial<Remembered>): void {
    this.held = { ...this.held, ...changes };
    try {
      this.store?.setItem(this.key, JSON.stringify(this.held));
    } catch {
      // Full or forbidden: the conversation goes on, only a reload forgets it.
    }
  }

  /** Other pages of this tab may have written since. */
  reread(): void {
    this.held = this.read();
  }

  /** Forget everything but whether the chat is open. */
  clear(): void {
    this.held = { ...EMPTY, open: this.held.open };
    try {
      this.store?.removeItem(this.key);
    } catch {
      // as above
    }
  }

  private read(): Remembered {
    try {
      const value = JSON.parse(this.store?.getItem(this.key) ?? "null") as Partial<Remembered> | null;
      if (value === null || typeof value !== "object") return EMPTY;
      return {
        session: typeof value.session === "string" ? value.session : null,
        maxLength: Number(value.maxLength) > 0 ? Number(value.maxLength) : EMPTY.maxLength,
        visit: Array.isArray(value.visit) ? value.visit.filter((item) => typeof item === "string") : [],
        unsent: Array.isArray(value.unsent) ? value.unsent.filter(isUnsent) : [],
        open: value.open === true,
      };
    } catch {
      return EMPTY;
    }
  }
}

function isUnsent(item: unknown): item is Unsent {
  const unsent = item as Partial<Unsent> | null;
  return typeof unsent?.id === "string" && typeof unsent.text === "string" && typeof unsent.asked === "object" && unsent.asked !== null;
}

/** A message's own id: 128 random bits (`randomUUID` is missing on pages without https). */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
