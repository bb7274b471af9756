using System.Text.Json;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Triage;

/// <summary>What is known to be benign is marked and counted, and comes back when something speaks against it: through the tool, as its user has it.</summary>
public sealed class SuppressionTests
{
    private const string Rules = """
        title: Pod made
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6c011
        level: low
        logsource: {product: kubernetes, service: audit}
        detection: {s: {verb: create, objectRef.resource: pods, objectRef.subresource: null}, condition: s}
        ---
        title: Command run in a pod
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6c012
        level: high
        logsource: {product: kubernetes, service: audit}
        detection: {s: {objectRef.subresource: exec}, condition: s}
        ---
        title: Many pods
        id: 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6c013
        level: medium
        correlation: {type: event_count, rules: [6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6c011], group-by: [user.username], timespan: 5m, generate: true, condition: {gte: 3}}
        """;

    private const string Suppression = """
        id: builds
        reason: The build farm makes pods.
        owner: platform
        expires: 2027-01-01
        applies_to: [6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6c011, 6d2f1b1c-8f6e-4b52-9f5d-0c5cf0e6c013]
        when: {objectRef.namespace: build, entity.identity|lookup: robots}
        during: {cron: "0 8 * * *", duration: 12h}
        """;

    [Fact]
    public void Covered_alerts_are_left_out_counted_and_shown_when_asked_for()
    {
        using var site = new Site(Suppression);
        var (alerts, stats, errors) = site.Scan(Made(0, "robot"), Made(1, "robot"), Made(2, "robot"), Made(3, "ann"));
        Assert.Equal(["Pod made"], alerts.Select(Title));
        Assert.Equal(4, stats.GetProperty("suppressed").GetProperty("builds").GetInt32());
        Assert.Contains("known to be benign: 4 by builds", errors, StringComparison.Ordinal);

        var all = site.Scan("--include-suppressed", Made(0, "robot"), Made(1, "robot"), Made(2, "robot"), Made(3, "ann")).Alerts;
        Assert.Equal(["builds", "builds", "builds", "builds", null], all.Select(a => a.GetProperty("suppressed_by").GetString()).OrderBy(s => s is null));
    }

    [Fact]
    public void A_correlation_is_covered_only_when_all_that_it_shows_is()
    {
        using var site = new Site(Suppression);
        var (alerts, _, _) = site.Scan(Made(0, "robot"), Made(1, "robot", "shop"), Made(2, "robot"));
        Assert.Equal(["Many pods", "Pod made"], alerts.Select(Title).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Outside_of_its_hours_and_after_its_end_it_covers_nothing()
    {
        using var night = new Site(Suppression.Replace("0 8 * * *", "0 22 * * *", StringComparison.Ordinal).Replace("12h", "6h", StringComparison.Ordinal));
        Assert.Single(night.Scan(Made(0, "robot")).Alerts);
        using var ended = new Site(Suppression.Replace("2027-01-01", "2026-11-01", StringComparison.Ordinal));
        Assert.Single(ended.Scan(Made(0, "robot")).Alerts);
    }

    [Fact]
    public void A_second_signal_on_the_same_identity_lifts_it_and_is_named()
    {
        using var site = new Site(Suppression);
        var (alerts, _, _) = site.Scan(Made(0, "robot"), Exec(40, "robot"));
        var exec = alerts.Single(a => Title(a) == "Command run in a pod");
        var made = alerts.Single(a => Title(a) == "Pod made");
        Assert.Null(made.GetProperty("suppressed_by").GetString());
        Assert.Equal("builds", made.GetProperty("suppression_lifted").GetProperty("suppression").GetString());
        Assert.Equal(exec.GetProperty("id").GetString(), made.GetProperty("suppression_lifted").GetProperty("by").GetString());
        Assert.Single(site.Scan(Made(0, "robot"), Exec(40, "ann")).Alerts);
    }

    [Fact]
    public void A_suppression_that_cannot_be_read_is_an_error_with_its_place_and_covers_nothing()
    {
        using var site = new Site(Suppression.Replace("owner: platform\n", "", StringComparison.Ordinal));
        var (alerts, _, errors) = site.Scan(Made(0, "robot"));
        Assert.Single(alerts);
        Assert.Contains("strategies/own/suppressions/builds.yml:1:1", errors, StringComparison.Ordinal);
    }

    private static string Title(JsonElement alert) => alert.GetProperty("title").GetString()!;

    private static string Made(int minute, string user, string ns = "build") => Record(minute, user, ns, "create", "\"resource\":\"pods\"");

    private static string Exec(int minute, string user) => Record(minute, user, "build", "create", "\"resource\":\"pods\",\"name\":\"p\",\"subresource\":\"exec\"");

    private static string Record(int minute, string user, string ns, string verb, string target) =>
        $"{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"auditID\":\"6e3f{minute:0000}-0000-4000-8000-000000000000\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/api/v1/namespaces/{ns}/pods\",\"verb\":\"{verb}\",\"user\":{{\"username\":\"{user}\"}},\"sourceIPs\":[\"192.0.2.1\"],\"userAgent\":\"kubectl\",\"objectRef\":{{{target},\"namespace\":\"{ns}\",\"apiVersion\":\"v1\"}},\"responseStatus\":{{\"code\":201}},\"requestReceivedTimestamp\":\"2026-11-02T09:{minute:00}:00.000000Z\",\"stageTimestamp\":\"2026-11-02T09:{minute:00}:00.100000Z\"}}";

    private sealed class Site : IDisposable
    {
        private readonly TemporaryFolder _folder = Repository.Folder();
        private readonly string _content;

        public Site(string suppression)
        {
            _folder.Write("content/strategies/own/detections/r.yml", Rules);
            _folder.Write("content/strategies/own/suppressions/builds.yml", suppression);
            _folder.Write("content/lists/robots.txt", "robot\n");
            _content = Path.Combine(_folder.Path, "content");
        }

        public (IReadOnlyList<JsonElement> Alerts, JsonElement Stats, string Errors) Scan(params string[] records)
        {
            var options = records.Where(r => r.StartsWith('-')).ToArray();
            var log = _folder.Write("audit.log", string.Join('\n', records.Except(options, StringComparer.Ordinal)) + "\n");
            var stats = Path.Combine(_folder.Path, "stats.json");
            var result = Tool.Run(["scan", log, "-o", "json", "--no-builtin", "--content", _content, "--stats", stats, .. options]);
            Assert.Equal(0, result.Code);
            return ([.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)], JsonDocument.Parse(File.ReadAllText(stats)).RootElement, result.Error);
        }

        public void Dispose() => _folder.Dispose();
    }
}
