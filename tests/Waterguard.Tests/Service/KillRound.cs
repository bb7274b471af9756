using System.Globalization;
using System.Text.Json;
using Waterguard.Alerting.Grouping;
using Waterguard.Storage.Checks;
using Waterguard.Storage.Postgres;
using Waterguard.Storage.Sqlite;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>One run of records into a service that is killed at random moments.</summary>
internal sealed class KillRound(string folder, int records, int kills, Random random) : IDisposable
{
    // How far a sender may be ahead of the next kill: there is always more to come, and some of it under way.
    private const int Ahead = 3000;

    private readonly string _data = Path.Combine(folder, "data");
    private readonly string _rules = Path.Combine(folder, "rules.yml");
    private readonly int[] _at = [.. Enumerable.Range(0, kills).Select(_ => random.Next(200, records * 9 / 10)).Order()];
    private ServiceProcess? _service;
    private volatile Uri? _address;
    private int _mayWrite;

    public string Folder => folder;

    public int Records => records;

    public Random Random => random;

    public List<long> KilledAt { get; } = [];

    public Uri? Address => _address;

    /// <summary>What must happen once the service runs for the first time; gives what then goes on beside it.</summary>
    public Func<Task<Task>>? Prepare { get; set; }

    public Task? Writing { get; private set; }

    private string Configuration => Path.Combine(folder, "waterguard.yaml");

    /// <summary>A record: every fiftieth of them alerts.</summary>
    public string Record(int number) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"id\":\"r-{number}\",\"kind\":\"{(number % 50 == 0 ? "bad" : "good")}\",\"text\":\"größer {new string('x', number % 97)}\"}}");

    /// <summary>How a database is reached that holds the store; null: the store is in the data folder.</summary>
    public string? Postgres { get; init; }

    public void Configure(string inputs)
    {
        File.WriteAllText(_rules, "title: Bad\nid: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6a001\nlevel: high\nlogsource: {product: any}\ndetection: {s: {kind: bad}, condition: s}\n");
        var store = "";
        if (Postgres is not null)
        {
            var connection = Path.Combine(folder, "connection");
            File.WriteAllText(connection, Postgres);
            store = $"store: {{kind: postgresql, connection: 'file:{connection}'}}\n";
        }

        File.WriteAllText(Configuration, $"{store}data: '{_data}'\ncontent: {{builtin: false, rules: '{_rules}'}}\ninputs:\n{inputs}");
    }

    /// <summary>Lets a sender go on when the next kill is not far behind.</summary>
    public Task Room(int number) => Until.True(() => number < Volatile.Read(ref _mayWrite), "there is room for more", 300);

    public async Task KillAndRestartAsync()
    {
        foreach (var at in _at)
        {
            await StartAsync();
            Volatile.Write(ref _mayWrite, at + Ahead);
            if (Writing is null && Prepare is not null) Writing = await Prepare();
            await Until.True(() => JournalContents.Count(_data) >= at, $"{at} records are in the journal", 300);
            _address = null;
            await _service!.KillAsync();
            KilledAt.Add(JournalContents.Count(_data));
            _service.Dispose();
        }

        await StartAsync();
        Volatile.Write(ref _mayWrite, int.MaxValue);
    }

    /// <summary>Waits for all records, ends the service, and compares.</summary>
    public async Task FinishAsync(IReadOnlyCollection<string>? expected = null)
    {
        expected ??= [.. Enumerable.Range(0, records).Select(Record)];
        await Until.True(() => JournalContents.Count(_data) >= expected.Count, $"{expected.Count} records are in the journal; {JournalContents.Count(_data)} are", 300);
        Assert.True(await _service!.StopAsync() == 0, string.Join('\n', _service.Log));

        var kept = JournalContents.Records(_data).ToArray();
        Assert.Equal(expected.Count, kept.Length);
        Assert.Equal(expected.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));

        // The store holds what a scan of the same records finds.
        var all = Path.Combine(folder, "all.ndjson");
        await File.WriteAllLinesAsync(all, expected);
        var scanned = Tool.Run("scan", all, "--no-builtin", "--rules", _rules, "--source", expected.First().Contains("\"Actor\"", StringComparison.Ordinal) ? "docker.events" : "json", "-o", "json");
        var ids = scanned.Lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()!).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(ids);
        using var store = Postgres is null ? SqliteStore.Open(_data) : PostgresStore.Open(Postgres);
        Assert.Equal(ids, store.Alerts(int.MaxValue).Select(a => a.Id).Order(StringComparer.Ordinal));

        // Each in the incident in which it is when all come at once; and nothing that does not fit.
        var together = IncidentGrouping.Tie(store.Alerts(int.MaxValue).Select(a => TiedAlert.Read(a.Id, a.Time, a.Json))).Select(g => string.Join(' ', g.Select(a => a.Id))).Order(StringComparer.Ordinal);
        Assert.Equal(together, store.Alerts(int.MaxValue).GroupBy(a => a.Incident!, StringComparer.Ordinal).Select(g => string.Join(' ', g.Select(a => a.Id))).Order(StringComparer.Ordinal));
        Assert.Empty(DataCheck.Run(_data, store, CancellationToken.None).Findings);
    }

    public void UseRule(string detection, string logsource) => File.WriteAllText(_rules, $"title: Bad\nid: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6a001\nlevel: high\nlogsource: {logsource}\ndetection: {detection}\n");

    public void Dispose() => _service?.Dispose();

    private async Task StartAsync()
    {
        _service = await ServiceProcess.StartAsync(Configuration);
        _address = _service.Log.Any(l => l.Contains("\"http\":\"http", StringComparison.Ordinal)) ? _service.Address : null;
    }
}
