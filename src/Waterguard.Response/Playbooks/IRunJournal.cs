namespace Waterguard.Response.Playbooks;

/// <summary>Keeps runs, each change with a line that says who did what: what was written is there after a crash. Thread-safe.</summary>
public interface IRunJournal
{
    /// <summary>A run; null: there is none.</summary>
    ResponseRun? Find(string id);

    /// <summary>All runs, oldest first.</summary>
    IReadOnlyList<ResponseRun> Runs();

    /// <summary>Writes a run as it is now. Durable when it returns.</summary>
    /// <param name="run">With the revision that it was read with.</param>
    /// <returns>The run with its new revision; null: somebody else has changed it since, and nothing was written.</returns>
    ResponseRun? Put(ResponseRun run, RunEntry entry);
}

/// <summary>Who did what in a run.</summary>
/// <param name="What">Such as <c>response.acted</c>.</param>
public sealed record RunEntry(DateTimeOffset At, string Actor, string What, string Step, string Detail);
