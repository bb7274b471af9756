using System.Globalization;
using Waterguard.Detection.Matching;
using Waterguard.Tests.Sources.Expected;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>Raw records for which somebody else published the parsed fields: where our mapping has a name for theirs, the values must be the same. At least
/// 95 of 100 in every dataset, after the differences that stand with their reasons in <c>tests/data/expected-fields/differences.tsv</c>.</summary>
public sealed class ExpectedFieldsTests(ITestOutputHelper output)
{
    private const double Least = 0.95;

    [Theory]
    [InlineData("auditd-coalesced")]
    [InlineData("auditd-parsed")]
    [InlineData("auditd_manager.auditd")]
    [InlineData("azure.application_gateway")]
    [InlineData("azure.firewall_logs")]
    [InlineData("ecs-documents")]
    [InlineData("microsoft_exchange_online_message_trace.log")]
    [InlineData("o365.audit")]
    [InlineData("suricata-udm")]
    [InlineData("syscheck-database")]
    [InlineData("wazuh-decoders")]
    public void Values_are_those_that_others_read_in_the_same_record(string dataset)
    {
        var records = ExpectedCorpora.Read(dataset).ToArray();
        var table = new ExpectedTable(dataset);
        var known = Differences(dataset);
        var paths = records.SelectMany(r => r.Fields.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(records);
        Assert.DoesNotContain(paths, p => table.Find(p) is null);
        Assert.Empty(table.Unexplained);

        using var values = new RecordValues(paths.Select(p => table.Find(p)!.Name).Where(n => n[0] is not '@' and not '-').Append("event.module").Distinct(StringComparer.Ordinal));
        var (equal, compared, explained) = (0, 0, new HashSet<string>(StringComparer.Ordinal));
        var different = new List<string>();
        foreach (var record in records)
        {
            var found = values.Read(record.Raw);
            foreach (var (path, expected) in record.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                var column = table.Find(path)!;
                if (column.Name == "-") continue;
                compared++;
                var ours = Ours(found, column.Name);
                if (Same(expected, ours, column)) equal++;
                else if (known.Keys.FirstOrDefault(k => Covers(k, record.Name, path)) is { } reason) explained.Add(reason + "\n" + record.Name + "\n" + path);
                else different.Add($"{record.Name}\t{path} -> {column.Name}\t{string.Join('|', expected)}\t{string.Join('|', ours)}");
            }
        }

        output.WriteLine($"{dataset}: {records.Length} records, {paths.Length} paths, {compared} values compared, {equal} equal ({(double)equal / compared:P1}), {explained.Count} differ with a reason, {different.Count} differ without");
        foreach (var line in different) output.WriteLine(line);
        Assert.True(equal >= Least * (compared - explained.Count), $"{equal} of {compared - explained.Count}");
        Assert.DoesNotContain(known.Keys, k => !explained.Any(e => e.StartsWith(k + "\n", StringComparison.Ordinal)));
    }

    private static string[] Ours(IReadOnlyList<Match> found, string name) => name switch
    {
        ExpectedTable.Time => [.. found.Where(m => m.TimeKnown).Select(m => m.Time.ToString("O", CultureInfo.InvariantCulture)).Distinct(StringComparer.Ordinal)],
        ExpectedTable.Source => found.Count == 0 ? ["none"] : [.. found.Select(m => m.Evidence.Source).Distinct(StringComparer.Ordinal)],
        _ => [.. found.SelectMany(m => m.Values[name]).Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)],
    };

    // The same set: each of theirs is one of ours, under the name that the log has for it, and we have no others.
    private static bool Same(string[] expected, string[] ours, ExpectedColumn column)
    {
        if (column.Name == ExpectedTable.Time) return ours is [var time] && expected is [var told] && (Instant(time) - Instant(told)).Duration() < TimeSpan.FromMilliseconds(1);
        var theirs = expected.Where(e => e.Length > 0).Select(e => column.Values.GetValueOrDefault(e) ?? [e]).Where(v => v is not ["-"]).ToArray();
        return theirs.All(t => t.Any(v => ours.Contains(v, StringComparer.Ordinal))) && ours.All(o => theirs.Any(t => t.Contains(o, StringComparer.Ordinal)));
    }

    private static DateTimeOffset Instant(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    // Dataset, record (* for any), path, reason.
    private static Dictionary<string, string> Differences(string dataset) =>
        File.ReadLines(Repository.PathOf("tests", "data", "expected-fields", "differences.tsv")).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t'))
            .Where(c => c[0] == dataset).ToDictionary(c => $"{c[1]}\t{c[2]}", c => c[3], StringComparer.Ordinal);

    private static bool Covers(string key, string record, string path) =>
        key.Split('\t') is [var r, var p] && (r == "*" || r == record) && (p == path || p == "*");
}
