using System.Diagnostics;
using System.Globalization;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Structure;
using Waterguard.Pipeline;

namespace Waterguard.Benchmarks;

/// <summary>Where the time of an event goes: each stage is measured together with those before it, and the difference is its own.</summary>
internal static class Stages
{
    public static int Run(ThroughputOptions options)
    {
        Throughput.Pin();
        var work = new Workload(options);
        var generation = GenerationLoader.Load(ContentOptions.Default with { Rules = options.PublicRules is { } rules ? [rules] : [], Lowest = Sigma.Level.Low });
        var scan = work.Scanner(generation, options.Source);
        scan();
        var plan = generation.PlanFor(generation.Sources.Find(options.Source ?? "kubernetes.audit")!.Forms[0]);
        var (index, reader, fields, matcher) = (new StructuralIndex(), new EventReader(), new EventBuffer(), new Matcher(plan.Rules));
        var (slots, read) = (0L, 0L);
        var stages = new (string Name, Action Pass)[]
        {
            ("framing", () => work.ForEachBatch(_ => { })),
            ("structural pass", () => work.ForEachBatch(b => { foreach (var r in b.Records) index.Build(b.Buffer.AsSpan(r.Start, r.Length)); })),
            ("fields", () => work.ForEachBatch(b =>
            {
                foreach (var r in b.Records)
                {
                    reader.TryRead(b.Buffer, r.Start, r.Length, plan.Rules.Layout.Tree, fields, out _, leaveBodies: true);
                    slots += fields.Touched.Length;
                }
            })),
            ("match", () => work.ForEachBatch(b =>
            {
                foreach (var r in b.Records)
                {
                    reader.TryRead(b.Buffer, r.Start, r.Length, plan.Rules.Layout.Tree, fields, out _, leaveBodies: true);
                    matcher.Match(fields, reader);
                }
            })),
            ("worker", () => scan()),
        };
        CountRead();
        var times = stages.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < options.Rounds + 2; round++)
        {
            for (var s = 0; s < stages.Length; s++)
            {
                var started = Stopwatch.GetTimestamp();
                stages[s].Pass();
                if (round >= 2) times[s].Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        void CountRead() => work.ForEachBatch(b =>
        {
            foreach (var r in b.Records)
            {
                reader.TryRead(b.Buffer, r.Start, r.Length, plan.Rules.Layout.Tree, fields, out _, leaveBodies: true);
                foreach (var slot in fields.Touched)
                {
                    for (var value = fields.First(slot); value >= 0; value = fields.Next(value)) read += fields.LengthOf(value);
                }
            }
        });

        double before = 0;
        for (var s = 0; s < stages.Length; s++)
        {
            times[s].Sort();
            var nanoseconds = times[s][times[s].Count / 2] / work.Records * 1e9;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stages[s].Name,-16} {nanoseconds,7:F0} ns/event in all, {nanoseconds - before,6:F0} its own"));
            before = nanoseconds;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{work.Records} events of {work.Length / work.Records} bytes, {plan.Rules.Layout.Tree.SlotCount} slots, {(double)slots / work.Records / (options.Rounds + 2):F1} filled an event, "
            + $"{1 - ((double)read / work.Length):P1} of the bytes never became a value, {plan.Rules.Rules.Length} rules, {plan.Rules.PredicateCount} predicates, {plan.Rules.UnindexedRules} rules without an index entry, {(double)matcher.Judged / work.Records / (options.Rounds + 2):F2} judged an event, bodies read of {(double)matcher.BodiesRead / work.Records / (options.Rounds + 2):P1} of the events"));
        return 0;
    }
}
