import { useSyncExternalStore } from "react";
import { Icon } from "../parts/Icon";

const key = "waterguard-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const watching = new Set<() => void>();
let isChosen = kept();
system.addEventListener("change", () => isChosen || draw(system.matches ? "dark" : "light"));

function kept(): boolean {
  try {
    return ["light", "dark"].includes(localStorage.getItem(key) ?? "");
  } catch {
    return false;
  }
}

function draw(theme: "light" | "dark") {
  document.documentElement.dataset.theme = theme;
  watching.forEach((w) => w());
}

function watch(listener: () => void): () => void {
  watching.add(listener);
  return () => void watching.delete(listener);
}

/** The theme that is drawn: the chosen one, else the system's; theme.js has seen to that before anything was drawn. */
function currentTheme(): "light" | "dark" {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(watch, currentTheme);
}

export function ThemeSwitch() {
  const theme = useTheme();
  const next = theme === "dark" ? "light" : "dark";
  const choose = () => {
    isChosen = true;
    draw(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // It holds until the page is left.
    }
  };
  return (
    <button type="button" className="quiet" onClick={choose} aria-label={`Switch to the ${next} theme`} title={`Switch to the ${next} theme`}>
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
