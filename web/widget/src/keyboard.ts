/** Keys and keyboards: what a key in a field does, and what of the screen a phone's keyboard leaves. */

/** Whether the key sends what is written: Enter, but not with Shift (a new line), nor while a word is being composed. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing;
}

/** Whether writing brings up a keyboard on the screen. */
export function onScreen(): boolean {
  return window.matchMedia("(hover: none) and (pointer: coarse)").matches;
}

/**
 * Tells the style sheet which part of the screen can be seen, as `--seen-top` and `--seen-height`: a keyboard on the screen
 * covers the rest, and browsers do not take it off the height of a page.
 */
export class Seen {
  private readonly sheet = new CSSStyleSheet();

  /** Follow, for the elements of `root`. */
  attach(root: ShadowRoot): void {
    if (!root.adoptedStyleSheets.includes(this.sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.sheet];
    window.visualViewport?.addEventListener("resize", this.follow);
    window.visualViewport?.addEventListener("scroll", this.follow);
    this.follow();
  }

  detach(): void {
    window.visualViewport?.removeEventListener("resize", this.follow);
    window.visualViewport?.removeEventListener("scroll", this.follow);
  }

  private readonly follow = (): void => {
    const seen = window.visualViewport;
    // Who zooms in with two fingers wants to see the chat larger, not laid out anew.
    const plain = seen && Math.abs(seen.scale - 1) < 0.01;
    this.sheet.replaceSync(plain ? `:host { --seen-top: ${seen.offsetTop}px; --seen-height: ${seen.height}px; }` : "");
  };
}
