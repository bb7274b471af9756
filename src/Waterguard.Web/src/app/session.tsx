import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, type ReactNode } from "react";
import { change, get, Problem, setCsrf } from "../api/client";
import type { Me, Role } from "../api/types";
import { may } from "../logic/levels";

interface Session {
  me: Me;
  may: (least: Role) => boolean;
  signOut: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

/** Who one is; null: nobody yet. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }): Promise<Me | null> => {
      try {
        const me = await get<Me>("me", signal);
        setCsrf(me.csrf);
        return me;
      } catch (e) {
        if (e instanceof Problem && e.status === 401) return null;
        throw e;
      }
    },
    staleTime: 300_000,
  });
}

export function SessionProvider({ me, children }: { me: Me; children: ReactNode }) {
  const client = useQueryClient();
  const signOut = async () => {
    await change("DELETE", "sessions/current", undefined, "*");
    setCsrf(null);
    client.clear();
    location.assign("/");
  };
  return <SessionContext value={{ me, may: (least) => may(me.role, least), signOut }}>{children}</SessionContext>;
}

export function useSession(): Session {
  return useContext(SessionContext)!;
}
