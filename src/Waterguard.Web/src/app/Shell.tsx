import { useEffect, useState, type ReactNode } from "react";
import { useLive, type Connection } from "../api/live";
import { useRead } from "../parts/Async";
import type { Status } from "../api/types";
import { goTo } from "../logic/keys";
import { Announcer } from "../parts/Announcer";
import { Icon } from "../parts/Icon";
import { KeysHelp } from "./KeysHelp";
import { Link, usePlace } from "./router";
import { useSession } from "./session";
import { useKeys } from "./shortcuts";
import { ThemeSwitch } from "./theme";

const links: [path: string, name: string, icon: string][] = [
  ["/", "Overview", "home"],
  ["/incidents", "Incidents", "bell"],
  ["/strategies", "Strategies", "book"],
  ["/coverage", "ATT&CK", "grid"],
  ["/census", "Census", "box"],
  ["/sources", "Sources", "pulse"],
  ["/suppressions", "Suppressions", "mute"],
  ["/validation", "Validation", "check"],
  ["/search", "Search", "search"],
];

/** What is around every page: ways, who one is, whether what is shown is live. */
export function Shell({ children }: { children: ReactNode }) {
  const { me, may } = useSession();
  const { path } = usePlace();
  const [isOpen, setOpen] = useState(false);
  const [helps, setHelps] = useState(false);
  const connection = useLive(true);
  const status = useRead<Status>("status");
  useKeys(() => setHelps(true));
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    const link = [...links, ["/admin", "Administration"], ["/me", "My account"]].find(([to]) => (to === "/" ? path === "/" : path.startsWith(to!)));
    document.title = `${link?.[1] ?? "Not found"} · Waterguard`;
  }, [path]);
  const all: typeof links = may("admin") ? [...links, ["/admin", "Administration", "gear"]] : links;
  const open = Object.values(status.data?.incidents.open ?? {}).reduce((a, b) => a + b, 0);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar">
        <button type="button" className="quiet menu" aria-expanded={isOpen} aria-controls="ways" onClick={() => setOpen(!isOpen)}>
          <Icon name="menu" /> <span className="hidden">Menu</span>
        </button>
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="20" height="20" /> Waterguard
        </Link>
        <span className="grow" />
        <Live connection={connection} />
        <button type="button" className="quiet narrow-hide" onClick={() => setHelps(true)}>
          <kbd>?</kbd> Keys
        </button>
        <ThemeSwitch />
        <Link to="/me" className="who" title={`${me.name}, ${me.role}`}>
          <Icon name="person" /> <span className="narrow-hide">{me.name}</span> <span className="role">{me.role}</span>
        </Link>
      </header>
      <nav id="ways" className={isOpen ? "ways open" : "ways"} aria-label="Pages">
        <ul>
          {all.map(([to, name, icon]) => {
            const isHere = to === "/" ? path === "/" : path.startsWith(to);
            const letter = Object.entries(goTo).find(([, way]) => way.path === to)?.[0];
            return (
              <li key={to}>
                <Link to={to} aria-current={isHere ? "page" : undefined} title={`${name} (g ${letter})`}>
                  <Icon name={icon} /> <span className="grow">{name}</span>
                  {to === "/incidents" && open > 0 && (
                    <span className="badge" aria-label={`${open} open`}>
                      {open}
                    </span>
                  )}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
      <main id="main" tabIndex={-1}>
        {status.data?.trouble && (
          <p className="notice bad" role="alert">
            <Icon name="warn" /> The service is in trouble: {status.data.trouble}
          </p>
        )}
        {children}
      </main>
      <KeysHelp isOpen={helps} close={() => setHelps(false)} />
      <Announcer />
    </div>
  );
}

function Live({ connection }: { connection: Connection }) {
  const text = { live: "Live", connecting: "Connecting", waiting: "Reconnecting" }[connection];
  return (
    <span className={`live ${connection}`} role="status">
      <span className="dot" aria-hidden="true" /> {text}
    </span>
  );
}
