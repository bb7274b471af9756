using System.Collections.Immutable;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>How files are followed.</summary>
internal sealed record TailSettings(ImmutableArray<PathPattern> Patterns, bool FromEnd, int MaxRecord, TimeSpan Quiet)
{
    /// <summary>How often files are looked at.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a file that is gone, or was renamed away, is still read: who writes it may not have noticed yet.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    public static ImmutableArray<Setting> Keys { get; } =
    [
        new("path", SettingType.Texts, "Files to follow: paths with *, ? and ** (any folders); a folder stands for the files in it. Compressed rotated files may be among them.") { Required = true },
        new("start", SettingType.Word, "Where to begin in files that are there at the very first start.") { Words = ["beginning", "end"], Default = "beginning" },
        new("max_record", SettingType.Size, "A longer record is skipped and counted.") { Default = "16MiB", Least = 256 << 10, Most = 64 << 20 },
        new("quiet", SettingType.Duration, "After this much silence, what waits for more lines is taken as complete: an audit event without its end, a JSON object without line end.") { Default = "5s", Least = 1, Most = 3600 },
    ];

    public static TailSettings From(SettingValues values) => new(
        [.. values.Texts("path").Select(p => new PathPattern(p))], values.Text("start") == "end", (int)values.Number("max_record"), values.Duration("quiet"));
}
