/** The conversation and the visit list as plain text, to copy. */
import type { Turn } from "./conversation";
import type { Strings } from "./strings";
import type { Reply } from "./types";

/** A date of the contract (`2026-11-23`) as people write it. */
export function date(day: string, language: string): string {
  const time = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(time.getTime())) return day;
  return time.toLocaleDateString(language, { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
}

/** Where a reply's facts come from; null where it tells none. */
export function sourceOf(reply: Reply): { text: string; day: string } | null {
  const { source, facts } = reply.custom ?? {};
  if (!source || !facts?.length) return null;
  return { text: [source.title, source.section].filter(Boolean).join(", "), day: source.reviewed_on };
}

function said(reply: Reply, strings: Strings, language: string): string {
  const source = sourceOf(reply);
  const told = `${strings.assistant}: ${reply.text}`;
  return source ? `${told}\n(${strings.source}: ${source.text}. ${strings.reviewed} ${date(source.day, language)}.)` : told;
}

export function transcript(greeting: readonly Reply[], turns: readonly Turn[], title: string, phone: string, strings: Strings, language: string): string {
  const parts = [strings.transcriptTitle(title), ...greeting.map((reply) => said(reply, strings, language))];
  for (const turn of turns) parts.push(`${strings.you}: ${turn.text}`, ...turn.replies.map((reply) => said(reply, strings, language)));
  return [...parts, strings.printPhone(phone)].join("\n\n");
}

export function visitText(questions: readonly string[], phone: string, strings: Strings): string {
  return [strings.visitTitle, questions.map((question, at) => `${at + 1}. ${question}`).join("\n"), strings.printPhone(phone)].join("\n\n");
}
