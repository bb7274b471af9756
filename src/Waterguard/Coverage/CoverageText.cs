using System.Globalization;

namespace Waterguard.Coverage;

/// <summary>The report for people.</summary>
internal static class CoverageText
{
    private const int MostKeys = 8;
    private const int MostOutside = 20;

    public static void Write(CoverageReport report, TextWriter to)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Records:N0} events, {report.Unrecognised:N0} records of no known source, {report.Malformed:N0} malformed"));
        if (report.Live is { } live) Deliveries(live, to);
        Platforms(report, to);
        Sources(report, to);
        Detections(report, to);
    }

    private static void Deliveries(LiveDeliveries live, TextWriter to)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"received from {live.Since:yyyy-MM-dd HH:mm:ss} to {live.Until:yyyy-MM-dd HH:mm:ss} UTC"));
        if (live.KeptFrom is not { } kept) to.WriteLine("the journal is empty: nothing was received yet");
        else if (kept > live.Since) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the journal begins at {kept:yyyy-MM-dd HH:mm:ss}: what came before it is not told here (journal.keep)"));
        if (live.Damaged > 0) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{live.Damaged:N0} batches are damaged"));
        to.WriteLine("\nLAST DELIVERED");
        foreach (var (source, last) in live.Sources) to.WriteLine($"  {source,-28} {Ago(live, last)}");
        to.WriteLine("\nINPUTS");
        foreach (var input in live.Inputs)
        {
            var what = input.Transport is null ? "not configured any more" : input.Source is null ? input.Transport : $"{input.Transport}, {input.Source}";
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {$"{input.Name} ({what})",-48} {(input.Last is { } last ? $"{input.Records:N0} records, last {Ago(live, last)}" : "NOTHING in this time")}"));
        }
    }

    private static string Ago(LiveDeliveries live, DateTimeOffset last)
    {
        var age = live.Until - last;
        var text = age.TotalDays >= 2 ? $"{age.TotalDays:F0} days" : age.TotalHours >= 2 ? $"{age.TotalHours:F0} hours" : age.TotalMinutes >= 2 ? $"{age.TotalMinutes:F0} minutes" : $"{Math.Max(0, age.TotalSeconds):F0} seconds";
        return string.Create(CultureInfo.InvariantCulture, $"{last:yyyy-MM-dd HH:mm:ss}, {text} ago");
    }

    private static void Platforms(CoverageReport report, TextWriter to)
    {
        to.WriteLine("\nPLATFORMS");
        foreach (var (platform, sources) in report.Platforms)
        {
            var read = sources.Where(s => s.Events > 0).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Source} {s.Events:N0}")).ToArray();
            var others = sources.Where(s => s.Events == 0).Select(s => s.Source).ToArray();
            to.WriteLine($"  {platform.Name,-24} {(read.Length == 0 ? "nothing" : string.Join(", ", read))}{(others.Length > 0 && read.Length > 0 ? "; not read: " + string.Join(", ", others) : "")}");
        }
    }

    private static void Sources(CoverageReport report, TextWriter to)
    {
        to.WriteLine("\nTELEMETRY");
        foreach (var source in report.Sources)
        {
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {source.Source}: {source.Events:N0} events"));
            foreach (var sum in source.Sums.Where(s => s.Eligible > 0))
            {
                var keys = sum.FailingKeys.ToArray();
                var bad = sum.Expectation.Per is null ? sum.Fails : keys.Length > 0;
                to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {(bad ? "LACKS" : "ok   ")} {sum.Expectation.Fields[0],-28} in {sum.Share:P1} of {sum.Eligible:N0}{(keys.Length > 0 ? "; not for " + Some(keys) : "")}"));
            }

            foreach (var ((field, value), count) in source.Forms.SelectMany(f => f.Outside).Take(MostOutside)) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    NEW   {field} is '{Shown(value)}' {count:N0} times: the vocabulary does not have it"));
        }
    }

    private static void Detections(CoverageReport report, TextWriter to)
    {
        int Count(Sight sight) => report.Rules.Count(r => r.Sight == sight);
        to.WriteLine($"\nDETECTIONS  {Count(Sight.Sees)} see, {Count(Sight.Idle)} met no record of their kind, {Count(Sight.Partly)} are partly blind, {Count(Sight.Blind)} are blind, {Count(Sight.NoTelemetry)} have no telemetry");
        foreach (var (sight, title) in new[] { (Sight.Blind, "BLIND"), (Sight.Partly, "PARTLY BLIND") })
        {
            var rules = report.Rules.Where(r => r.Sight == sight).ToArray();
            if (rules.Length == 0) continue;
            to.WriteLine($"\n{title}");
            foreach (var group in rules.GroupBy(r => string.Join("; ", r.Lacks.Select(l => $"{l.Expectation.Source}: {l.Expectation.Lacks}")), StringComparer.Ordinal))
            {
                to.WriteLine($"  {group.Key}");
                foreach (var advice in group.SelectMany(r => r.Lacks).Select(l => l.Expectation.SwitchOn).Distinct(StringComparer.Ordinal)) to.WriteLine($"    -> {advice}");
                foreach (var rule in group) to.WriteLine($"    [{rule.Rule.Level.ToString().ToLowerInvariant()}] {rule.Rule.Title}{(sight == Sight.Partly ? ": not for " + Some([.. rule.Lacks.SelectMany(l => l.For).Distinct(StringComparer.Ordinal)]) : "")}");
            }
        }

        var without = report.Rules.Where(r => r.Sight == Sight.NoTelemetry).GroupBy(r => r.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        if (without.Length > 0) to.WriteLine("\nNO TELEMETRY (-o json names the detections)");
        foreach (var group in without) to.WriteLine($"  {group.Key,-24} {group.Count(),3} detections. {report.Telemetry.SwitchOn.GetValueOrDefault(group.Key, "")}");
    }

    private static string Some(string[] keys) => string.Join(", ", keys.Take(MostKeys).Select(Shown)) + (keys.Length > MostKeys ? $" and {keys.Length - MostKeys} more" : "");

    // What a record says must not write to the terminal.
    private static string Shown(string value) => string.Concat(value.Select(c => char.IsControl(c) ? '·' : c));
}
