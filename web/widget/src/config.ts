/** What the site may choose: `data-` attributes of the script, or attributes of the element. */
import { WHITE, css, fromHex, legible, textOn, type Rgb } from "./contrast";
import { english, type Strings } from "./strings";

export const PHONE = "(412) 359-8614";
const ACCENT: Rgb = [11, 92, 107];

/** Names of the options, as attributes of `<lms-chat>`. */
export const OPTIONS = ["title", "greeting", "color", "position", "open", "phone", "lang"] as const;

const CATALOGUE: Record<string, Strings> = { en: english };

/** The interface's words and their language: the one asked for where there is a translation, else English. */
export function wording(language: string | null): { language: string; strings: Strings } {
  const wanted = (language ?? "").toLowerCase().split("-")[0] ?? "";
  return CATALOGUE[wanted] ? { language: wanted, strings: CATALOGUE[wanted] } : { language: "en", strings: english };
}

/** A CSS colour as numbers; null where the browser does not know it. */
function rgb(colour: string): Rgb | null {
  const hex = fromHex(colour);
  if (hex || !CSS.supports("color", colour)) return hex;
  const pencil = document.createElement("canvas").getContext("2d");
  if (!pencil) return null;
  pencil.fillStyle = "#fff";
  pencil.fillRect(0, 0, 1, 1);
  pencil.fillStyle = colour;
  pencil.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = pencil.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** Grounds that the accent must stand out from, in light and in dark; those of `styles.css`. */
export const LIGHT: readonly Rgb[] = [WHITE, [243, 245, 247]];
export const DARK: readonly Rgb[] = [
  [21, 25, 29],
  [34, 41, 48],
];

/** The accent's colours as custom properties of the host. */
export function accentSheet(colour: string | null): string {
  const accent = (colour ? rgb(colour) : null) ?? ACCENT;
  return `:host {
    --accent: ${css(accent)}; --on-accent: ${css(textOn(accent))};
    --accent-light: ${css(legible(accent, LIGHT))}; --accent-dark: ${css(legible(accent, DARK))};
  }`;
}
