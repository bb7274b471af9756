import { useSession } from "../app/session";
import { usePlace } from "../app/router";
import { read, write } from "../logic/filters";
import { Accounts } from "../parts/admin/Accounts";
import { AuditLog } from "../parts/admin/AuditLog";
import { Keys } from "../parts/admin/Keys";

const tabs = [
  ["accounts", "Accounts"],
  ["keys", "API keys"],
  ["audit", "Audit log"],
] as const;

export default function Admin() {
  const { may } = useSession();
  const { search, go } = usePlace();
  const { tab = "accounts" } = read(search, ["tab"]);
  return (
    <>
      <header className="page-head">
        <h1>Administration</h1>
      </header>
      {!may("admin") ? (
        <p className="notice">This is for administrators.</p>
      ) : (
        <>
          <nav className="tabs" aria-label="Parts of administration">
            {tabs.map(([name, title]) => (
              <button key={name} type="button" aria-current={tab === name ? "true" : undefined} onClick={() => go("/admin" + write({ tab: name }, ["tab"]), { replace: true })}>
                {title}
              </button>
            ))}
          </nav>
          {tab === "keys" ? <Keys /> : tab === "audit" ? <AuditLog /> : <Accounts />}
        </>
      )}
    </>
  );
}
