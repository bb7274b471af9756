using System.Text;
using Waterguard.Platforms.Kubernetes;
using Waterguard.Response.Actions.Kubernetes;
using Waterguard.Tests.Sources.Transports.Cloud;
using Xunit;

namespace Waterguard.Tests.Response.Kubernetes;

/// <summary>What a kubeconfig says is heeded, or refused with its line.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();

    [Fact]
    public async Task Server_and_token_are_read_and_only_the_current_context_counts()
    {
        var cluster = Kubeconfig.Load(Write("token: good"));
        Assert.Equal(new Uri("https://cluster.example:6443"), cluster.Server);
        Assert.Equal("good", await cluster.Tokens!.TokenAsync(false, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_with_the_token_is_read_again_when_it_has_changed()
    {
        var file = _folder.Write("t", "first\n");
        var cluster = Kubeconfig.Load(Write("tokenFile: t"));
        Assert.Equal("first", await cluster.Tokens!.TokenAsync(false, CancellationToken.None));
        File.WriteAllText(file, "second\n");
        File.SetLastWriteTimeUtc(file, new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("second", await cluster.Tokens!.TokenAsync(false, CancellationToken.None));
    }

    [Theory]
    [InlineData("exec: {command: aws}", "config:20: 'exec' of a user is not heeded here")]
    [InlineData("username: ann", "config:20: 'username' of a user is not heeded here")]
    [InlineData("client-certificate-data: 'no base64!'", "config:20: 'client-certificate-data' is no base64")]
    [InlineData("client-certificate-data: QUJD", "a client certificate and its key go together")]
    [InlineData("token: \"two words\"", "config:20: this is no token")]
    [InlineData("client-key: missing.pem", "config:20: 'client-key' cannot be read")]
    public void What_is_not_heeded_is_an_error_with_its_line(string user, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => Kubeconfig.Load(Write(user))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("server: https://cluster.example:6443", "server: http://cluster.example", "is no https address")]
    [InlineData("server: https://cluster.example:6443", "insecure-skip-tls-verify: true", "'insecure-skip-tls-verify' of a cluster is not heeded here")]
    [InlineData("current-context: one", "current-context: three", "there is no context 'three'")]
    [InlineData("clusters:", "clusters: [", "config:")]
    public void A_file_that_makes_no_sense_is_an_error(string line, string instead, string why)
    {
        var file = Write("token: good");
        File.WriteAllText(file, File.ReadAllText(file).Replace(line, instead, StringComparison.Ordinal));
        Assert.Contains(why, Assert.Throws<FormatException>(() => Kubeconfig.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_server_that_the_pinned_authority_signed_is_believed()
    {
        await using var server = await IdentityServer.StartAsync();
        await using var other = await IdentityServer.StartAsync();
        var trusted = new KubernetesCluster(server.Authority, File.ReadAllText(server.Certificate), null, null, null);
        using (var api = new KubernetesApi(trusted, TimeProvider.System)) Assert.Null(await api.GetAsync("api/v1/nodes/x", CancellationToken.None));
        using (var api = new KubernetesApi(trusted with { Authority = File.ReadAllText(other.Certificate) }, TimeProvider.System))
            Assert.Contains("certificate", (await Assert.ThrowsAsync<HttpRequestException>(() => api.GetAsync("api/v1/nodes/x", CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inside_of_a_cluster_what_is_mounted_is_taken()
    {
        _folder.Write("token", "t");
        _folder.Write("ca.crt", "pem");
        static string? Environment(string name) => name switch { "KUBERNETES_SERVICE_HOST" => "fd00::1", "KUBERNETES_SERVICE_PORT" => "6443", _ => null };
        Assert.Equal((new Uri("https://[fd00::1]:6443/"), "pem"), KubernetesCluster.Inside(_folder.Path, Environment) is { } found ? (found.Server, found.Authority) : default);
        Assert.Null(KubernetesCluster.Inside(_folder.Path, _ => null));
        Assert.Contains("holds no certificate", Assert.Throws<FormatException>(() => new KubernetesApi(KubernetesCluster.Inside(_folder.Path, Environment)!, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string user) => _folder.Write("config", new StringBuilder().Append("""
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: one
        clusters:
        - name: harbour
          cluster:
            server: https://cluster.example:6443
        contexts:
        - name: one
          context: {cluster: harbour, user: responder, namespace: tide}
        - name: two
          context: {cluster: harbour, user: other}
        users:
        - name: other
          user:
            exec: {command: aws}
        - name: responder
          user:
        """).Append("\n    ").Append(user).Append('\n').ToString());
}
