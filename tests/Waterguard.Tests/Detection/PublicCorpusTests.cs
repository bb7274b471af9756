using System.Text;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;
using Waterguard.Detection.Matching;
using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Detection;

/// <summary>All public rules on real telemetry: the index must answer as judging every rule does.</summary>
public sealed class PublicCorpusTests
{
    private const int MostOfAKind = 4000;

    [Fact]
    public void Every_public_rule_on_kubernetes_records_without_routing() => AssertAlike("json", Repository.Corpus("kubernetes-v1.36"), 400);

    [Fact]
    public void Every_public_rule_that_is_routed_there_on_kubernetes_records() => AssertAlike("kubernetes.audit", Repository.Corpus("kubernetes-v1.36"), MostOfAKind);

    [Fact]
    public void Every_public_rule_on_the_events_that_come_with_the_rules() => AssertAlike("json", Repository.Corpus("sigmahq", "regression_data"), 400);

    private static void AssertAlike(string source, string telemetry, int most)
    {
        var generation = GenerationLoader.Load(ContentOptions.Default with { Rules = [Repository.Corpus("sigmahq", "rules")] });
        var plan = generation.PlanFor(generation.Sources.Find(source)!.Forms[0]);
        var (reader, fields) = (new EventReader(), new EventBuffer());
        var (byIndex, byScan) = (new Matcher(plan.Rules), new Matcher(plan.Rules));
        var (records, matches) = (0, 0L);
        var batch = new RecordBatch();
        foreach (var file in ScanInput.Of([telemetry]).Where(f => f.Name.EndsWith(".json", StringComparison.Ordinal) || f.Name.EndsWith(".ndjson.gz", StringComparison.Ordinal)))
        {
            using var input = new RecordReader(file.Open(), file.Name);
            while (input.Read(batch) && records < most)
            {
                foreach (var record in batch.Records)
                {
                    if (records == most || !reader.TryRead(batch.Buffer, record.Start, record.Length, plan.Rules.Layout.Tree, fields, out _)) continue;
                    records++;
                    var quick = byIndex.Match(fields, reader).ToArray();
                    var whole = byScan.MatchByFullScan(fields, reader).ToArray();
                    matches += whole.Length;
                    reader.TryRead(batch.Buffer, record.Start, record.Length, plan.Rules.Layout.Tree, fields, out _, leaveBodies: true);
                    Assert.True(byIndex.Match(fields, reader).SequenceEqual(whole), $"{file.Name}:{record.Line}: leaving bodies unread changes the answer");
                    if (!quick.AsSpan().SequenceEqual(whole))
                    {
                        var missed = string.Join("; ", whole.Except(quick).Select(r => plan.Rules.Rules[r].Header.Title));
                        Assert.Fail($"{file.Name}:{record.Line}: not found by the index: {missed}; {Encoding.UTF8.GetString(batch.Buffer, record.Start, Math.Min(300, record.Length))}");
                    }
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{plan.Rules.Rules.Length} rules on {records} records: {matches} matches, {byIndex.Judged} against {byScan.Judged} judged");
        Assert.True(records > 100, $"{records} records in {telemetry}");
        Assert.True(matches > 0, "nothing matched at all");
        Assert.True(byIndex.Judged < byScan.Judged);
    }
}
