using System.Collections.Immutable;
using Waterguard.Alerting;
using Waterguard.Pipeline;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>What runs past the orchestrator and the engine is told apart from everything that does not, over the whole way from bytes to alerts; and a witness that is gone accuses nobody.</summary>
public sealed class CrossViewTests(ITestOutputHelper output)
{
    private const string Unclaimed = "3b1f0e52-7c1d-4f0e-9c46-5a2f5f0d8a11";
    private const string Pretended = "8d5d7f4a-2f0b-4e6c-8a2b-0f4b3f1e6c12";
    private const string Engine = "c4b0a7d6-5e0e-4f7e-b0c5-6a7f7a1b9d13";
    private const string Absent = "f7c2d9b8-1a3e-4c5d-9e6f-7b8a9c0d1e14";
    private const string AuditSilent = "bd49920a-1e04-5a3f-a89f-b01d44c81a0f";

    private static readonly ImmutableHashSet<string> CrossView = [Unclaimed, Pretended, Engine, Absent];
    private static readonly Generation Generation = GenerationLoader.Load(ContentOptions.Default with { Examples = false });
    private static readonly DateTimeOffset Ten = Harbour.Start + TimeSpan.FromMinutes(10);

    [Fact]
    public void Five_hundred_ordinary_containers_give_no_alert_of_the_cross_view()
    {
        var (alerts, result) = Scan(new Harbour(1).WithDailyLife(500));

        Assert.Empty(alerts.Where(a => CrossView.Contains(a.Rule.Id)).Select(a => a.Reason));
        Assert.True(result.Census.Census.Containers >= 500, $"{result.Census.Census.Containers} containers");
        output.WriteLine(string.Join(", ", result.Census.Census.Counts.All.Select(c => $"{c.Key} {c.Value}")));
    }

    [Theory]
    [InlineData("quay-d1", "hidden1", "\"waterguard.runtime_namespace\":\"wganch\"")] // ctr run
    [InlineData("hull-a3", "by-runc", "\"process.command_line\":\"runc run by-runc\"")]
    [InlineData("hull-a2", "5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de", "\"waterguard.runtime_namespace\":\"k8s.io\"")] // ctr -n k8s.io run
    [InlineData("quay-d1", "5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de5f6dc0de", "\"waterguard.runtime_namespace\":\"moby\"")] // ctr -n moby run
    public void A_container_started_at_the_runtime_is_told_apart_from_five_hundred_others(string host, string id, string extra)
    {
        var harbour = new Harbour(2).WithDailyLife(500);
        harbour.Runs(host, Ten, Ten.AddMinutes(9), id, extra);

        var alert = Assert.Single(Scan(harbour).Alerts, a => CrossView.Contains(a.Rule.Id));

        Assert.Equal(Unclaimed, alert.Rule.Id);
        Assert.Equal([id], alert.Entities["container"]);
        Assert.Equal([host], alert.Entities["node"]);
        Assert.Contains(host == Harbour.EngineHost ? "missing docker.events" : "missing kubernetes.audit", alert.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_id_of_another_host_s_container_does_not_cover_one_that_nobody_claims()
    {
        var harbour = new Harbour(3).WithDailyLife(200);
        var borrowed = harbour.EngineContainer(Ten.AddMinutes(-1), TimeSpan.FromMinutes(20));
        harbour.Runs("hull-a4", Ten, Ten.AddMinutes(9), borrowed, "\"waterguard.runtime_namespace\":\"k8s.io\"");

        // The engine's input has no label: only that its containers are seen on its host says which host it is.
        var alert = Assert.Single(Scan(harbour).Alerts, a => CrossView.Contains(a.Rule.Id));

        Assert.Equal(Unclaimed, alert.Rule.Id);
        Assert.Contains("on hull-a4 container", alert.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"io.kubernetes.pod.uid\":\"0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a\",\"io.kubernetes.pod.name\":\"kube-proxy-7x2lm\",\"io.kubernetes.pod.namespace\":\"kube-system\"")]
    [InlineData("\"io.kubernetes.pod.name\":\"kube-proxy-7x2lm\",\"io.kubernetes.pod.namespace\":\"kube-system\"")]
    public void A_container_whose_labels_pretend_to_be_a_pod_is_told_apart_from_five_hundred_others(string labels)
    {
        var harbour = new Harbour(4).WithDailyLife(500);
        var id = harbour.EngineContainer(Ten, TimeSpan.FromMinutes(9), labels, "suspicious_image");

        var alert = Assert.Single(Scan(harbour).Alerts, a => CrossView.Contains(a.Rule.Id));

        Assert.Equal(Pretended, alert.Rule.Id);
        Assert.Contains(id, alert.Entities["container"]);
        Assert.Contains("kube-system/kube-proxy-7x2lm", alert.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_engine_is_told_and_the_registered_sockets_are_not()
    {
        var harbour = new Harbour(5).WithDailyLife(500);
        string[] sockets = [Harbour.Socket("hull-a1", Ten, "/run/containerd/containerd.sock"), Harbour.Socket("hull-a1", Ten, "/tmp/.x/docker.sock"), Harbour.Socket("hull-a1", Ten.AddMinutes(1), "/tmp/.x/docker.sock")];

        var alert = Assert.Single(Scan(harbour, sockets).Alerts, a => CrossView.Contains(a.Rule.Id));

        Assert.Equal(Engine, alert.Rule.Id);
        Assert.Contains("/tmp/.x/docker.sock", alert.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_the_API_knows_and_its_node_does_not_show_is_told_apart_from_five_hundred_others()
    {
        var harbour = new Harbour(6).WithDailyLife(500);
        var id = harbour.Ghost("hull-a2", Ten);

        var alert = Assert.Single(Scan(harbour).Alerts, a => CrossView.Contains(a.Rule.Id));

        Assert.Equal(Absent, alert.Rule.Id);
        Assert.Equal([id], alert.Entities["container"]);
    }

    [Fact]
    public void When_the_audit_log_is_cut_nobody_is_accused_and_its_silence_is_told_once()
    {
        var harbour = new Harbour(7) { AuditEnds = Harbour.Start.AddMinutes(12) }.WithDailyLife(500);

        var (alerts, result) = Scan(harbour);

        Assert.Empty(alerts.Where(a => CrossView.Contains(a.Rule.Id)).Select(a => a.Reason));
        Assert.Single(alerts, a => a.Rule.Id == AuditSilent);
        Assert.True(result.Census.Census.Counts.Undecided > 100, $"{result.Census.Census.Counts.Undecided} undecided");
    }

    private static (IReadOnlyList<Alert> Alerts, ScanResult Result) Scan(Harbour harbour, params string[] sightings)
    {
        using var spool = new RawSpool();
        ScanInput[] inputs = [Input("audit", harbour.Audit), Input("engine", harbour.Engine), Input("sensors", harbour.Sensors.Concat(sightings))];
        var result = Waterguard.Pipeline.Scan.Run(Generation, inputs, new ScanOptions(null, 2, Waterguard.Sigma.Level.Informational), spool, new Progress<long>(), CancellationToken.None);
        Assert.Equal((0L, 0L), (result.Tally.MalformedRecords, result.Tally.UnrecognisedRecords));
        return (result.Alerts, result);
    }

    private static ScanInput Input(string name, IEnumerable<string> lines)
    {
        var bytes = Harbour.Bytes(lines);
        return new ScanInput(name, bytes.Length, () => new MemoryStream(bytes));
    }
}
