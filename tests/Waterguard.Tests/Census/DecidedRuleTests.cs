using System.Text;
using Waterguard.Pipeline;
using Waterguard.Sigma;
using Waterguard.Sigma.Parsing;

using Waterguard.Detection.Lists;
using System.Collections.Immutable;
using Xunit;

namespace Waterguard.Tests.Census;

/// <summary>Clauses that only the census can decide: unknown while a record is matched, decided before anybody is told.</summary>
public sealed class DecidedRuleTests
{
    private static readonly Generation Shipped = GenerationLoader.Load(ContentOptions.Default with { BuiltIn = false });

    [Theory]
    [InlineData("census.known: 'true'", "10.8.0.5", true)]
    [InlineData("census.known: 'true'", "10.9.9.9", false)]
    [InlineData("census.known: 'false'", "10.9.9.9", true)]
    [InlineData("census.registered: 'false'", "10.8.0.5", true)]
    [InlineData("census.registered: 'false'", "10.8.0.6", false)] // registered
    [InlineData("census.registered: 'false'", "10.9.9.9", false)] // unknown is not "not registered"
    [InlineData("census.claimed_by: kubernetes.audit", "10.8.0.5", true)]
    [InlineData("census.ambiguous: 'true'", "10.7.0.1", true)]
    [InlineData("census.claimed_by|exists: true", "10.7.0.1", false)]
    [InlineData("workload.name: Deployment/gate", "10.8.0.6", true)]
    [InlineData("workload.name: Deployment/gate", "10.8.0.5", false)]
    public void A_clause_is_decided_by_what_the_census_says_of_the_address(string clause, string address, bool holds)
    {
        var alerts = Scan($"selection: {{destination.port: 4444, {clause}}}\n  condition: selection", address, out var dismissed);

        Assert.Equal(holds ? 1 : 0, alerts);
        Assert.Equal(holds ? 0 : 1, dismissed);
    }

    [Theory]
    [InlineData("10.8.0.6", false)]
    [InlineData("10.8.0.5", true)]
    [InlineData("10.9.9.9", true)]
    public void A_negated_clause_is_unknown_too_and_excuses_only_what_is_registered(string address, bool holds) =>
        Assert.Equal(holds ? 1 : 0, Scan("selection: {destination.port: 4444}\n  ours: {census.registered: 'true'}\n  condition: selection and not ours", address, out _));

    [Fact]
    public void What_the_record_itself_rules_out_is_not_even_asked()
    {
        Assert.Equal(0, Scan("selection: {destination.port: 5555, census.known: 'true'}\n  condition: selection", "10.8.0.5", out var dismissed));
        Assert.Equal(0, dismissed);
    }

    private static int Scan(string detection, string address, out long dismissed)
    {
        var rules = RuleLoader.Load([new RuleFile("r.yml", $"title: Odd port\nlevel: high\nlogsource: {{product: zeek, service: conn}}\ndetection:\n  {detection}\n")]);
        Assert.Empty(rules.Diagnostics.Where(d => d.Severity == Waterguard.Content.Severity.Error));
        var lists = new ListCatalog(ImmutableDictionary<string, ValueList>.Empty.Add("registered-workloads", new ValueList(["tide/Deployment/gate"])));
        var generation = new Generation(Shipped.Sources, rules, lists, ImmutableDictionary<string, string>.Empty, Level.Informational, [], Shipped.Readings);
        string[] lines =
        [
            Status("tide-1", "10.8.0.5", "10.7.0.1"), Pod("gate-1", "Deployment", "gate"), Status("gate-1", "10.8.0.6", "10.7.0.1"),
            $"{{\"ts\":{DateTimeOffset.Parse("2026-11-02T08:01:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds()}.5,\"uid\":\"C1\",\"id.orig_h\":\"{address}\",\"id.orig_p\":40000,\"id.resp_h\":\"198.51.100.7\",\"id.resp_p\":4444,\"proto\":\"tcp\",\"conn_state\":\"SF\"}}",
        ];
        using var spool = new RawSpool();
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        var result = Waterguard.Pipeline.Scan.Run(generation, [new ScanInput("in", bytes.Length, () => new MemoryStream(bytes))], new ScanOptions(null, 1, Level.Informational), spool, new Progress<long>(), CancellationToken.None);
        Assert.Equal((4L, 0L), (result.Tally.Events, result.Tally.UnrecognisedRecords));
        dismissed = result.Census.Census.Counts.Dismissed;
        return result.Alerts.Count;
    }

    private static string Pod(string name, string kind, string owner) => Call("create", "", name, $"{{\"metadata\":{{\"name\":\"{name}\",\"ownerReferences\":[{{\"kind\":\"{kind}\",\"name\":\"{owner}\"}}]}}}}", 201, "system:serviceaccount:kube-system:replicaset-controller");

    private static string Status(string name, string address, string node) =>
        Call("patch", "status", name, $"{{\"metadata\":{{\"uid\":\"u-{name}\"}},\"status\":{{\"podIP\":\"{address}\",\"hostIP\":\"{node}\"}}}}", 200, "system:node:hull-a1");

    private static string Call(string verb, string subresource, string name, string body, int code, string user) =>
        $"{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Request\",\"auditID\":\"{verb}-{name}\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/x\",\"verb\":\"{verb}\",\"user\":{{\"username\":\"{user}\"}},\"objectRef\":{{\"resource\":\"pods\",\"namespace\":\"tide\",\"name\":\"{name}\"{(subresource.Length > 0 ? $",\"subresource\":\"{subresource}\"" : "")}}},\"responseStatus\":{{\"code\":{code}}},\"requestObject\":{body},\"stageTimestamp\":\"2026-11-02T08:00:00.000000Z\"}}";
}
