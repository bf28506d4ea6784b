/** What the channel's API speaks (docs/website-api.md). */

export interface Source {
  title: string;
  section: string;
  reviewed_on: string;
}

export interface Custom {
  kind: string;
  entry: string | null;
  revision: number | null;
  facts: string[];
  source: Source | null;
}

export interface Choice {
  id: string;
  title: string;
}

export interface Reply {
  id: string;
  text: string;
  buttons: Choice[];
  custom: Custom;
  detail: string | null;
}

export type Verdict = "helpful" | "not_helpful";

export interface MintedSession {
  session: string;
  expires_in: number;
  max_length: number;
  replies: Reply[];
}

export interface Answered {
  id: string;
  turn: number;
  text: string;
  replies: Reply[];
  redacted: boolean;
}

export interface PastTurn {
  turn: number;
  id: string;
  text: string;
  at: string;
  replies: Reply[];
  redacted?: boolean;
  feedback: Record<string, Verdict>;
}

export interface History {
  turns: PastTurn[];
  greeting: Reply[];
}

/** What one message asks: typed words, or a button that was offered. */
export type Asked = { text: string } | { button: string };
