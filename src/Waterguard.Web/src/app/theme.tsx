import { useSyncExternalStore } from "react";
import { Icon } from "../parts/Icon";

const key = "waterguard-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const watching = new Set<() => void>();
const tell = () => watching.forEach((w) => w());
system.addEventListener("change", tell);

function watch(listener: () => void): () => void {
  watching.add(listener);
  return () => void watching.delete(listener);
}

/** The theme that is drawn: the chosen one, else the system's. */
export function currentTheme(): "light" | "dark" {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
}

export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(watch, currentTheme);
}

export function ThemeSwitch() {
  const theme = useTheme();
  const next = theme === "dark" ? "light" : "dark";
  const choose = () => {
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(key, next);
    } catch {
      // It holds until the page is left.
    }
    tell();
  };
  return (
    <button type="button" className="quiet" onClick={choose} aria-label={`Switch to the ${next} theme`} title={`Switch to the ${next} theme`}>
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
