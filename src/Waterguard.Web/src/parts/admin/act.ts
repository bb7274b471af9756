import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../Announcer";

/** Does something, tells that it is done or why not, and reads the list again. */
export function useAct(list: string) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const act = async (what: () => Promise<unknown>, said: string): Promise<boolean> => {
    setError(null);
    try {
      await what();
      announce(said);
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[0]).startsWith(list) });
      return true;
    } catch (e) {
      setError(e);
      return false;
    }
  };
  return { act, error };
}
