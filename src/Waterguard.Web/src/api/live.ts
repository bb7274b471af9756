import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

export type Connection = "connecting" | "live" | "waiting";

/** Which answers an event of the stream makes old; null: all. Keys of queries are paths of the API. */
export function madeOld(kind: string, data: { id?: string; what?: string }): ((path: string) => boolean) | null {
  switch (kind) {
    case "alert":
      return (path) => path.startsWith("status") || path.startsWith("incidents") || path.startsWith("alerts?") || path.startsWith("sources");
    case "incident":
      return (path) => path.startsWith("status") || path.startsWith("incidents?") || (data.id !== undefined && path.startsWith(`incidents/${data.id}`));
    case "state":
      if (data.what === "canary") return (path) => ["canaries", "status", "strategies"].some((p) => path.startsWith(p));
      if (data.what === "validation") return (path) => path.startsWith("validation") || path.startsWith("strategies");
      return (path) => ["status", "strategies", "coverage", "suppressions", "telemetry"].some((p) => path.startsWith(p));
    case "response":
      return (path) => path.startsWith("responses");
    case "source":
      return (path) => path.startsWith("status") || path.startsWith("sources") || path.startsWith("telemetry");
    default:
      return null;
  }
}

/** How long to wait before the stream is opened again: twice as long each time, half a minute at most. */
export function backoff(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** Math.min(failures, 10));
}

// Many alerts at once are one reason to read again, not many.
const gather = 1500;

/** Listens to what happens for as long as it is mounted; what is shown is read again when it became old. */
export function useLive(enabled: boolean): Connection {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => (enabled ? listen(client, setConnection) : undefined), [client, enabled]);
  return connection;
}

function listen(client: QueryClient, tell: (connection: Connection) => void): () => void {
  let stream: EventSource | null = null;
  let failures = 0;
  let again: number | undefined;
  let flush: number | undefined;
  let pending: (((path: string) => boolean) | null)[] = [];

  const old = (which: ((path: string) => boolean) | null) => {
    pending.push(which);
    flush ??= window.setTimeout(() => {
      const all = pending;
      [pending, flush] = [[], undefined];
      void client.invalidateQueries({ predicate: (query) => all.some((is) => is === null || is(String(query.queryKey[0]))) });
    }, gather);
  };

  const open = () => {
    tell(failures === 0 ? "connecting" : "waiting");
    stream = new EventSource("/api/v1/events");
    stream.onopen = () => {
      if (failures > 0) old(null);
      failures = 0;
      tell("live");
    };
    for (const kind of ["alert", "incident", "response", "state", "source", "missed", "dropped"]) {
      stream.addEventListener(kind, (event) => old(madeOld(kind, parse((event as MessageEvent<string>).data))));
    }
    stream.onerror = () => {
      failures++;
      tell("waiting");
      // A browser tries again by itself only while it takes the trouble for a passing one.
      if (stream?.readyState !== EventSource.CLOSED) return;
      again = window.setTimeout(open, backoff(failures));
    };
  };

  open();
  return () => {
    stream?.close();
    window.clearTimeout(again);
    window.clearTimeout(flush);
  };
}

function parse(data: string): { id?: string; what?: string } {
  try {
    return JSON.parse(data) as { id?: string; what?: string };
  } catch {
    return {};
  }
}
