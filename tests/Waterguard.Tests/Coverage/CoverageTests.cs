using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waterguard.Coverage;
using Waterguard.Pipeline;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Coverage;

/// <summary>What the coverage report says of the audit log of a real control plane, and of the same log with something taken out of it.</summary>
public sealed class CoverageTests
{
    [Fact]
    public void Where_bodies_are_logged_no_rule_on_pods_is_blind()
    {
        var report = Report(_ => { });

        Assert.Equal(Sight.Sees, Of(report, "Privileged container"));
        Assert.Equal(Sight.Sees, Of(report, "Pod with a flex volume"));
        Assert.Equal(Sight.Sees, Of(report, "Command run in a pod by a service account"));
        // Secrets are at Metadata level there, as they should be.
        Assert.Equal(["Service-account token that never expires"], report.Rules.Where(r => r.Sight == Sight.Blind).Select(r => r.Rule.Title));
        Assert.Equal(["secrets"], report.Rules.Single(r => r.Sight == Sight.Blind).Lacks.SelectMany(l => l.For).Distinct(StringComparer.Ordinal));
        Assert.Empty(report.Sources.Single().Forms.SelectMany(f => f.Outside));
    }

    [Fact]
    public void At_metadata_level_what_needs_a_body_is_blind_and_the_rest_sees()
    {
        var report = Report(record =>
        {
            record.Remove("requestObject");
            record.Remove("responseObject");
            record["level"] = "Metadata";
        });

        var privileged = report.Rules.Single(r => r.Rule.Title == "Privileged container");
        Assert.Equal(Sight.Blind, privileged.Sight);
        Assert.Contains("audit policy", privileged.Lacks[0].Expectation.SwitchOn, StringComparison.Ordinal);
        Assert.Contains("pods", privileged.Lacks[0].For);
        Assert.Equal(Sight.Sees, Of(report, "Command run in a pod by a service account"));
        Assert.Equal(Sight.Sees, Of(report, "Many secrets read by one identity"));
        Assert.InRange(report.Rules.Count(r => r.Sight == Sight.Blind), 25, 50);
    }

    [Fact]
    public void One_resource_without_bodies_makes_rules_on_several_partly_blind()
    {
        var report = Report(record =>
        {
            if (record["objectRef"]?["resource"]?.GetValue<string>() != "pods") return;
            record.Remove("requestObject");
            record.Remove("responseObject");
        });

        var privileged = report.Rules.Single(r => r.Rule.Title == "Privileged container");
        Assert.Equal((Sight.Partly, "pods"), (privileged.Sight, string.Join(',', privileged.Lacks.SelectMany(l => l.For).Distinct(StringComparer.Ordinal))));
        Assert.Equal(Sight.Blind, Of(report, "Pod that listens on its host"));
        Assert.Equal(Sight.Sees, Of(report, "Role with every right written"));
    }

    [Fact]
    public void Without_the_object_of_the_request_rules_about_objects_are_blind()
    {
        var report = Report(record => record.Remove("objectRef"));

        Assert.Equal(Sight.Blind, Of(report, "Many secrets read by one identity"));
        Assert.Equal(Sight.Sees, Of(report, "Request without an identity succeeded"));
        Assert.All(report.Rules.Where(r => r.Sight == Sight.Blind), r => Assert.NotEmpty(r.Lacks));
    }

    [Fact]
    public void Values_that_the_vocabulary_does_not_have_are_told()
    {
        var report = Report(record => record["verb"] = "berth");

        var ((field, value), count) = Assert.Single(report.Sources.Single().Forms.SelectMany(f => f.Outside));
        Assert.Equal(("verb", "berth", report.Records), (field, value, count));
    }

    [Fact]
    public void The_samples_tell_of_two_platforms_and_of_the_inspect_documents_that_some_containers_lack()
    {
        var result = Tool.Run("sources", "coverage", Repository.PathOf("samples"), "-o", "json");
        var report = JsonDocument.Parse(result.Output).RootElement;

        Assert.Equal(0, result.Code);
        var platforms = report.GetProperty("platforms").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!, p => p.GetProperty("events").EnumerateObject().Sum(e => e.Value.GetInt64()), StringComparer.Ordinal);
        Assert.Equal(10, platforms.Count);
        Assert.True(platforms["Kubernetes"] > 0 && platforms["Docker Swarm"] > 0 && platforms["Standalone engines"] > 0);
        Assert.Equal(0, platforms["Office 365"]);
        var docker = report.GetProperty("sources").EnumerateArray().Single(s => s.GetProperty("source").GetString() == "docker.events").GetProperty("expectations")[0];
        Assert.False(docker.GetProperty("met").GetBoolean());
        Assert.All(report.GetProperty("detections").EnumerateArray().Where(d => d.GetProperty("sight").GetString() == "no-telemetry"), d => Assert.False(string.IsNullOrEmpty(d.GetProperty("switch_on").GetString()), d.ToString()));
        Assert.Contains("BLIND", Tool.Run("sources", "coverage", Repository.PathOf("samples")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_expectation_and_platform_names_a_known_source()
    {
        var telemetry = Telemetry.Load([]);
        var known = GenerationLoader.Load(ContentOptions.Default).Sources.Sources.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(telemetry.Expectations.Select(e => e.Source).Concat(telemetry.Platforms.SelectMany(p => p.Sources)).Concat(telemetry.Parts.Select(p => p.Source)), s => !known.Contains(s));
    }

    [Fact]
    public void Hostile_and_empty_inputs_are_counted()
    {
        using var folder = Repository.Folder();
        var file = folder.Write("x.ndjson", "{\"kind\":\"Event\"\n[]\n{\"no\":\"source\"}\n\u0000\n");

        var result = Tool.Run("sources", "coverage", file);

        Assert.Equal(0, result.Code);
        Assert.StartsWith("0 events", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run("sources", "coverage", "/no/such/file").Code);
    }

    private static Sight Of(CoverageReport report, string title) => report.Rules.Single(r => r.Rule.Title == title).Sight;

    private static CoverageReport Report(Action<JsonObject> change)
    {
        using var folder = Repository.Folder();
        var lines = new List<string>();
        using (var reader = new StreamReader(new GZipStream(File.OpenRead(Repository.Corpus("kubernetes-v1.36", "attack", "audit.ndjson.gz")), CompressionMode.Decompress)))
        {
            while (reader.ReadLine() is { } line)
            {
                var record = JsonNode.Parse(line)!.AsObject();
                change(record);
                lines.Add(record.ToJsonString());
            }
        }

        var file = folder.Write("audit.log", string.Join('\n', lines) + "\n");
        return CoverageReport.Make(GenerationLoader.Load(ContentOptions.Default), Telemetry.Load([]), ScanInput.Of([file]), new Progress<long>(), TestContext.Current.CancellationToken);
    }
}
