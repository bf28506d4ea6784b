/** The language of a reply, where the contract tells it: the entries `other-language-<code>` are written in that language. */
import type { Reply } from "./types";

export function languageOf(reply: Reply): string {
  return /^other-language-([a-z]{2,3})$/.exec(reply.custom?.entry ?? "")?.[1] ?? "en";
}
