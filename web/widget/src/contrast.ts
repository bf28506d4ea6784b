/** Colours that can be read, whatever accent a site chooses (WCAG 2.2 contrast). */

export type Rgb = readonly [number, number, number];

export const WHITE: Rgb = [255, 255, 255];

/** Relative luminance, 0 (black) to 1 (white). */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** White or black, whichever is easier to read on `ground`; never below 4.5 to 1. */
export function textOn(ground: Rgb): Rgb {
  return contrast(WHITE, ground) >= contrast([0, 0, 0], ground) ? WHITE : [0, 0, 0];
}

/** `colour`, mixed with white or black as far as it takes to stand out from every one of `grounds` by `ratio`. */
export function legible(colour: Rgb, grounds: readonly Rgb[], ratio = 4.5): Rgb {
  const enough = (candidate: Rgb): boolean => grounds.every((ground) => contrast(candidate, ground) >= ratio);
  const target: Rgb = grounds.every((ground) => luminance(ground) > 0.18) ? [0, 0, 0] : WHITE;
  for (let share = 0; share <= 1; share += 0.05) {
    const mixed = colour.map((value, at) => Math.round(value + (target[at]! - value) * share)) as unknown as Rgb;
    if (enough(mixed)) return mixed;
  }
  return target;
}

/** `#rgb` or `#rrggbb` as numbers; null for anything else. */
export function fromHex(text: string): Rgb | null {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(text.trim());
  const digits = short ? short.slice(1).map((digit) => digit + digit) : /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text.trim())?.slice(1);
  return digits ? (digits.map((pair) => parseInt(pair, 16)) as unknown as Rgb) : null;
}

export const css = ([red, green, blue]: Rgb): string => `rgb(${red}, ${green}, ${blue})`;
