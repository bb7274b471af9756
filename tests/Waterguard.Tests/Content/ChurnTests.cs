using System.Globalization;
using System.Text;
using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Content;

/// <summary>Hundreds of chart installations, again and again for three days, are the usual thing; two hundred short-lived pods on top of them are not.</summary>
public sealed class ChurnTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Installations_are_quiet_and_a_burst_of_short_lived_pods_is_one_episode()
    {
        var pods = Pods();
        Assert.True(pods.Count > 20, $"{pods.Count} pods made or removed in the capture");
        using var folder = Repository.Folder();
        var usual = Enumerable.Range(0, 3 * 48).SelectMany(round => pods.Select(p => (At: Start.AddMinutes(30 * round) + p.Offset, p.Record))).ToArray();
        var burstAt = Start.AddDays(2).AddHours(13).AddMinutes(11);
        var burst = Enumerable.Range(0, 200).SelectMany(i => new[]
        {
            (At: burstAt.AddSeconds(i * 0.9), Record: Record("create", "loading-dock", $"quick-{i}", $"b-{i}")),
            (At: burstAt.AddSeconds((i * 0.9) + 8), Record: Record("delete", "loading-dock", $"quick-{i}", $"e-{i}")),
        });

        var quiet = Churn(folder.Write("quiet.ndjson", Lines(usual)));
        // The namespace has been known for as long as the others.
        var known = usual.Select((u, i) => (u.At, Record: i % 10 == 0 ? Record("create", "loading-dock", $"k-{i}", $"k-{i}") : u.Record));
        var loud = Churn(folder.Write("loud.ndjson", Lines(known.Concat(burst))));

        Assert.Empty(quiet);
        Assert.NotEmpty(loud);
        Assert.All(loud, a => Assert.Equal("loading-dock", a.GetProperty("group").GetProperty("orchestrator.namespace").GetString()));
        Assert.All(loud.GroupBy(a => a.GetProperty("title").GetString()), title => Assert.Single(title.Select(a => a.GetProperty("episode").GetString()).Distinct(StringComparer.Ordinal)));
        Assert.Contains(loud, a => a.GetProperty("title").GetString() == "More pods made than is usual");
    }

    private static JsonElement[] Churn(string file) =>
        [.. Tool.Run("scan", file, "-o", "json").Lines.Select(l => JsonDocument.Parse(l).RootElement).Where(a => a.GetProperty("title").GetString()!.EndsWith("than is usual", StringComparison.Ordinal))];

    private static string Lines(IEnumerable<(DateTimeOffset At, string Record)> records)
    {
        var text = new StringBuilder();
        foreach (var ((at, record), number) in records.OrderBy(r => r.At).Select((r, i) => (r, i)))
        {
            text.Append(record.Replace("TIME", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("NUMBER", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)).Append('\n');
        }

        return text.ToString();
    }

    // host, time, user, verb, resource, subresource, name, name in the answer, URI, audit id, stage, code
    private static List<(TimeSpan Offset, string Record)> Pods()
    {
        var pods = new List<(TimeSpan, string)>();
        DateTimeOffset? first = null;
        foreach (var line in File.ReadLines(Repository.Corpus("k8s-perfspec-benign-audit", "audit-logs.csv")))
        {
            var cells = line[(line.IndexOf("\"}\"\",", StringComparison.Ordinal) is var quoted and >= 0 ? quoted + 5 : line.IndexOf("}\",", StringComparison.Ordinal) + 3)..].Split(',');
            if (cells.Length < 11 || !DateTimeOffset.TryParse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) continue;
            first ??= at;
            if (cells[3] != "pods" || cells[4].Length > 0 || cells[2] is not ("create" or "delete")) continue;
            var path = cells[7].Split('/');
            var names = Array.IndexOf(path, "namespaces");
            pods.Add((at - first.Value, Record(cells[2], names >= 0 ? path[names + 1] : "none", cells[5], "u")));
        }

        return pods;
    }

    private static string Record(string verb, string space, string name, string id) => JsonSerializer.Serialize(new
    {
        kind = "Event", apiVersion = "audit.k8s.io/v1", level = "Metadata", auditID = id + "-NUMBER", stage = "ResponseComplete", requestURI = $"/api/v1/namespaces/{space}/pods/{name}", verb,
        user = new { username = "system:serviceaccount:kube-system:replicaset-controller" }, objectRef = new { resource = "pods", @namespace = space, name }, responseStatus = new { code = 201 }, requestReceivedTimestamp = "TIME",
        stageTimestamp = "TIME",
    });
}
