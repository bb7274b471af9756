namespace Waterguard.Storage.Sql;

/// <summary>The store's tables, in the steps in which they came to be: forward only. A step is never changed after a release.</summary>
internal static class Layout
{
    private static readonly Step[] s_steps =
    [
        new("""
            CREATE TABLE alerts(id TEXT PRIMARY KEY, time INTEGER NOT NULL, level INTEGER NOT NULL, rule TEXT NOT NULL, json BLOB NOT NULL) WITHOUT ROWID;
            CREATE INDEX alerts_by_time ON alerts(time, id);
            CREATE TABLE consumed(journal TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
            """),
        new("""
            CREATE TABLE state(owner TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(owner, key)) WITHOUT ROWID;
            CREATE TABLE state_parts(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
            CREATE TABLE state_position(one INTEGER PRIMARY KEY CHECK(one = 1), journal TEXT NOT NULL, sequence INTEGER NOT NULL);
            """),
        new("""
            ALTER TABLE alerts ADD COLUMN strategy TEXT;
            ALTER TABLE alerts ADD COLUMN status INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE alerts ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE alerts ADD COLUMN incident TEXT;
            ALTER TABLE alerts ADD COLUMN words TEXT NOT NULL DEFAULT '';
            CREATE INDEX alerts_by_incident ON alerts(incident, time, id);
            CREATE TABLE alert_entities(kind TEXT NOT NULL, name TEXT NOT NULL, alert TEXT NOT NULL, PRIMARY KEY(kind, name, alert)) WITHOUT ROWID;
            CREATE INDEX alert_entities_by_alert ON alert_entities(alert);
            CREATE TABLE documents(kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, changed INTEGER NOT NULL, json BLOB NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID;
            CREATE TABLE audit(sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, detail BLOB NOT NULL, address TEXT NOT NULL, hash BLOB NOT NULL);
            """, session =>
            {
                session.Run(session.Dialect.RefuseChanges("audit"));
                AlertTable.FillColumns(session);
            }),
        new("""
            ALTER TABLE alerts ADD COLUMN title TEXT NOT NULL DEFAULT '';
            ALTER TABLE alerts ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE alerts ADD COLUMN noted INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX alerts_by_rule ON alerts(incident, rule, level);
            CREATE INDEX alerts_by_noted ON alerts(noted);
            CREATE INDEX alerts_weight ON alerts(incident, level, time, id, until, rule);
            CREATE TABLE incidents(
                id TEXT PRIMARY KEY, founded INTEGER NOT NULL, title TEXT NOT NULL, level INTEGER NOT NULL, risk INTEGER NOT NULL, status INTEGER NOT NULL, began INTEGER NOT NULL, until INTEGER NOT NULL,
                alerts INTEGER NOT NULL, merged_into TEXT) WITHOUT ROWID;
            CREATE INDEX incidents_by_activity ON incidents(until, id);
            CREATE TABLE alert_ties(kind TEXT NOT NULL, name TEXT NOT NULL, time INTEGER NOT NULL, alert TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY(kind, name, time, alert)) WITHOUT ROWID;
            CREATE INDEX alert_ties_by_alert ON alert_ties(alert);
            """, session =>
            {
                AlertTable.FillTitles(session);
                IncidentTable.GroupAll(session);
            }),
        new("""
            CREATE TABLE incident_changes(incident TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE notifications(
                id TEXT PRIMARY KEY, incident TEXT NOT NULL, channel TEXT NOT NULL, state INTEGER NOT NULL, due INTEGER NOT NULL, made INTEGER NOT NULL, json BLOB NOT NULL) WITHOUT ROWID;
            CREATE INDEX notifications_by_due ON notifications(state, due, id);
            CREATE INDEX notifications_by_incident ON notifications(incident, made, id);
            CREATE INDEX notifications_by_age ON notifications(made, id);
            """),
        new("CREATE TABLE incident_waiting(incident TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;"),
    ];

    /// <summary>How many steps there are.</summary>
    public static int Last => s_steps.Length;

    /// <summary>Applies the steps that the database has not seen, each whole or not at all.</summary>
    /// <exception cref="StorageUnavailableException">It was written by a newer version, or cannot be written.</exception>
    public static void Apply(Connections connections, string place, int last)
    {
        for (var isDone = false; !isDone;)
        {
            isDone = connections.Write(session =>
            {
                var version = session.Dialect.VersionOf(session);
                if (version > s_steps.Length) throw new StorageUnavailableException($"{place}: was written by a newer version of Waterguard (layout {version}, known up to {s_steps.Length}); use that version, or another place");
                if (version >= last) return true;
                session.Run(session.Dialect.Layout(s_steps[version].Text));
                s_steps[version].Then(session);
                session.Dialect.SetVersion(session, version + 1);
                return false;
            });
        }
    }

    /// <param name="Text">As SQLite has it.</param>
    private sealed record Step(string Text, Action<Session> Then)
    {
        public Step(string text)
            : this(text, _ => { })
        {
        }
    }
}
