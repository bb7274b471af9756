using System.Text;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Events.Framing;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports;

namespace Waterguard.Tests.Sources.Transports;

/// <summary>Keeps what is handed over, with positions, as the journal does.</summary>
internal sealed class MemorySink : IInputSink
{
    private readonly Lock _lock = new();
    private readonly List<string> _records = [];
    private readonly Dictionary<string, string> _positions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    public Delivery Answer { get; set; } = Delivery.Accepted;

    public IReadOnlyList<string> Records
    {
        get
        {
            lock (_lock) return [.. _records];
        }
    }

    public IReadOnlyList<string> Partitions
    {
        get
        {
            lock (_lock) return [.. _positions.Keys.Order(StringComparer.Ordinal)];
        }
    }

    public string? PositionOf(string partition)
    {
        lock (_lock) return _positions.GetValueOrDefault(partition);
    }

    public Task<Delivery> DeliverAsync(TransportBatch batch, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (Answer != Delivery.Accepted) return Task.FromResult(Answer);
            if (batch.Key is { } key && !_keys.Add(key)) return Task.FromResult(Delivery.Duplicate);
            var read = new RecordBatch();
            RecordBlock.Read(batch.Block, batch.Place, 0, read);
            foreach (var record in read.Records.ToArray()) _records.Add(Encoding.UTF8.GetString(read.Buffer, record.Start, record.Length));
            if (batch.Position is { } position) _positions[batch.Partition] = position;
            foreach (var over in batch.Over) _positions.Remove(over);
            return Task.FromResult(Delivery.Accepted);
        }
    }

    /// <summary>A transport as the configuration would make it.</summary>
    public static ITransport Transport(string settings, out List<string> said, TimeProvider? time = null, HttpMessageHandler? network = null)
    {
        var told = said = [];
        var mapping = (YamlMapping)YamlFile.Parse("w.yaml", "{name: in, " + settings + "}").Documents[0].Root;
        var kind = TransportCatalog.Find(((YamlScalar)mapping["transport"]!).Text)!;
        var bag = new DiagnosticBag();
        var values = SettingValues.Read(mapping, mapping.Location, kind.Settings, ["name", "transport", "source"], bag);
        var input = new InputDefinition("in", (mapping["source"] as YamlScalar)?.Text, kind, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, values, mapping.Location);
        var transport = kind.Create(input, new TransportSurroundings(time ?? TimeProvider.System, (_, text) => { lock (told) told.Add(text); }, network), bag);
        Xunit.Assert.Empty(bag.ToSorted());
        return transport!;
    }
}

/// <summary>A transport while it runs.</summary>
internal sealed class RunningTransport : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public RunningTransport(ITransport transport, MemorySink sink)
    {
        Transport = transport;
        _run = Task.Run(() => transport.RunAsync(sink, _stop.Token));
    }

    public ITransport Transport { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(20));
        _stop.Dispose();
    }
}
