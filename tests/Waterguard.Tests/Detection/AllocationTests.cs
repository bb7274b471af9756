using System.Text;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Detection;

public sealed class AllocationTests
{
    [Fact]
    public void An_event_that_matches_nothing_allocates_nothing_once_a_worker_is_warm()
    {
        var generation = GenerationLoader.Load(ContentOptions.Default);
        var sample = generation.Sources.Find("kubernetes.audit")!.Sample!.Trim();
        var quiet = sample.Replace("\"create\"", "\"get\"", StringComparison.Ordinal).Replace("pods", "leases", StringComparison.Ordinal).Replace("ines@harbour.example", "system:kube-scheduler", StringComparison.Ordinal);
        var input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(quiet + "\n", 1000)));
        var tally = new ScanTally();
        var matches = new MatchedRecords();
        var worker = new ScanWorker(generation, null, tally, matches);
        for (var i = 0; i < 3; i++) worker.Process(Batch(input));
        var batches = new List<RecordBatch>();
        using (var reader = new RecordReader(new MemoryStream(input), "f"))
        {
            for (var batch = new RecordBatch(); reader.Read(batch); batch = new RecordBatch()) batches.Add(batch);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var batch in batches) worker.Process(batch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, matches.Count);
        Assert.Equal(1000, batches.Sum(b => b.Count));
        Assert.Equal(0, allocated);
    }

    private static RecordBatch Batch(byte[] input)
    {
        using var reader = new RecordReader(new MemoryStream(input), "f");
        var batch = new RecordBatch();
        reader.Read(batch);
        return batch;
    }
}
