import { describe, expect, it } from "vitest";
import { pieces, telephone } from "../src/linking";

const LINE = "(412) 359-8614";
const links = (text: string): string[] => pieces(text, [LINE]).flatMap((piece) => (piece.href ? [`${piece.text} ${piece.href}`] : []));

describe("telephone numbers in bot text", () => {
  it.each([
    ["Call (412) 359-8614.", ["(412) 359-8614 tel:+14123598614"]],
    ["Call or text 988 now. In danger, call 911.", ["988 tel:988", "911 tel:911"]],
    ["911", ["911 tel:911"]],
    ["call 911, or 988; then (412) 359-8614", ["911 tel:911", "988 tel:988", "(412) 359-8614 tel:+14123598614"]],
  ])("%s", (text, wanted) => expect(links(text)).toEqual(wanted));

  it.each(["9115", "1911", "$911", "911%", "9.911", "911.5", "1,911", "911-2", "x911", "javascript:911", "https://a/911", "(412) 359-8615"])(
    "%s stays text",
    (text) => expect(links(text)).toEqual([]),
  );

  it.each(["", "<a href='javascript:1'>911</a> & 988\n\n(412) 359-8614", "\u202e911\u202c"])("loses nothing of %j", (text) =>
    expect(
      pieces(text, [LINE])
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text),
  );

  it("takes a site's own line, whatever signs it is written with", () => {
    expect(pieces("Call +44 20 (7946) 0.958!", ["+44 20 (7946) 0.958"])[1]).toEqual({ text: "+44 20 (7946) 0.958", href: "tel:+442079460958" });
  });

  it("dials ten digits as North American", () => {
    expect(telephone("412.359.8614")).toBe("tel:+14123598614");
    expect(telephone("911")).toBe("tel:911");
  });
});
