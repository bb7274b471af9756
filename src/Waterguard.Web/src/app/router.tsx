import { createContext, useCallback, useContext, useEffect, useMemo, useState, type AnchorHTMLAttributes, type ReactNode } from "react";

interface Place {
  path: string;
  search: string;
  go: (to: string, options?: { replace?: boolean }) => void;
}

const PlaceContext = createContext<Place | null>(null);

/** The address of the page; nothing is loaded by going elsewhere. */
export function Router({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState({ path: location.pathname, search: location.search });
  useEffect(() => {
    const back = () => setPlace({ path: location.pathname, search: location.search });
    window.addEventListener("popstate", back);
    return () => window.removeEventListener("popstate", back);
  }, []);
  const go = useCallback((to: string, options?: { replace?: boolean }) => {
    const before = location.pathname;
    if (options?.replace) history.replaceState(null, "", to);
    else history.pushState(null, "", to);
    setPlace({ path: location.pathname, search: location.search });
    if (location.pathname !== before) window.scrollTo(0, 0);
  }, []);
  const value = useMemo(() => ({ ...place, go }), [place, go]);
  return <PlaceContext value={value}>{children}</PlaceContext>;
}

export function usePlace(): Place {
  return useContext(PlaceContext)!;
}

/** The parts of a path that fits a pattern such as "/incidents/:id"; null where it does not. */
export function fits(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split("/"), path.replace(/\/+$/, "").split("/")];
  if (pattern === "/") return path === "/" ? {} : null;
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith(":")) {
      try {
        parts[part.slice(1)] = decodeURIComponent(given[i]!);
      } catch {
        return null;
      }
    } else if (part !== given[i]) return null;
  }
  return parts;
}

/** A link within the page; with a modifier it is the browser's. */
export function Link({ to, children, ...rest }: { to: string; children: ReactNode } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href">) {
  const { go } = usePlace();
  return (
    <a
      {...rest}
      href={to}
      onClick={(e) => {
        rest.onClick?.(e);
        if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
        e.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
