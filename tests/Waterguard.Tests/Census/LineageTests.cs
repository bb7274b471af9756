using Waterguard.Alerting;
using Waterguard.Alerting.Grouping;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>Containers that were made in the same way, by the same, for the same, are one matter however many they are.</summary>
public sealed class LineageTests
{
    private static readonly Generation Generation = GenerationLoader.Load(ContentOptions.Default with { Examples = false });

    [Fact]
    public void Four_hundred_containers_of_eight_seconds_are_one_incident_and_another_image_is_another()
    {
        var harbour = new Harbour(21);
        static string Labels(int i) => $"\"io.kubernetes.pod.name\":\"kube-proxy-{i}\",\"io.kubernetes.pod.namespace\":\"kube-system\"";
        // So far apart that nothing but the lineage ties them together.
        for (var i = 0; i < 400; i++) harbour.EngineContainer(Harbour.Start.AddSeconds(i * 900), TimeSpan.FromSeconds(8), Labels(i), "suspicious_image");
        harbour.EngineContainer(Harbour.Start.AddSeconds(450), TimeSpan.FromSeconds(8), Labels(-1), "other_image");
        using var spool = new RawSpool();
        var bytes = Harbour.Bytes(harbour.Engine);
        var result = Waterguard.Pipeline.Scan.Run(Generation, [new ScanInput("in", bytes.Length, () => new MemoryStream(bytes))], new ScanOptions(null, 1, Level.High), spool, new Progress<long>(), CancellationToken.None);
        var alerts = result.Alerts.Where(a => a.Rule.Title == "Docker container with borrowed Kubernetes labels").ToArray();

        var incidents = IncidentGrouping.Group(alerts, result.Tally.Delivered);

        Assert.True(alerts.Length >= 401, $"{alerts.Length} alerts");
        Assert.Equal(2, incidents.Length);
        Assert.Equal([2, 800], incidents.Select(i => i.Alerts.Length).Order());
        Assert.All(incidents, i => Assert.Single(i.Entities[Alert.LineageKind]));
    }
}
