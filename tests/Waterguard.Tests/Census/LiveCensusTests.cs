using System.Globalization;
using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Service;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>What the service finds while telemetry comes, in pieces and late, is what a scan finds in all of it.</summary>
public sealed class LiveCensusTests
{
    private static readonly Generation Generation = GenerationLoader.Load(ContentOptions.Default with { Examples = false });
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pieces_that_come_late_and_twice_give_the_same_disagreements_as_a_scan(int seed)
    {
        var harbour = new Harbour(seed).WithDailyLife(150);
        var ten = Harbour.Start.AddMinutes(10);
        harbour.Runs(Harbour.EngineHost, ten, ten.AddMinutes(5), "hidden1", "\"waterguard.runtime_namespace\":\"wganch\"");
        harbour.Runs("hull-a2", ten, ten.AddMinutes(5), "hidden2", "\"process.command_line\":\"runc run hidden2\"");
        harbour.EngineContainer(ten.AddMinutes(3), TimeSpan.FromMinutes(4), "\"io.kubernetes.pod.name\":\"kube-proxy-7x2lm\",\"io.kubernetes.pod.namespace\":\"kube-system\"", "suspicious_image");
        harbour.Ghost("hull-a3", ten);
        var whole = Found(seed, (harbour, Harbour.Socket("hull-a1", ten, "/tmp/.x/docker.sock")), TimeSpan.Zero, twice: false);

        Assert.Equal(5, whole.Length);
        Assert.Equal(whole, Found(seed, (harbour, Harbour.Socket("hull-a1", ten, "/tmp/.x/docker.sock")), Lateness - TimeSpan.FromSeconds(1), twice: true));
    }

    // Without a delay everything is there before anybody asks: as in a scan.
    private static string[] Found(int seed, (Harbour Harbour, string Socket) told, TimeSpan delay, bool twice)
    {
        var random = new Random(seed);
        var census = new LiveCensus(Generation, Level.Informational);
        var (tally, matched, found) = (new ScanTally(), new MatchedRecords(), new List<Match>());
        using var spool = new RawSpool();
        var worker = new ScanWorker(Generation, null, tally, matched);
        var describer = new MatchDescriber(Generation, Level.Informational, spool, _ => { }, fact => census.Tell(fact, "i"));
        var lines = told.Harbour.Audit.Concat(told.Harbour.Engine).Concat(told.Harbour.Sensors).Append(told.Socket).Select(l => (At: TimeOf(l), Line: l)).ToList();
        if (twice) lines.AddRange(lines.Where(_ => random.Next(4) == 0).ToArray());
        var arrivals = lines.Select(l => (l.At, Comes: l.At + TimeSpan.FromSeconds(random.NextDouble() * delay.TotalSeconds), l.Line)).OrderBy(l => l.Comes).ToArray();
        var reached = DateTimeOffset.MinValue;
        var step = delay == TimeSpan.Zero ? arrivals.Length : 97;
        var pieces = arrivals.Chunk(step).ToArray();
        foreach (var (number, piece) in pieces.Index())
        {
            // Content is read anew while it runs: what is known stays.
            if (twice && number == pieces.Length / 2)
            {
                var again = GenerationLoader.Load(ContentOptions.Default with { Examples = false });
                census.Become(again);
                worker = new ScanWorker(again, null, tally, matched);
                describer = new MatchDescriber(again, Level.Informational, spool, _ => { }, fact => census.Tell(fact, "i"));
            }

            using var reader = new RecordReader(new MemoryStream(Harbour.Bytes(piece.Select(p => p.Line))), "f");
            var batch = new RecordBatch();
            while (reader.Read(batch))
            {
                worker.Process(batch);
                describer.Describe(matched);
            }

            census.Hear(tally.Heard, DateTimeOffset.MaxValue);
            tally.Heard.Clear();
            reached = piece.Max(p => p.At) is var latest && latest > reached ? latest : reached;
            found.AddRange(census.Release(reached - Lateness));
        }

        found.AddRange(census.Release(reached.AddDays(1)));
        return [.. found.Select(f => System.Text.Encoding.UTF8.GetString(f.Evidence.Raw!.Read().Span)).Order(StringComparer.Ordinal)];
    }

    internal static DateTimeOffset TimeOf(string line)
    {
        const string Nano = "\"timeNano\":";
        if (line.IndexOf(Nano, StringComparison.Ordinal) is var nano and >= 0)
        {
            var digits = line.AsSpan(nano + Nano.Length);
            return DateTimeOffset.UnixEpoch.AddTicks(long.Parse(digits[..digits.IndexOfAnyExceptInRange('0', '9')], CultureInfo.InvariantCulture) / 100);
        }

        var at = line.IndexOf("imestamp\":\"", StringComparison.Ordinal) + "imestamp\":\"".Length;
        return DateTimeOffset.Parse(line.AsSpan(at, line.IndexOf('"', at) - at), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
