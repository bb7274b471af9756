// Keys that hold everywhere. "g" begins a way to a page; it waits a second for the letter.

export const goTo: Record<string, { path: string; name: string }> = {
  o: { path: "/", name: "Overview" },
  i: { path: "/incidents", name: "Incidents" },
  s: { path: "/strategies", name: "Strategies" },
  t: { path: "/coverage", name: "ATT&CK coverage" },
  c: { path: "/census", name: "Census" },
  r: { path: "/sources", name: "Sources" },
  p: { path: "/suppressions", name: "Suppressions" },
  v: { path: "/validation", name: "Validation" },
  f: { path: "/search", name: "Search" },
  a: { path: "/admin", name: "Administration" },
  m: { path: "/me", name: "My account" },
};

export type Command = { is: "go"; path: string } | { is: "search" } | { is: "help" } | { is: "move"; by: 1 | -1 } | { is: "open" } | { is: "key"; key: string };

const patience = 1000;

/** Turns keys into commands; holds only whether a "g" was just pressed. */
export class KeyReader {
  private since: number | null = null;

  read(key: string, now: number): Command | null {
    const isSecond = this.since !== null && now - this.since <= patience;
    this.since = null;
    if (isSecond) {
      const to = goTo[key];
      if (to) return { is: "go", path: to.path };
    }
    switch (key) {
      case "g":
        this.since = now;
        return null;
      case "/":
        return { is: "search" };
      case "?":
        return { is: "help" };
      case "j":
      case "ArrowDown":
        return { is: "move", by: 1 };
      case "k":
      case "ArrowUp":
        return { is: "move", by: -1 };
      case "Enter":
        return { is: "open" };
      default:
        return key.length === 1 ? { is: "key", key } : null;
    }
  }
}

/** Whether keys are somebody's text, or a control's own. */
export function isTyping(element: { tagName: string; isContentEditable?: boolean; type?: string } | null): boolean {
  if (!element) return false;
  if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT") return true;
  return element.tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(element.type ?? "text");
}

/** The next place in a list; it stays at the ends. */
export function moved(at: number, by: number, length: number): number {
  return length === 0 ? -1 : Math.max(0, Math.min(length - 1, at + by));
}
