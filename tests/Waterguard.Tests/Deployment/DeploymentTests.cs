using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Waterguard.Canaries;
using Waterguard.Configuration;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Service;
using Xunit;

namespace Waterguard.Tests.Deployment;

/// <summary>Files by which the service is installed say what the code does.</summary>
public sealed partial class DeploymentTests
{
    [Fact]
    public async Task Systemd_is_told_when_the_service_is_ready_alive_and_stopping()
    {
        using var folder = Repository.Folder();
        using var listening = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var path = Path.Combine(folder.Path, "notify");
        listening.Bind(new UnixDomainSocketEndPoint(path));
        var time = new FakeTime();
        var notice = new SystemdNotice(path, TimeSpan.FromSeconds(30), time);
        async Task<string> Next()
        {
            var buffer = new byte[256];
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            return Encoding.ASCII.GetString(buffer, 0, await listening.ReceiveAsync(buffer, deadline.Token));
        }

        notice.Ready();
        Assert.StartsWith("READY=1\n", await Next(), StringComparison.Ordinal);
        using var stop = new CancellationTokenSource();
        var (isAlive, asked) = (true, 0);
        var running = notice.RunAsync(() => Task.FromResult(++asked > 0 && isAlive), stop.Token);
        Assert.Equal("WATCHDOG=1\n", await Next());
        isAlive = false;
        await time.Until(() => asked >= 2, "it is asked again", TimeSpan.FromSeconds(5));
        Assert.Equal(0, listening.Available);
        isAlive = true;
        var before = asked;
        await time.Until(() => asked > before, "it is asked again", TimeSpan.FromSeconds(5));
        Assert.Equal("WATCHDOG=1\n", await Next());
        await stop.CancelAsync();
        await running;
        notice.Stopping();
        Assert.StartsWith("STOPPING=1\n", await Next(), StringComparison.Ordinal);
        new SystemdNotice(Path.Combine(folder.Path, "nobody"), null, time).Ready();
    }

    [Fact]
    public void Systemd_takes_the_unit()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze.");
        using var verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", "--man=no", Repository.PathOf("deploy", "systemd", "waterguard.service")]) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = verify.StandardError.ReadToEnd();
        verify.WaitForExit();
        // That the program is not installed here is no fault of the unit's.
        Assert.DoesNotContain(said.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.Contains("waterguard.service", StringComparison.Ordinal) && !l.Contains("is not executable", StringComparison.Ordinal));
        var unit = File.ReadAllText(Repository.PathOf("deploy", "systemd", "waterguard.service"));
        foreach (var line in new[] { "Type=notify", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n", "DynamicUser=yes", "StateDirectory=waterguard\n" }) Assert.Contains(line, unit, StringComparison.Ordinal);
        Assert.Contains("--config " + ConfigurationKeys.DefaultFile, unit, StringComparison.Ordinal);
        Assert.True(RunningService.DrainTime + TimeSpan.FromSeconds(10) < TimeSpan.FromSeconds(60), "it has time to drain");
    }

    [Fact]
    public void What_the_image_copies_is_there_and_nothing_of_the_build_is_left_out()
    {
        var lines = File.ReadAllLines(Repository.PathOf("deploy", "docker", "Dockerfile"));
        var copied = lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal)).SelectMany(l => l.Split(' ')[1..^1]).Select(c => c.TrimEnd('/')).ToArray();
        Assert.All(copied, c => Assert.True(Path.Exists(Repository.PathOf(c)), c));
        // What the projects embed or import from beside them has to be there when they are built.
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories).Append(Repository.PathOf("Directory.Build.props")))
        {
            foreach (var outside in Outside().Matches(File.ReadAllText(file)).Select(m => m.Groups["path"].Value).Distinct(StringComparer.Ordinal)) Assert.Contains(outside, copied);
        }

        var last = Array.FindLastIndex(lines, l => l.StartsWith("FROM ", StringComparison.Ordinal));
        Assert.Matches("^USER [1-9][0-9]*:", Assert.Single(lines[last..], l => l.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines[last..], l => l.Contains("sdk", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("ENTRYPOINT [\"dotnet\", \"/opt/waterguard/waterguard.dll\"]", lines);
        var port = Configured(File.ReadAllText(Repository.PathOf("deploy", "docker", "waterguard.yaml"))).Http!.Listen.Port;
        Assert.Contains($"EXPOSE {port}", lines);
    }

    [Fact]
    public void The_manifests_agree_with_each_other_and_give_no_privilege()
    {
        var text = File.ReadAllText(Repository.PathOf("deploy", "kubernetes", "waterguard.yaml"));
        var documents = Documents("waterguard.yaml");
        YamlMapping Of(string kind) => Assert.Single(documents, d => Text(d, "kind") == kind);
        Assert.Equal(["ConfigMap", "Namespace", "NetworkPolicy", "Secret", "Service", "ServiceAccount", "StatefulSet"], documents.Select(d => Text(d, "kind")).Order(StringComparer.Ordinal));
        foreach (var word in new[] { "privileged: true", "hostNetwork", "hostPID", "hostIPC", "hostPath", "allowPrivilegeEscalation: true", "add:" }) Assert.DoesNotContain(word, text, StringComparison.Ordinal);
        foreach (var word in new[] { "runAsNonRoot: true", "allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true", "drop: [ALL]", "type: RuntimeDefault", "automountServiceAccountToken: false", "pod-security.kubernetes.io/enforce: restricted" }) Assert.Contains(word, text, StringComparison.Ordinal);

        var configuration = Configured(Text(Of("ConfigMap"), "data", ConfigurationKeys.DefaultFile.Split('/')[^1]));
        var pod = At(Of("StatefulSet"), "spec", "template", "spec")!;
        var container = (YamlMapping)((YamlSequence)pod["containers"]!).Items[0];
        Assert.Equal(configuration.Http!.Listen.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), Text((YamlMapping)((YamlSequence)container["ports"]!).Items[0], "containerPort"));
        Assert.Contains($"port: {configuration.Http.Listen.Port}, protocol: TCP", text, StringComparison.Ordinal);
        var mounts = ((YamlSequence)container["volumeMounts"]!).Items.Cast<YamlMapping>().ToDictionary(m => Text(m, "name"), m => Text(m, "mountPath"), StringComparer.Ordinal);
        Assert.Equal(configuration.Data, mounts["data"]);
        Assert.Equal(Path.GetDirectoryName(ConfigurationKeys.DefaultFile), mounts["configuration"]);
        // Each secret that the configuration reads is in the Secret, where that is mounted.
        var keys = ((YamlMapping)Of("Secret")["stringData"]!).Entries.Select(e => e.Name).ToArray();
        var read = Files().Matches(Text(Of("ConfigMap"), "data", "waterguard.yaml")).Select(m => m.Value).ToArray();
        Assert.NotEmpty(read);
        Assert.Equal(keys.Order(StringComparer.Ordinal), read.Select(r => r[(mounts["secrets"].Length + 1)..]).Order(StringComparer.Ordinal));
        foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" }) Assert.Contains(Text(At(container, probe, "httpGet")!, "path"), (string[])["/healthz", "/readyz"]);
        var names = ((YamlSequence)pod["volumes"]!).Items.Cast<YamlMapping>().Select(v => Text(v, "name")).Append("data");
        Assert.Equal(names.Order(StringComparer.Ordinal), mounts.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_webhook_leads_to_a_route_that_there_is_and_the_policy_keeps_secrets_out()
    {
        Assert.Contains(":8478" + Waterguard.Api.Routing.ApiRoute.Root + "/ingest/kubernetes.audit", File.ReadAllText(Repository.PathOf("deploy", "kubernetes", "audit-webhook.yaml")), StringComparison.Ordinal);
        Assert.Equal("Config", Text(Assert.Single(Documents("audit-webhook.yaml")), "kind"));
        var rules = ((YamlSequence)Assert.Single(Documents("audit-policy.yaml"))["rules"]!).Items.Cast<YamlMapping>().ToArray();
        // The first rule that fits decides: secrets never come to one with bodies.
        Assert.Equal("Metadata", Text(rules[0], "level"));
        Assert.Contains("secrets", ((YamlSequence)((YamlMapping)((YamlSequence)rules[0]["resources"]!).Items[0])["resources"]!).Items.Cast<YamlScalar>().Select(s => s.Text));
        Assert.Equal("Metadata", Text(rules[^1], "level"));
        Assert.All(rules, r => Assert.Contains(Text(r, "level"), (string[])["None", "Metadata", "Request", "RequestResponse"]));
    }

    [Fact]
    public void The_canary_of_a_cluster_may_ask_for_ConfigMaps_of_its_own_namespace_and_nothing_else()
    {
        var documents = Documents("canary.yaml");
        var space = CanaryConfiguration.Settings.Single(s => s.Name == "namespace").Default!;
        Assert.Equal(space, Text(Assert.Single(documents, d => Text(d, "kind") == "Namespace"), "metadata", "name"));
        Assert.All(documents.Where(d => Text(d, "kind") != "Namespace"), d => Assert.Equal(space, Text(d, "metadata", "namespace")));
        var role = Assert.Single(documents, d => Text(d, "kind").Contains("Role", StringComparison.Ordinal) && d["rules"] is not null);
        Assert.Equal("Role", Text(role, "kind"));
        var rule = (YamlMapping)Assert.Single(((YamlSequence)role["rules"]!).Items);
        Assert.Equal(["configmaps get"], from resource in ((YamlSequence)rule["resources"]!).Items.Cast<YamlScalar>() from verb in ((YamlSequence)rule["verbs"]!).Items.Cast<YamlScalar>() select $"{resource.Text} {verb.Text}");
        var subject = (YamlMapping)Assert.Single(((YamlSequence)Assert.Single(documents, d => Text(d, "kind") == "RoleBinding")["subjects"]!).Items);
        var account = Assert.Single(Documents("waterguard.yaml"), d => Text(d, "kind") == "ServiceAccount");
        Assert.Equal((Text(account, "metadata", "name"), Text(account, "metadata", "namespace")), (Text(subject, "name"), Text(subject, "namespace")));
        // The question is kept: no rule before that of the ConfigMaps says None.
        var first = (YamlMapping)((YamlSequence)Assert.Single(Documents("audit-policy.yaml"))["rules"]!).Items[0];
        Assert.Contains("configmaps", ((YamlSequence)((YamlMapping)((YamlSequence)first["resources"]!).Items[0])["resources"]!).Items.Cast<YamlScalar>().Select(s => s.Text));
    }

    private static YamlMapping[] Documents(string file)
    {
        var yaml = YamlFile.Parse(file, File.ReadAllBytes(Repository.PathOf("deploy", "kubernetes", file)));
        Assert.Empty(yaml.Diagnostics);
        return [.. yaml.Documents.Select(d => (YamlMapping)d.Root)];
    }

    private static YamlMapping? At(YamlMapping of, params string[] path) => path.Aggregate((YamlMapping?)of, (m, p) => m?[p] as YamlMapping);

    private static string Text(YamlMapping of, params string[] path) => ((YamlScalar)At(of, path[..^1])![path[^1]]!).Text;

    private static ServiceConfiguration Configured(string text)
    {
        var bag = new DiagnosticBag();
        var configuration = ServiceConfiguration.Load("w.yaml", Encoding.UTF8.GetBytes(text), bag);
        Assert.Empty(bag.ToSorted());
        return configuration!;
    }

    [GeneratedRegex("\"(?:\\$\\([A-Za-z]+\\))?(?:\\.\\./)+(?<path>docs|content|samples|scripts|[A-Za-z.]+\\.(?:txt|props|json))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Outside();

    [GeneratedRegex("/run/secrets/waterguard/[a-z.-]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Files();
}
