import { describe, expect, it } from "vitest";
import { DARK, LIGHT } from "../src/config";
import { contrast, fromHex, legible, textOn, type Rgb } from "../src/contrast";

/** Every sixteenth step of each channel. */
const colours: Rgb[] = [];
const steps = Array.from({ length: 16 }, (_, step) => step * 17);
for (const red of steps) for (const green of steps) for (const blue of steps) colours.push([red, green, blue]);

describe("an accent of any colour", () => {
  it("carries text that can be read", () => {
    expect(colours.filter((colour) => contrast(textOn(colour), colour) < 4.5)).toEqual([]);
  });

  it.each([
    ["light", LIGHT],
    ["dark", DARK],
  ])("can itself be read on %s grounds", (_, grounds) => {
    const bad = colours.filter((colour) => grounds.some((ground) => contrast(legible(colour, grounds), ground) < 4.5));
    expect(bad).toEqual([]);
  });

  it("is left alone where it can be read already", () => expect(legible([11, 92, 107], LIGHT)).toEqual([11, 92, 107]));
});

describe("the measure", () => {
  it("is that of WCAG", () => {
    expect(contrast([255, 255, 255], [0, 0, 0])).toBeCloseTo(21, 5);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });
  it("reads hex colours and no others", () => {
    expect(fromHex("#0b5c6b")).toEqual([11, 92, 107]);
    expect(fromHex(" #FfF ")).toEqual([255, 255, 255]);
    expect(["red", "#12", "#1234567", ""].map(fromHex)).toEqual([null, null, null, null]);
  });
});
