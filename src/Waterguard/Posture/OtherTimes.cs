using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Storage.Archives;

namespace Waterguard.Posture;

/// <summary>What else the archive has: what is done as a matter of course, which a proposal must leave alone.</summary>
internal static class OtherTimes
{
    private const int Most = 20_000;
    private const long MostBytes = 1L << 30;
    private static readonly string[] s_sources = ["hubble.flows", "kubernetes.audit", "zeek.conn"];
    private static readonly TimeSpan s_before = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_after = TimeSpan.FromDays(1);

    // Reading, watching and listing asks for nothing that admission sees; commands in containers may be a GET.
    private static readonly byte[][] s_reading = [.. new[] { "get", "list", "watch" }.Select(v => Encoding.UTF8.GetBytes($"\"verb\":\"{v}\""))];
    private static readonly byte[][] s_connecting = [.. new[] { "exec", "attach", "portforward" }.Select(v => Encoding.UTF8.GetBytes($"\"subresource\":\"{v}\""))];

    /// <summary>The newest of them, of a month before the incident and a day after.</summary>
    /// <param name="data">The data folder; null: there is none.</param>
    /// <param name="notes">Gets what was not looked at.</param>
    public static ImmutableArray<SeenEvent> Of(string? data, DateTimeOffset at, List<string> notes, CancellationToken cancel)
    {
        if (data is null || !Directory.Exists(Archive.FolderIn(data)))
        {
            notes.Add("there is no archive: proposals were tried on the incident alone");
            return [];
        }

        var search = new ArchiveSearch(data, new ArchiveQuery(Bounded(at, -s_before), Bounded(at, s_after), []) { Sources = s_sources, Most = Most, MaxBytes = MostBytes, Fits = IsOfUse });
        var events = search.Run(cancel).Select(Read).OfType<SeenEvent>().ToImmutableArray();
        if (search.IsCut || events.Length >= Most) notes.Add(string.Create(CultureInfo.InvariantCulture, $"the archive has more than was looked at: the newest {events.Length} records were"));
        if (search.Unreadable > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{search.Unreadable} files of the archive could not be read whole"));
        return events;
    }

    private static bool IsOfUse(string source, ReadOnlyMemory<byte> line) =>
        source != "kubernetes.audit" || !Array.Exists(s_reading, v => line.Span.IndexOf(v) >= 0) || Array.Exists(s_connecting, c => line.Span.IndexOf(c) >= 0);

    private static SeenEvent? Read(ArchiveHit hit)
    {
        try
        {
            return SeenEvent.Of(hit.Source, JsonNode.Parse(hit.Json, documentOptions: new JsonDocumentOptions { MaxDepth = 1024 }));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // What is no sound JSON cannot be judged; scans report it.
            return null;
        }
    }

    private static DateTimeOffset Bounded(DateTimeOffset at, TimeSpan by) =>
        by < TimeSpan.Zero ? (at - DateTimeOffset.MinValue < -by ? DateTimeOffset.MinValue : at + by) : (DateTimeOffset.MaxValue - at < by ? DateTimeOffset.MaxValue : at + by);
}
