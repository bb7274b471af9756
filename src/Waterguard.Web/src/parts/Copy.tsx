import { announce } from "./Announcer";
import { Icon } from "./Icon";

/** Copies a text; the name says to those who do not see it what is copied. */
export function Copy({ text, name }: { text: () => string; name: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      announce("Copied.");
    } catch {
      announce("The browser does not let the page copy.", true);
    }
  };
  return (
    <button type="button" className="quiet copy" onClick={() => void copy()} aria-label={`Copy ${name}`}>
      <Icon name="copy" /> Copy
    </button>
  );
}
