import { useSyncExternalStore } from "react";

let said = "";
let failed = false;
let clear: number | undefined;
const watching = new Set<() => void>();

/** Says what was done, to eyes and ears. */
export function announce(text: string, bad = false): void {
  [said, failed] = [text, bad];
  watching.forEach((w) => w());
  window.clearTimeout(clear);
  if (text) clear = window.setTimeout(() => announce(""), 6000);
}

export function Announcer() {
  const text = useSyncExternalStore(
    (w) => (watching.add(w), () => void watching.delete(w)),
    () => said,
  );
  return (
    <div className={`toast ${text ? "shown" : ""} ${failed ? "bad" : ""}`} role="status" aria-live="polite">
      {text}
    </div>
  );
}
