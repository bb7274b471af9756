using System.Globalization;
using Waterguard.Content;
using Waterguard.Events.Framing;
using Waterguard.Platforms.Outbound;
using Waterguard.Sources.Configuration;
using Waterguard.Sources.Transports.Cloud;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>Reads what Azure writes into a storage account hour by hour, while it is being written.</summary>
internal sealed class BlobTransport(InputDefinition input, TransportSurroundings surroundings) : ITransport
{
    private const string Frontier = "hours";
    private const string Version = "from1:";
    private const int AtOnce = 4;
    private readonly BlobSettings _settings = BlobSettings.From(input.Settings);
    private IReadOnlyList<(string Container, string Prefix)> _folders = [];
    private DateTimeOffset _discoverAt;

    public static TransportKind Kind { get; } = new("azure-blobs", "Logs that Azure writes into a storage account, hour by hour: insights-logs-*, flow logs (PT1H.json).", BlobSettings.Keys, Create);

    public string Name => input.Name;

    public TransportProgress Progress { get; } = new(surroundings.Time);

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        using var store = new BlobStore(_settings, input.Settings, surroundings, Progress);
        var reading = new BlobReading(store, sink, _settings, input.Source, Progress, text => surroundings.Say(Name, text));
        var (backoff, time) = (Backoff.Of(surroundings.Time), surroundings.Time);
        await CloudRounds.RunAsync(
            Name, "", surroundings, Progress, backoff,
            async worked =>
            {
                await RoundAsync(store, reading, sink, backoff, stop);
                worked();
                await Task.Delay(_settings.Every, time, stop);
            },
            Advice, stop);
    }

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        using var store = new BlobStore(_settings, input.Settings, surroundings, Progress);
        var (findings, folders) = (new List<InputFinding>(), new BlobFolders(store, _settings, Progress));
        if (Signature() is { } signature)
        {
            if (signature.Lacks(surroundings.Time.GetUtcNow(), Finds) is { } lack) return [InputFinding.Lacks($"{_settings.Account}: the signature cannot be used: {lack}")];
            if (signature.Until is { } until) findings.Add(InputFinding.Says($"{_settings.Account}: the signature ends at {AccessSignature.Word(until)}"));
        }

        try
        {
            var containers = await folders.ContainersAsync(cancel);
            if (containers.Count == 0) return [InputFinding.Lacks($"{_settings.Account}: there is no container {string.Join(", ", _settings.Containers)} yet. Monitor > Diagnostic settings (or Network Watcher > Flow logs): send the log categories to this storage account; the first blob comes within minutes of the first event")];
            var found = await folders.FindAsync(cancel);
            foreach (var container in containers)
            {
                var mine = found.Where(f => f.Container == container).ToArray();
                if (mine.Length == 0) findings.Add(InputFinding.Lacks($"{container}: has no folder of hours (…/y=…/m=…); is it written by a diagnostic setting or by flow logs?"));
                else findings.AddRange(await LookAsync(store, mine, probe, cancel));
            }
        }
        catch (Exception e) when (CloudCalls.IsTheirs(e))
        {
            findings.Add(InputFinding.Lacks(Advice(e)));
        }

        return findings;
    }

    private async Task<IReadOnlyList<InputFinding>> LookAsync(BlobStore store, (string Container, string Prefix)[] folders, InputProbe probe, CancellationToken cancel)
    {
        var now = BlobHours.Begin(surroundings.Time.GetUtcNow());
        for (var hour = now; hour > now - _settings.Start; hour = hour.AddHours(-1))
        {
            await foreach (var blob in store.BlobsAsync(folders[0].Container, folders[0].Prefix + BlobHours.Folder(hour), cancel))
            {
                if (await store.ReadAsync(blob, 0, (int)Math.Min(blob.Length, 256 * 1024), cancel) is not { } head) continue;
                var places = new List<(int Start, int Length)>();
                GrowingRecords.Read(head, BlobShape.Unknown, places);
                var block = new RecordBlock();
                foreach (var (start, length) in places) block.Add(head.AsSpan(start, length), block.Count + 1, start);
                return [.. probe.Look(block, blob.Path), InputFinding.Says($"{folders[0].Container}: {folders.Length} resources write here")];
            }
        }

        return [InputFinding.Lacks($"{folders[0].Container}: nothing was written within {_settings.Start.TotalHours:F0} hours; is the diagnostic setting still there, and does the resource do anything?")];
    }

    private async Task RoundAsync(BlobStore store, BlobReading reading, IInputSink sink, Backoff backoff, CancellationToken stop)
    {
        var now = surroundings.Time.GetUtcNow();
        if (now >= _discoverAt)
        {
            _folders = await new BlobFolders(store, _settings, Progress).FindAsync(stop);
            _discoverAt = now + _settings.Discover;
        }

        var from = TakeUp(sink, now);
        // Writers' clocks may be ahead.
        var hours = new List<DateTimeOffset>();
        for (var hour = from; hour <= now.AddMinutes(15); hour = hour.AddHours(1)) hours.Add(hour);
        var isWhole = true;
        await Parallel.ForEachAsync(_folders, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop }, async (folder, cancel) =>
        {
            foreach (var hour in hours)
            {
                await foreach (var blob in store.BlobsAsync(folder.Container, folder.Prefix + BlobHours.Folder(hour), cancel))
                {
                    if (!await reading.ReadAsync(blob, Backoff.Of(surroundings.Time), stop)) isWhole = false;
                }
            }
        });
        stop.ThrowIfCancellationRequested();
        var next = Later(from, BlobHours.Begin(now) - _settings.Late);
        if (!isWhole || Stored(sink) == next) return;
        await Handover.UntilTakenAsync(sink, new TransportBatch(Frontier, new RecordBlock().ToArray(), 0) { Position = Version + next.ToString("O", CultureInfo.InvariantCulture), Over = Over(sink, next) }, Progress, backoff, stop);
    }

    private DateTimeOffset TakeUp(IInputSink sink, DateTimeOffset now) => Stored(sink) ?? BlobHours.Begin(now - _settings.Start);

    private static DateTimeOffset? Stored(IInputSink sink) =>
        sink.PositionOf(Frontier) is { } text && text.StartsWith(Version, StringComparison.Ordinal)
        && DateTimeOffset.TryParseExact(text.AsSpan(Version.Length), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from) ? from : null;

    // Blobs of hours that are not looked at any more. A day longer, for whoever makes 'late' longer.
    private static string[] Over(IInputSink sink, DateTimeOffset from) => [.. sink.Partitions.Where(p => BlobHours.Of(p) is { } hour && hour < from.AddDays(-1))];

    // Only a container that is named needs no right to list containers.
    private bool Finds => _settings.Containers.Any(c => c.EndsWith('*'));

    private AccessSignature? Signature() => input.Settings.Text("credential") == "sas" && input.Settings.Secret("sas")?.Read(out _) is { } text ? AccessSignature.Parse(text) : null;

    private string Advice(Exception e) => e is not ApiRefusedException refused ? e.Message
        : refused.Status is 401 or 403 && Signature()?.Lacks(surroundings.Time.GetUtcNow(), Finds) is { } lack ? $"{_settings.Account} does not accept the signature ({refused.Error.Code}): {lack}"
        : BlobAdvice.Of(_settings.Account, refused);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static BlobTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var (values, errors) = (input.Settings, bag.ErrorCount);
        AzureKeys.CheckAddress(values, "endpoint", bag);
        var kind = values.Text("credential");
        var needs = kind switch { "sas" => "sas", "shared-key" => "shared_key", _ => null };
        if (needs is null) AzureKeys.Check(values, bag);
        else if (values.Secret(needs) is null) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("credential"), $"The credential '{kind}' needs '{needs}'.");
        if (values.Text("account") is { } account && !account.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9'))) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("account"), $"'{account}' is no name of a storage account: small letters and digits.");
        return bag.ErrorCount > errors ? null : new BlobTransport(input, surroundings);
    }
}
