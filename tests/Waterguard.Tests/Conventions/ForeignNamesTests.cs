using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Waterguard.Tests.Conventions;

/// <summary>Content is made for everybody's telemetry: nothing in it names an identity, namespace, node, image, account, tenant, project or address of the public
/// corpora on which it is measured. What vendors and platforms call so everywhere stands, with its reason, in <c>tests/data/vendor-names.tsv</c>.</summary>
public sealed partial class ForeignNamesTests
{
    private const int Shortest = 5;

    // Members of records whose values name somebody or something, in all families.
    private static readonly HashSet<string> Naming = new(
        ("username user_name userName user upn userPrincipalName UserId UserKey MailboxOwnerUPN caller principalEmail email emailAddress actor_email displayName initiatedBy serviceAccount "
        + "namespace node nodeName hostIdentifier hostname host_identifier computer DeviceName image imageName container_image pod podName cluster clusterName cluster_name "
        + "account accountName accountId account_id storageAccount tenantId tenant_id TenantId aadTenantId OrganizationId OrganizationName organizationId subscriptionId subscription_id customerId "
        + "project projectId project_id callerIp callerIpAddress ipAddress ip_address ClientIP ClientIPAddress ActorIpAddress clientIp sourceIPs sourceIp src_ip dest_ip srcip remote_address local_address resourceGroup resourceGroupName")
        .Split(' '), StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Content_names_nothing_of_the_kubernetes_corpus() =>
        Check(new[] { "attack", "benign" }.SelectMany(p => Lines(new GZipStream(File.OpenRead(Repository.Corpus("kubernetes-v1.36", p, "audit.ndjson.gz")), CompressionMode.Decompress))), 20);

    [Theory]
    [InlineData("azure-activity")]
    [InlineData("container-runtime-alerts")]
    [InlineData("entra-signin-audit")]
    [InlineData("gcp-audit")]
    [InlineData("google-workspace")]
    [InlineData("kubernetes")]
    [InlineData("kubernetes-eks")]
    [InlineData("kubernetes-gke")]
    [InlineData("m365-o365")]
    [InlineData("network-flow")]
    [InlineData("osquery-fim")]
    public void Content_names_nothing_of_a_public_family_of_events(string family) =>
        Check(Directory.EnumerateFiles(Repository.Corpus("panther", family), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines), 0);

    [Fact]
    public void Content_names_nothing_of_the_samples_of_integrations() =>
        Check(Directory.EnumerateFiles(Repository.Corpus("elastic-package-samples"), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines), 20);

    [Fact]
    public void Every_allowed_name_has_a_reason() => Assert.All(Allowed(), row => Assert.True(row is [{ Length: > 0 }, { Length: > 10 }]));

    private static void Check(IEnumerable<string> records, int least)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var record in records) Collect(JsonDocument.Parse(record).RootElement, names);
        var allowed = Allowed().Select(r => r[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        names.RemoveWhere(n => n.Length < Shortest || Platform().IsMatch(n) || allowed.Contains(n) || Private().IsMatch(n));
        Assert.True(names.Count >= least);
        var content = Directory.EnumerateFiles(Repository.PathOf("content"), "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/attack/", StringComparison.Ordinal)).Select(f => (File: Path.GetRelativePath(Repository.Root, f), Text: File.ReadAllText(f))).ToArray();

        var found = names.SelectMany(n => content.Where(c => Stands(c.Text, n)).Take(1).Select(c => $"{n}\t{c.File}")).ToArray();
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    // As a word of its own, not as a part of another name.
    private static bool Stands(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            if (!IsName(at == 0 ? ' ' : text[at - 1]) && !IsName(at + name.Length == text.Length ? ' ' : text[at + name.Length])) return true;
        }

        return false;
    }

    private static bool IsName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

    private static void Collect(JsonElement value, SortedSet<string> names)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in value.EnumerateArray()) Collect(element, names);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (!Naming.Contains(member.Name)) Collect(member.Value, names);
                else if (member.Value.ValueKind == JsonValueKind.String) names.Add(member.Value.GetString()!);
                else if (member.Value.ValueKind == JsonValueKind.Array) names.UnionWith(member.Value.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!));
                else Collect(member.Value, names);
            }
        }
    }

    private static IEnumerable<string> Lines(Stream stream)
    {
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static IEnumerable<string[]> Allowed() => File.ReadLines(Repository.PathOf("tests", "data", "vendor-names.tsv")).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t'));

    // Names that Kubernetes itself has.
    [GeneratedRegex("^(system:.*|kube-.*|kubernetes-admin|default|registry\\.k8s\\.io/.*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Platform();

    // Addresses that everybody has.
    [GeneratedRegex("^(127\\.0\\.0\\.1|0\\.0\\.0\\.0|169\\.254\\.169\\.254|::1)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Private();
}
