using System.Collections.Immutable;
using Waterguard.Content;
using Waterguard.Events.Framing;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>Follows files and folders: rotation by renaming and by copying, truncation, compressed files, files that come later.</summary>
internal sealed class TailTransport(InputDefinition input, TransportSurroundings surroundings) : ITransport
{
    private const int AtOnce = 4;
    private readonly TailSettings _settings = TailSettings.From(input.Settings);

    public static TransportKind Kind { get; } = new("tail", "Files and folders that are written to.", TailSettings.Keys, Create);

    public string Name => input.Name;

    public TransportProgress Progress { get; } = new(surroundings.Time);

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        var time = surroundings.Time;
        var reading = new TailReading(sink, Progress, _settings, input.Source, time);
        using var files = new TailFiles(sink, _settings, Progress, time, text => surroundings.Say(Name, text));
        files.Load();
        while (!stop.IsCancellationRequested)
        {
            files.Scan();
            var more = await ReadAllAsync(files, reading, stop);
            Progress.Lag(files.All.Sum(f => f.Behind));
            if (more) continue;
            try
            {
                // With many files even looking at them is work.
                await Task.Delay(TailSettings.Pause * (1 + (files.All.Count / 1000)), time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public async Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        await Task.CompletedTask;
        var findings = new List<InputFinding>();
        foreach (var pattern in _settings.Patterns)
        {
            var paths = pattern.Find(trouble => findings.Add(InputFinding.Lacks($"{trouble}: allow the user that runs waterguard to read it")));
            if (paths.Count == 0) findings.Add(InputFinding.Lacks($"{pattern.Text}: no file matches{(Path.Exists(pattern.Root) ? "" : $"; {pattern.Root} does not exist")}. Is the log written at all, and to this place?"));
            foreach (var path in paths.Take(10)) findings.AddRange(Look(path, probe));
            if (paths.Count > 10) findings.Add(InputFinding.Says($"{pattern.Text}: {paths.Count} files match; the first 10 were looked at"));
        }

        return findings;
    }

    private static InputFinding[] Look(string path, InputProbe probe)
    {
        try
        {
            using var content = FileContent.Open(path);
            var head = new byte[RecordReader.BatchBytes];
            var length = content.ReadAt(0, head);
            if (length == 0) return [InputFinding.Says($"{path}: is empty so far")];
            // The last line may be under way.
            if (length == head.Length || head[length - 1] != (byte)'\n') length = Math.Max(head.AsSpan(0, length).LastIndexOf((byte)'\n') + 1, length < head.Length ? length : 0);
            using var reader = new RecordReader(new MemoryStream(head, 0, length), path);
            var batch = new RecordBatch();
            reader.Read(batch);
            return [.. probe.Look(batch, path)];
        }
        catch (UnauthorizedAccessException)
        {
            return [InputFinding.Lacks($"{path}: may not be read; allow the user that runs waterguard to read it (a group such as adm often can)")];
        }
        catch (IOException e)
        {
            return [InputFinding.Lacks($"{path}: {e.Message}")];
        }
    }

    private async Task<bool> ReadAllAsync(TailFiles files, TailReading reading, CancellationToken stop)
    {
        var now = surroundings.Time.GetTimestamp();
        var ready = new List<(TailFile File, bool Quiet, bool Final)>();
        foreach (var known in files.All.ToArray())
        {
            var file = known.IsWhole() ? known : files.BeginAnew(known);
            var changed = file.Refresh(now);
            var still = surroundings.Time.GetElapsedTime(file.Grown, now);
            var quiet = still >= _settings.Quiet;
            var final = (file.IsGone && still >= TailSettings.Linger) || (file.Content.IsGzip && quiet);
            if (changed || file.WantsReading(quiet, final)) ready.Add((file, quiet, final));
            else if (file.IsGone && final) files.Drop(file);
        }

        var more = false;
        await Parallel.ForEachAsync(ready, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = CancellationToken.None }, async (one, _) =>
        {
            if (await one.File.ReadAsync(reading, one.Quiet, one.Final, stop)) more = true;
        });
        return more;
    }

    private static TailTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        ImmutableArray<string> paths = input.Settings.Texts("path");
        foreach (var path in paths.Where(p => !Path.IsPathRooted(p)))
        {
            bag.Error(Configuration.ConfigurationCodes.Unusable, input.Settings.LocationOf("path"), $"'{path}' must be a path from the root: where the service is started must not matter.");
            return null;
        }

        return new TailTransport(input, surroundings);
    }
}
