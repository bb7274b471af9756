using System.Collections.Immutable;

namespace Waterguard.Watching;

/// <summary>A tool that watches files, and is told by a configuration of its own which.</summary>
internal interface IWatchTool
{
    /// <summary>As people call it on the command line.</summary>
    string Name { get; }

    /// <summary>The configuration by which it watches the list.</summary>
    string Write(WatchList list);

    /// <summary>What a configuration of the tool watches. Never throws for what stands in it.</summary>
    WatchReading Read(string text);
}

/// <summary>What a tool watches.</summary>
/// <param name="Watches">Whether a change of the file's content would be told.</param>
/// <param name="Remarks">What else keeps it from being told, and lines that were not understood.</param>
internal sealed record WatchReading(Func<string, bool> Watches, ImmutableArray<string> Remarks)
{
    public static WatchReading Nothing(string remark) => new(_ => false, [remark]);
}

/// <summary>Every tool that is known.</summary>
internal static class WatchTools
{
    public static ImmutableArray<IWatchTool> All { get; } = [new AideRules(), new AuditRules(), new OsqueryPack(), new SyscheckDirectories()];

    public static IWatchTool? Find(string name) => All.FirstOrDefault(t => t.Name == name);
}
