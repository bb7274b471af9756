using Waterguard.Detection.Matching;
using Waterguard.Events.Framing;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sources;

/// <summary>One record in every wrapping in which it comes: the same names must give the same values.</summary>
public sealed class FormTests
{
    private const string Fields = "[verb, objectRef.resource, objectRef.namespace, objectRef.name, user.username, user.name, source.ip, container.image.name, container.security_context.privileged, event.outcome, http.response.status_code, container.name, event.action]";

    // Some lists hold the record twice. GKE writes no code for what succeeded, and says nothing else about it.
    [Theory]
    [InlineData("kubernetes-event.json", 1)]
    [InlineData("kubernetes-list.json", 2)]
    [InlineData("kubernetes-aks.json", 1)]
    [InlineData("kubernetes-aks-records.json", 2)]
    [InlineData("kubernetes-eks-subscription.json", 1)]
    [InlineData("kubernetes-eks-filter-log-events.json", 1)]
    [InlineData("kubernetes-gke.json", 1)]
    public void The_creation_of_a_privileged_pod_reads_the_same_in_every_wrapping(string file, int times)
    {
        var matches = Scan(file, "kubernetes", "{s: {objectRef.resource: pods}, condition: s}");

        Assert.Equal(times, matches.Count);
        Assert.All(matches, match =>
        {
            Assert.Equal("kubernetes.audit", match.Evidence.Source);
            Assert.Equal(
                "verb=create resource=pods namespace=chart user=ines@harbour.example name=ines@harbour.example image=docker.io/library/alpine:3.22 privileged=true",
                $"verb={Value(match, "verb")} resource={Value(match, "objectRef.resource")} namespace={Value(match, "objectRef.namespace")} user={Value(match, "user.username")} name={Value(match, "user.name")} "
                + $"image={Value(match, "container.image.name")} privileged={Value(match, "container.security_context.privileged")}");
            if (!file.Contains("gke", StringComparison.Ordinal)) Assert.Equal("success", Value(match, "event.outcome"));
            Assert.True(match.TimeKnown);
            Assert.Equal(new DateTimeOffset(2026, 11, 2, 8, 0, 0, 12, TimeSpan.Zero), match.Time);
        });
    }

    [Fact]
    public void A_command_in_a_pod_is_read_out_of_what_gke_writes()
    {
        var match = Assert.Single(Scan("kubernetes-gke-exec.json", "kubernetes", "{s: {objectRef.subresource: exec}, condition: s}"));

        Assert.Equal("create pods tile-warmer system:serviceaccount:delivery:shipwright", $"{Value(match, "verb")} {Value(match, "objectRef.resource")} {Value(match, "objectRef.name")} {Value(match, "user.name")}");
    }

    [Fact]
    public void A_refusal_is_read_out_of_what_gke_writes()
    {
        var match = Assert.Single(Scan("kubernetes-gke-refused.json", "kubernetes", "{s: {event.outcome: failure}, condition: s}"));

        Assert.Equal("403", Value(match, "http.response.status_code"));
    }

    [Fact]
    public void What_docker_inspect_prints_is_read_container_by_container()
    {
        var matches = Scan("docker-inspect-array.json", "docker", "{s: {event.action: inspect}, condition: s}");

        Assert.Equal(2, matches.Count);
        Assert.Equal(["false", "true"], matches.Select(m => Value(m, "container.security_context.privileged")).Order(StringComparer.Ordinal));
    }

    private static string Value(Match match, string name) => string.Join(',', match.Values[name]) is { Length: > 0 } text ? text : "-";

    private static List<Match> Scan(string file, string product, string detection)
    {
        using var folder = Repository.Folder();
        var rule = folder.Write("rule.yml", $"title: Some\nlogsource: {{product: {product}}}\ndetection: {detection}\nfields: {Fields}\n");
        var generation = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false, Rules = [rule] });
        Assert.Empty(generation.Diagnostics);
        var matches = new List<Match>();
        var matched = new MatchedRecords();
        var worker = new ScanWorker(generation, null, new ScanTally(), matched);
        using var spool = new RawSpool();
        var describer = new MatchDescriber(generation, Level.Informational, spool, matches.Add);
        using var reader = new RecordReader(File.OpenRead(Repository.PathOf("tests", "data", "forms", file)), file);
        for (var batch = new RecordBatch(); reader.Read(batch);)
        {
            worker.Process(batch);
            describer.Describe(matched);
        }

        return matches;
    }
}
