using Waterguard.Content;
using Waterguard.Pipeline;

namespace Waterguard.Service;

/// <summary>Looks after the files of rules, lists and other content that the configuration names. When they have changed, and have stopped changing, they are read and checked as a whole: sound
/// content takes the place of the old between two batches; otherwise the old one stays, and the log says why.</summary>
internal sealed class ContentWatch(ContentOptions options, Action<Generation> swap, TimeProvider time, ServiceLog log)
{
    private const int MostTold = 20;
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    /// <summary>Changes that were refused.</summary>
    public long Refused { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        var used = State();
        var before = used;
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = State();
                var settled = now == before;
                before = now;
                if (!settled || now == used) continue;
                used = now;
                Load();
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private void Load()
    {
        try
        {
            var generation = GenerationLoader.Load(options);
            var errors = generation.Diagnostics.Where(d => d.Severity == Severity.Error).ToArray();
            if (errors.Length == 0)
            {
                swap(generation);
                return;
            }

            Refuse(errors.Take(MostTold).Select(e => e.ToString()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse([e.Message]);
        }
    }

    private void Refuse(IEnumerable<string> errors)
    {
        Refused++;
        log.Say("error", "changed content has errors: the old one stays in use", ("errors", errors));
    }

    // Paths, sizes and times of all files, as one text: whatever is done to a file changes one of them.
    private string State()
    {
        var files = options.Content.Concat(options.Rules).Concat(options.Lists).SelectMany(Below).Order(StringComparer.Ordinal);
        return string.Join('\n', files.Select(f => new FileInfo(f)).Select(f => f.Exists ? $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}" : f.FullName));
    }

    private static IEnumerable<string> Below(string path)
    {
        try
        {
            return Directory.Exists(path) ? Directory.GetFiles(path, "*", SearchOption.AllDirectories) : [path];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [path];
        }
    }
}
