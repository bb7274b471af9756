using System.Text.Json;
using System.Text.RegularExpressions;
using Waterguard.Content;
using Waterguard.Pipeline;

namespace Waterguard.Validation.Live;

/// <summary>What a live validation works with.</summary>
/// <param name="Engine">The engine's address, <c>unix://PATH</c>.</param>
/// <param name="Containerd">The socket of containerd.</param>
/// <param name="Home">The folder of scenarios' files; what was cut off is found in it again.</param>
/// <param name="Content">The content that is validated.</param>
internal sealed partial record LiveSettings(string Engine, string Containerd, string Home, ContentOptions Content)
{
    /// <summary>Whether scenarios may take minutes.</summary>
    public bool IsPatient { get; init; }

    /// <summary>The name under which the sensor and the engine speak of this machine.</summary>
    public const string Host = "waterguard-live";

    /// <summary>Where scenarios' files are, if nothing else is said: kept over a crash, and not open to others.</summary>
    public static string UsualHome => Environment.UserName == "root" ? "/var/lib/waterguard-live" : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "waterguard-live");

    /// <summary>Where the sensor writes.</summary>
    public static string SensorFile(string folder) => Path.Combine(folder, "sensor.ndjson");

    /// <summary>The configuration of the service: the engine's events, the sensor's records, the reports of integrity checks, and the kernel's audit where it is listened to.</summary>
    public string Configuration(string folder, bool hasAudit) => $$$"""
        data: {{{Quoted(Path.Combine(folder, "data"))}}}
        archive: {enabled: false}
        min_level: informational
        time: {lateness: 1s, idle_after: 10s}
        content:
          builtin: {{{(Content.BuiltIn ? "true" : "false")}}}
          folders: [{{{string.Join(", ", Content.Content.Append(Path.Combine(folder, "content")).Select(Quoted))}}}]
          rules: [{{{string.Join(", ", Content.Rules.Select(Quoted))}}}]
          lists: [{{{string.Join(", ", Content.Lists.Select(Quoted))}}}]
        canaries:
          - {name: engine, plant: docker-volume, at: {{{Quoted(Engine)}}}, source: docker.events, every: 20s, within: 10s}
        {{{(hasAudit ? $"  - {{name: audit, plant: file, at: {Quoted(LiveAudit.Watched(folder))}, source: linux.auditd, every: 10s, within: 10s}}" : "")}}}
        inputs:
          - {name: engine, transport: docker, host: {{{Quoted(Engine)}}}, stats: 5s, labels: {host.name: {{{Host}}} } }
          - {name: sensor, transport: tail, path: {{{Quoted(SensorFile(folder))}}}, quiet: 1s}
          - {name: integrity, transport: tail, path: {{{Quoted(Path.Combine(Home, "*", "aide.json"))}}}, source: aide.report, quiet: 1s}
        {{{(hasAudit ? $"  - {{name: audit, transport: tail, path: {Quoted(LiveAudit.Log(folder))}, source: linux.auditd, quiet: 1s, labels: {{host.name: {Host}}} }}" : "")}}}

        """;

    /// <summary>Writes detections once more, for the service of this validation only: they learn for a shorter time, or look less far around.</summary>
    public void Hasten(IReadOnlySet<string> rules, TimeSpan? learn, TimeSpan? look, string folder)
    {
        foreach (var (path, written) in new ContentFiles(Content.BuiltIn, Content.Content).Below("strategies", p => p.Contains("/detections/", StringComparison.Ordinal)))
        {
            var text = written;
            if (!rules.Any(r => text.Contains($"id: {r}\n", StringComparison.Ordinal))) continue;
            var hastened = Path.Combine(folder, "content", path);
            Directory.CreateDirectory(Path.GetDirectoryName(hastened)!);
            if (learn is { } time) text = Learns().Replace(text, $"  learn: {(long)time.TotalSeconds}s");
            File.WriteAllText(hastened, look is { } around ? Looks().Replace(text, $"  timespan: {(long)around.TotalSeconds}s") : text);
        }
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    [GeneratedRegex("^  learn: [0-9]+[smhdw]\\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Learns();

    [GeneratedRegex("^  timespan: [0-9]+[smhdw]\\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Looks();
}
