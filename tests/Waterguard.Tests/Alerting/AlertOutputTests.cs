using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Waterguard.Alerting;
using Waterguard.Alerting.Output;
using Waterguard.Content;
using Waterguard.Detection.Matching;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Alerting;

/// <summary>The JSON of an alert is a contract: updating the golden files is intentional, never automatic.</summary>
public sealed class AlertOutputTests
{
    [Theory]
    [InlineData("rule-alert.json")]
    [InlineData("rule-alert-without-time.json")]
    [InlineData("correlation-alert.json")]
    public void An_alert_is_written_as_its_golden_file_says(string name) => AssertGolden(name, AlertJson.Write, Named(name));

    [Theory]
    [InlineData("rule-alert.ocsf.json")]
    [InlineData("correlation-alert.ocsf.json")]
    public void An_alert_is_written_as_a_detection_finding_of_ocsf(string name) => AssertGolden(name, OcsfJson.Write, Named(name));

    [Fact]
    public void Each_alert_is_one_line()
    {
        var text = Write(Some() with { Reason = "two\nlines\u2028three" }, AlertJson.Write, indented: false);

        Assert.DoesNotContain('\n', text);
    }

    [Fact]
    public void Two_stages_of_a_record_are_one_alert_with_the_evidence_of_both()
    {
        var first = Some();
        var second = first with { Time = first.Time.AddSeconds(1), Events = [first.Events[0] with { Line = 13, Time = first.Time.AddSeconds(1) }] };

        var (one, other) = (AlertFactory.Join(first, second), AlertFactory.Join(second, first));

        Assert.Equal(Write(one, AlertJson.Write, true), Write(other, AlertJson.Write, true));
        Assert.Equal((first.Time, 2), (one.Time, one.Events.Length));
        Assert.Equal(2, one.EventCount);
    }

    internal static Alert Some()
    {
        var header = new RuleHeader(
            "6f1c0f36-5b1e-4a8c-9a44-0b6f5d1a2c01", "privileged_container", "A privileged container was asked for", "stable", Level.High, "Why it matters.",
            ["attack.t1611"], ["T1611", "T1610.001"], [], [], null, CustomAttributes.None, "hash", new SourceLocation("rule.yml", 1, 1));
        var time = new DateTimeOffset(2026, 11, 2, 8, 0, 0, 12, TimeSpan.Zero);
        var raw = """{"verb":"create","user":{"username":"ines"},"n":1.50,"list":[true,null],"text":"<ä>&\"\n"}"""u8.ToArray();
        return new Alert(
            "0123456789abcdef0123456789abcdef", time, header, IsCorrelation: false, "container-runtime-evasion", "ines asked for a privileged container",
            ImmutableSortedDictionary<string, string>.Empty, null, null,
            ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal).Add("identity", ["ines"]).Add("image", ["a", "b"]).Add("address", ["10.8.4.20"]),
            [new Evidence("kubernetes.audit", "audit.ndjson", 12, 3456, time, raw)], 1, null);
    }

    private static Alert Named(string name)
    {
        var alert = Some();
        if (name.Contains("without-time", StringComparison.Ordinal))
        {
            return alert with { Time = DateTimeOffset.UnixEpoch, Strategy = null, Events = [alert.Events[0] with { Time = null, Raw = null }, alert.Events[0] with { Raw = "{broken"u8.ToArray() }] };
        }

        return !name.StartsWith("correlation", StringComparison.Ordinal) ? alert : alert with
        {
            IsCorrelation = true, Group = alert.Group.Add("user.name", "ines").Add("cluster", "harbour"), Window = (alert.Time.AddMinutes(-5), alert.Time), Score = 7.25, EventCount = 40, SuppressedBy = "maintenance",
        };
    }

    private static void AssertGolden(string name, Action<Alert, Utf8JsonWriter> write, Alert alert)
    {
        var path = Repository.PathOf("tests", "Waterguard.Tests", "Alerting", "Golden", name);
        var text = Write(alert, write, indented: true) + "\n";
        if (Environment.GetEnvironmentVariable("WATERGUARD_UPDATE") is { Length: > 0 }) File.WriteAllText(path, text);
        else Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Write(Alert alert, Action<Alert, Utf8JsonWriter> write, bool indented)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, AlertJson.Options with { Indented = indented, NewLine = "\n" })) write(alert, writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
