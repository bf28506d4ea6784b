/** Bot text into pieces: plain words, and the telephone numbers that may become links. Nothing else ever does. */

export interface Piece {
  text: string;
  /** where it leads: `tel:` and digits; absent in plain words */
  href?: string;
}

const SHORT = ["911", "988"];

/** `tel:` address of a number as people write it; ten digits are taken as North American. */
export function telephone(number: string): string {
  const digits = number.replace(/\D/g, "");
  const international = number.trim().startsWith("+");
  if (international) return `tel:+${digits}`;
  return digits.length === 10 ? `tel:+1${digits}` : `tel:${digits}`;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Splits `text` so that the pieces put together are the text again. */
export function pieces(text: string, lines: readonly string[]): Piece[] {
  const wanted = [...lines.filter((line) => /\d/.test(line)).map(escaped), `(?<![\\w$%.,/:+-])(?:${SHORT.join("|")})(?![\\w%$/]|[-.,:]\\d)`];
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(new RegExp(wanted.join("|"), "gu"))) {
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: match[0], href: telephone(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}
