using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>Real telemetry of others: every record is read as the source that it is, has its time, and fills the fields that rules rely on.</summary>
public sealed class CorpusConformanceTests
{
    /// <summary>Folder or file, source, log source of a rule for it, least number of events, fields with the least share of events that have them.</summary>
    public static TheoryData<string, string, string, int, string> Rows => new()
    {
        { "zat-zeek/conn.log", "zeek.conn", "product: zeek, service: conn", 5, "source.ip=1 destination.ip=1 destination.port=1 network.transport=1" },
        { "zat-zeek/dns.log", "zeek.dns", "product: zeek, service: dns", 5, "source.ip=1 dns.question.name=0.9" },
        { "rita-zeek/valid_tsv", "zeek.http", "product: zeek, service: http", 100, "source.ip=1 destination.ip=1 user_agent.original=0.5" },
        { "rita-zeek/json_with_all_fields/conn.log", "zeek.conn", "product: zeek, service: conn", 20, "source.ip=1 network.transport=1" },
        { "otrf-security-datasets/apt29-day1-zeek/NASHUA_conn.log", "zeek.conn", "product: zeek, service: conn", 400, "source.ip=1 destination.ip=1 id.orig_h=1" },
        { "otrf-security-datasets/linux-auditd-padding", "linux.auditd", "product: linux, service: auditd", 1, "event.category=1 process.executable=1 process.command_line=1" },
        { "hubble-flows/basic-sample-400-tcp-flows.json", "hubble.flows", "product: hubble, service: flows", 390, "source.ip=0.95 destination.ip=0.95 event.action=0.95" },
        { "invictus-gws/admin.jsonl", "google_workspace.reports", "product: google_workspace, service: reports", 5, "event.action=1 user.name=0.9 source.ip=0.5" },
        { "plaso-test-data/jsonl/azure_activity_log.jsonl", "azure.activitylogs", "product: azure, service: activitylogs", 1, "event.action=1 cloud.resource.id=1" },
        { "plaso-test-data/jsonl/gcp_logging.jsonl", "gcp.audit", "product: gcp, service: gcp.audit", 5, "cloud.project.id=0.5 event.id=1 user.name=0.7" },
        { "stratosphere-slips/test6-malicious.suricata.json", "suricata.eve", "product: suricata", 10, "source.ip=0.9 event.category=1" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Real_records_have_their_time_and_the_fields_that_rules_rely_on(string path, string source, string logSource, int least, string shares)
    {
        var fields = shares.Split(' ').Select(s => s.Split('=')).ToDictionary(s => s[0], s => double.Parse(s[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var matches = Scan(Repository.Corpus(path.Split('/')), logSource, fields.Keys, out var tally);

        Assert.Equal(source, Assert.Single(tally.BySource.Keys));
        Assert.InRange(matches.Count, least, int.MaxValue);
        Assert.InRange(tally.MalformedRecords + tally.UnrecognisedRecords, 0, matches.Count / 50);
        Assert.InRange(matches.Count(m => m.TimeKnown), matches.Count * 0.98, matches.Count);
        foreach (var (field, share) in fields)
        {
            var filled = matches.Count(m => m.Values[field].Any(v => v.Length > 0));
            Assert.True(filled >= share * matches.Count, $"{field}: in {filled} of {matches.Count}");
        }
    }

    private static List<Match> Scan(string path, string logSource, IEnumerable<string> fields, out ScanTally tally)
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", $"title: Some\nlogsource: {{{logSource}}}\ndetection: {{s: {{no.such.field: x}}, condition: not s}}\nfields: [{string.Join(", ", fields)}]\n");
        var generation = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false, Rules = [rule] });
        var matches = new List<Match>();
        var matched = new MatchedRecords();
        tally = new ScanTally();
        var worker = new ScanWorker(generation, null, tally, matched);
        using var spool = new RawSpool();
        var describer = new MatchDescriber(generation, Level.Informational, spool, matches.Add);
        foreach (var input in ScanInput.Of([path]).Where(i => !i.Name.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            using var reader = new RecordReader(input.Open(), input.Name);
            for (var batch = new RecordBatch(); reader.Read(batch);)
            {
                worker.Process(batch);
                describer.Describe(matched);
            }
        }

        return matches;
    }
}
