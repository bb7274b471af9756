using Waterguard.Response.Playbooks;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>A journal in memory, that may be cut off when it writes.</summary>
internal sealed class RunShelf : IRunJournal
{
    private readonly SortedDictionary<string, ResponseRun> _runs = new(StringComparer.Ordinal);

    /// <summary>Called before each entry is kept.</summary>
    public Action<RunEntry> Before { get; set; } = _ => { };

    public ResponseRun? Find(string id) => _runs.GetValueOrDefault(id);

    public IReadOnlyList<ResponseRun> Runs() => [.. _runs.Values];

    public ResponseRun? Put(ResponseRun run, RunEntry entry)
    {
        Before(entry);
        if ((_runs.GetValueOrDefault(run.Id)?.Revision ?? 0) != run.Revision) return null;
        return _runs[run.Id] = run with { Revision = run.Revision + 1 };
    }
}
