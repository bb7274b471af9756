using System.Collections.Immutable;
using Waterguard.Response.Playbooks;

namespace Waterguard.Responding;

/// <summary>What the steps of a run have written beside each other: bundles, timelines, proposals.</summary>
internal static class RunEvidence
{
    private static readonly ImmutableArray<string> s_keys = ["bundle", "file"];

    /// <summary>The name of the file that a step has written; null: none, or it is not done.</summary>
    public static string? NameOf(StepRun step) =>
        step.State == StepState.Done && s_keys.Select(k => step.Plan?.Memento.GetValueOrDefault(k)).FirstOrDefault(f => !string.IsNullOrEmpty(f)) is { } file ? Path.GetFileName(file) : null;

    /// <summary>Opens a file of a run. Only what one of its steps has written is found, by its whole name: no name that is asked for becomes a part of a path.</summary>
    /// <param name="folder">Where evidence is kept.</param>
    /// <returns>Null: no step has written such a file, or it is not there any more.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileStream? Open(ResponseRun run, string folder, string name)
    {
        if (run.Steps.Select(NameOf).FirstOrDefault(n => n == name) is not { } own) return null;
        var file = new FileInfo(Path.Combine(folder, own));
        // A link is nothing that a step has written.
        if (!file.Exists || file.LinkTarget is not null) return null;
        return new FileStream(file.FullName, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
    }
}
