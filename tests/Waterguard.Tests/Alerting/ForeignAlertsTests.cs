using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Waterguard.Alerting;
using Waterguard.Alerting.Grouping;
using Waterguard.Content;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Alerting;

/// <summary>Grouping of alerts that other products gave over whole networks for days, attackers among them: how many incidents that is, and whether they tell attack from noise.</summary>
public sealed class ForeignAlertsTests
{
    [Theory]
    [InlineData("fox")]
    [InlineData("harrison")]
    [InlineData("russellmitchell")]
    [InlineData("santos")]
    [InlineData("shaw")]
    public void Hundreds_of_thousands_of_alerts_become_few_incidents_that_are_attack_or_are_not(string network)
    {
        var read = Read(Repository.Corpus("ait-alert-data-set", $"{network}_alerts.csv.gz")).ToArray();
        var isAttack = read.ToDictionary(r => r.Alert.Id, r => r.IsAttack, StringComparer.Ordinal);

        var incidents = IncidentGrouping.Group(read.Select(r => r.Alert), ImmutableDictionary<string, (DateTimeOffset, DateTimeOffset)>.Empty);

        var days = Math.Ceiling((read[^1].Alert.Time - read[0].Alert.Time).TotalDays);
        var attacks = isAttack.Count(a => a.Value);
        var held = incidents.Select(i => (All: i.Alerts.Length, Attack: i.Alerts.Count(a => isAttack[a.Id]))).ToArray();
        var purity = held.Sum(h => Math.Max(h.Attack, h.All - h.Attack)) / (double)read.Length;
        var completeness = held.Max(h => h.Attack) / (double)attacks;
        var figures = string.Create(CultureInfo.InvariantCulture, $"{network}: {read.Length} alerts of {days} days, {incidents.Length / days:0.0} incidents a day; purity {purity:0.00}, completeness {completeness:0.00}, {held.Count(h => h.Attack > 0)} incidents with any of {attacks} alerts of the attack");
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        if (Environment.GetEnvironmentVariable("WATERGUARD_EVIDENCE") is { Length: > 0 } evidence) File.AppendAllLines(Path.Combine(evidence, "details.txt"), [$"- incidents of foreign alerts, {figures}"]);

        Assert.True(incidents.Length / days <= 60 && purity >= 0.75, figures);
    }

    // What a product says of a host by name is about that machine; its severity is not known.
    private static IEnumerable<(Alert Alert, bool IsAttack)> Read(string file)
    {
        var rules = new Dictionary<string, RuleHeader>(StringComparer.Ordinal);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        reader.ReadLine();
        for (var number = 0; reader.ReadLine() is { } line; number++)
        {
            var parts = line.Split(',');
            var (name, ip, host, label) = (string.Join(',', parts[1..^5]), parts[^5], parts[^4], parts[^1]);
            if (!rules.TryGetValue(name, out var rule))
                rules[name] = rule = new RuleHeader($"{rules.Count}", null, name, "stable", Level.Medium, "", [], [], [], [], null, CustomAttributes.None, name, new SourceLocation("", 1, 1));
            var entities = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("address", [ip]).Add("resource", [host]);
            var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture));
            yield return (new Alert($"{number:0000000}", time, rule, false, null, name, ImmutableSortedDictionary<string, string>.Empty, null, null, entities, [], 1, null), label != "-");
        }
    }
}
