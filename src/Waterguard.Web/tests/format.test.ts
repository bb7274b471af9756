import { describe, expect, it } from "vitest";
import { bytes, count, duration, fromInput, plural, relative, short, shortened, toInput, utc, words } from "../src/logic/format";

describe("times", () => {
  const now = Date.parse("2026-11-22T10:00:00Z");
  it("are shown in UTC, wherever the browser is", () => expect(utc("2026-11-22T10:00:00.123+02:00")).toBe("2026-11-22 08:00:00Z"));
  it("that are none are empty", () => expect([utc(null), utc("soon"), relative(undefined, now)]).toEqual(["", "", ""]));
  it("say how long ago they were, in the largest unit that fits", () =>
    expect([4, 59, 90, 7200, 200_000].map((s) => relative(new Date(now - s * 1000).toISOString(), now))).toEqual(["now", "59 s ago", "1 min ago", "2 h ago", "2 d ago"]));
  it("that are to come say so", () => expect(relative("2026-11-25T10:00:00Z", now)).toBe("in 3 d"));
  it("go through an input and come back the same", () => expect(fromInput(toInput("2026-11-22T10:30:00.000Z"))).toBe("2026-11-22T10:30:00.000Z"));
  it("of an empty input are empty", () => expect(fromInput("")).toBe(""));
  it("of no length are nothing", () => expect(duration(0)).toBe("0 s"));
});

describe("numbers", () => {
  it("are grouped by three", () => expect([1, 999, 1000, 1234567].map(count)).toEqual(["1", "999", "1\u2009000", "1\u2009234\u2009567"]));
  it("of bytes have binary units", () => expect([0, 1023, 1536, 5 * 2 ** 30].map(bytes)).toEqual(["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]));
  it("bring their noun's number", () => expect([plural(1, "alert"), plural(2, "entry", "entries")]).toEqual(["1 alert", "2 entries"]));
});

describe("ids", () => {
  const id = "c311edada2acec5b23014997acda13b3c2e9a238ff683064fb78a540b8c2f672";
  it("are told by twelve characters, also digests", () => expect([short(id), short("sha256:" + id)]).toEqual(["c311edada2ac", "c311edada2ac"]));
  it("that are names stay whole", () => expect(short("default/web-1")).toBe("default/web-1"));
  it("within a sentence are told by their beginning", () => expect(shortened(`container ${id} ran`)).toBe("container c311edada2ac ran"));
});

it("names of counters become words", () => expect(words("damaged_batches")).toBe("Damaged batches"));
