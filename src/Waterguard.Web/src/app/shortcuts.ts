import { useEffect, useEffectEvent, useRef } from "react";
import { isTyping, KeyReader, type Command } from "../logic/keys";
import { usePlace } from "./router";

type Listener = (command: Command) => boolean;
const listeners: Listener[] = [];

/** Keys of a page: what it takes is not looked at by anybody else. The latest page comes first. */
export function usePageKeys(listener: Listener): void {
  const latest = useEffectEvent(listener);
  useEffect(() => {
    const take: Listener = (command) => latest(command);
    listeners.push(take);
    return () => void listeners.splice(listeners.indexOf(take), 1);
  }, []);
}

/** Keys that hold everywhere. */
export function useKeys(help: () => void): void {
  const { go } = usePlace();
  const reader = useRef(new KeyReader());
  const onKey = useEffectEvent((e: KeyboardEvent) => {
    const target = e.target as HTMLElement | null;
    if (e.key === "Escape" && isTyping(target)) return target?.blur();
    if (e.ctrlKey || e.metaKey || e.altKey || isTyping(target) || document.querySelector("dialog[open]")) return;
    // Enter on a link or a button is the link's or the button's.
    if (e.key === "Enter" && target?.closest("a, button, summary")) return;
    const command = reader.current.read(e.key, performance.now());
    if (!command || (e.key.startsWith("Arrow") && !target?.closest("[data-rows]"))) return;
    if (run(command)) e.preventDefault();
  });
  const run = (command: Command): boolean => {
    for (const listener of listeners.toReversed()) if (listener(command)) return true;
    if (command.is === "go") go(command.path);
    else if (command.is === "help") help();
    else if (command.is === "search") {
      const field = document.querySelector<HTMLInputElement>("[data-search]");
      if (field) field.focus();
      else go("/search");
    } else return false;
    return true;
  };
  useEffect(() => {
    const listen = (e: KeyboardEvent) => onKey(e);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
