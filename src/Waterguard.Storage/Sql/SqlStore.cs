using Waterguard.Storage.Checks;

namespace Waterguard.Storage.Sql;

/// <summary>The store in a database, whichever it is. Thread-safe: one writes at a time, many read beside it.</summary>
public sealed class SqlStore : IStore, IAlerts, IIncidents, IDocuments, IRetention, IOutbox
{
    private const int MostBuckets = 10_000;

    private readonly Connections _connections;
    private long _notRegrouped;

    private SqlStore(Connections connections) => _connections = connections;

    /// <inheritdoc/>
    public long AlertCount => _connections.Read(s => s.First<long>("SELECT count(*) FROM alerts"));

    /// <exception cref="StorageUnavailableException">It cannot be opened; the message says why.</exception>
    internal static SqlStore Open(Dialect dialect, int layout)
    {
        var connections = new Connections(dialect);
        try
        {
            Layout.Apply(connections, dialect.Place, layout);
            return new SqlStore(connections);
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long ConsumedOf(string journal) => _connections.Read(s => s.First<long>("SELECT sequence FROM consumed WHERE journal = $1", journal));

    /// <inheritdoc/>
    public int Commit(string journal, long consumed, IReadOnlyList<StoredAlert> alerts, Action<StoredAlert> tell, StoredState? state = null) => _connections.Write(session =>
    {
        var fresh = AlertTable.Write(session, alerts, tell, times => Interlocked.Add(ref _notRegrouped, times));
        session.Run("INSERT INTO consumed VALUES($1, $2) ON CONFLICT(journal) DO UPDATE SET sequence = excluded.sequence", journal, consumed);
        if (state is not null) StateTable.Write(session, journal, state);
        return fresh;
    });

    /// <inheritdoc/>
    public StoredState? StateOf(string journal) => _connections.Read(s => StateTable.Read(s, journal));

    /// <inheritdoc/>
    public IReadOnlyList<StoredAlert> Alerts(int most) => _connections.Read(s => AlertTable.All(s, most));

    /// <inheritdoc/>
    public IReadOnlyList<StoredAlert> Find(AlertQuery query) => _connections.Read(s => AlertTable.Find(s, query));

    /// <inheritdoc/>
    public StoredAlert? FindAlert(string id) => _connections.Read(s => AlertTable.Find(s, id));

    /// <inheritdoc/>
    public IReadOnlyList<TrendPoint> Trend(DateTimeOffset since, DateTimeOffset until, TimeSpan bucket)
    {
        if (bucket < TimeSpan.FromSeconds(1)) throw new ArgumentException("a bucket lasts a second or longer", nameof(bucket));
        if ((until - since) / bucket > MostBuckets) throw new ArgumentException($"more than {MostBuckets} buckets: ask for a shorter time, or longer buckets", nameof(bucket));
        return _connections.Read(s => AlertTable.Trend(s, since, until, (long)bucket.TotalMilliseconds));
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredIncident> Find(IncidentQuery query) => _connections.Read(s => IncidentTable.Find(s, query));

    /// <inheritdoc/>
    public StoredIncident? FindIncident(string id) => _connections.Read(s => IncidentTable.Find(s, id));

    /// <summary>How many open incidents there are.</summary>
    /// <exception cref="StorageUnavailableException">The store cannot be read now.</exception>
    public long CountIncidents() => _connections.Read(s => s.First<long>("SELECT count(*) FROM incidents WHERE status = 0"));

    /// <inheritdoc/>
    public IReadOnlyList<StoredAlert> AlertsOf(string incident, int most) => _connections.Read(s => AlertTable.Of(s, incident, most));

    /// <inheritdoc/>
    public IncidentNames NamesOf(string incident) => _connections.Read(s => IncidentTable.NamesOf(s, incident));

    /// <inheritdoc/>
    public long NotRegrouped => Interlocked.Read(ref _notRegrouped);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, DateTimeOffset> WaitingSince() => _connections.Read(WaitingTable.All);

    /// <inheritdoc/>
    public void KeepWaiting(IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> begun, IReadOnlyCollection<string> over) => _connections.Write(s => WaitingTable.Keep(s, begun, over));

    /// <inheritdoc/>
    public StoredDocument? Find(string kind, string id) => _connections.Read(s => DocumentTable.Find(s, kind, id));

    /// <inheritdoc/>
    public IReadOnlyList<StoredDocument> List(string kind, string? after, int most) => _connections.Read(s => DocumentTable.List(s, kind, after, most));

    /// <inheritdoc/>
    public PutOutcome Put(string kind, string id, ReadOnlyMemory<byte> json, long? expectedRevision, AuditEntry entry)
    {
        DocumentTable.Check(kind, id);
        DocumentTable.CheckJson(json);
        Check(entry);
        return _connections.Write(s =>
        {
            var outcome = DocumentTable.Put(s, kind, id, json, expectedRevision, entry);
            // What people do about an incident is a change of it too.
            if (outcome.Done && kind == DocumentTable.OfIncidents) OutboxTable.Note(s, [id]);
            return outcome;
        });
    }

    /// <inheritdoc/>
    public PutOutcome Remove(string kind, string id, long? expectedRevision, AuditEntry entry)
    {
        Check(entry);
        return _connections.Write(s => DocumentTable.Remove(s, kind, id, expectedRevision, entry));
    }

    /// <inheritdoc/>
    public void Note(AuditEntry entry)
    {
        Check(entry);
        _connections.Write(s => AuditTable.Append(s, entry));
    }

    /// <inheritdoc/>
    public IReadOnlyList<AuditRecord> Audit(long before, int most) => _connections.Read(s => AuditTable.List(s, before, most));

    /// <inheritdoc/>
    public AuditCheck CheckAudit() => _connections.Read(AuditTable.Check);

    /// <inheritdoc/>
    public (long Alerts, long Incidents) RemoveOld(DateTimeOffset now, DateTimeOffset before)
    {
        _connections.Write(s => IncidentTable.Note(s, now.ToUnixTimeMilliseconds()));

        // In pieces: who commits waits for no more than one of them.
        for (var all = (Alerts: 0L, Incidents: 0L); ;)
        {
            var (alerts, incidents) = _connections.Write(s => IncidentTable.RemoveOld(s, before.ToUnixTimeMilliseconds()));
            if (alerts == 0 && incidents == 0) return all;
            all = (all.Alerts + alerts, all.Incidents + incidents);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<IncidentChange> Changes(int most) => _connections.Read(s => OutboxTable.Changes(s, most));

    /// <inheritdoc/>
    public bool Decide(IncidentChange change, IReadOnlyList<StoredNotification> made) => _connections.Write(s => OutboxTable.Decide(s, change, made));

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<StoredNotification> notifications) => _connections.Write(s =>
    {
        OutboxTable.Keep(s, notifications);
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<StoredNotification> Due(DateTimeOffset now, int most) => _connections.Read(s => OutboxTable.Due(s, now, most));

    /// <inheritdoc/>
    public StoredNotification? FindNotification(string id) => _connections.Read(s => OutboxTable.Find(s, id));

    /// <inheritdoc/>
    public IReadOnlyList<StoredNotification> NotificationsOf(string incident) => _connections.Read(s => OutboxTable.Of(s, incident));

    /// <inheritdoc/>
    public IReadOnlyList<StoredNotification> Find(NotificationState? state, AlertCursor? before, int most) => _connections.Read(s => OutboxTable.Find(s, state, before, most));

    /// <inheritdoc/>
    public IReadOnlyDictionary<NotificationState, long> CountNotifications() => _connections.Read(OutboxTable.Count);

    internal (long Alerts, long Incidents) Erase(Erasing.NameErasure erasure, CancellationToken cancel) => _connections.Write(s => ErasureTable.Erase(s, erasure, cancel));

    internal (long Documents, long AuditEntries) CountNaming(string name) => _connections.Read(s => ErasureTable.CountNaming(s, name));

    internal void Check(CheckReport report, CancellationToken cancel) => _connections.Read(s =>
    {
        TableCheck.Run(s, report, cancel);
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    private static void Check(AuditEntry entry)
    {
        if (entry.Detail.Length > 0) DocumentTable.CheckJson(entry.Detail);
    }
}
