using Waterguard.Platforms.Outbound;
using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>The identities that a platform gives: the tool in a process of its own, with the environment that the platform would make.</summary>
public sealed class PlatformIdentityTests
{
    [Theory]
    [InlineData("")]
    [InlineData(IdentityServer.Client)]
    public async Task A_virtual_machine_gives_the_token_of_its_identity(string client)
    {
        await using var server = await IdentityServer.StartAsync();
        var result = Check(server, "managed-identity", client, ("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.Address.AbsoluteUri));

        Assert.True(result.Code == 0, result.Output + result.Error);
        Assert.Contains("directoryAudits: may be read", result.Output, StringComparison.Ordinal);
        Assert.Contains($"virtual machine {client} {server.Address.AbsoluteUri.TrimEnd('/')}", server.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData(IdentityServer.Client)]
    public async Task App_service_gives_the_token_to_whoever_shows_its_header(string client)
    {
        await using var server = await IdentityServer.StartAsync();
        var result = Check(server, "managed-identity", client, ("IDENTITY_ENDPOINT", server.Address + "msi/token"), ("IDENTITY_HEADER", IdentityServer.HeaderSecret));

        Assert.True(result.Code == 0, result.Output + result.Error);
        Assert.Contains($"app service {client} {server.Address.AbsoluteUri.TrimEnd('/')}", server.Asked);
        var refused = Check(server, "managed-identity", client, ("IDENTITY_ENDPOINT", server.Address + "msi/token"), ("IDENTITY_HEADER", "other"));
        Assert.Equal(1, refused.Code);
        Assert.Contains("no token from Entra ID", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_shows_its_federated_token_which_is_read_from_the_file_that_the_webhook_names()
    {
        await using var server = await IdentityServer.StartAsync();
        using var folder = Repository.Folder();
        var file = folder.Write("token", server.Assertion);
        (string, string)[] pod = [("AZURE_FEDERATED_TOKEN_FILE", file), ("AZURE_TENANT_ID", IdentityServer.Tenant), ("AZURE_CLIENT_ID", IdentityServer.Client), ("SSL_CERT_FILE", server.Certificate)];
        var result = Check(server, "workload-identity", "", [.. pod]);

        Assert.True(result.Code == 0, result.Output + result.Error);
        Assert.Contains($"entra client_credentials {IdentityServer.Client} {server.Address.AbsoluteUri.TrimEnd('/')}/.default", server.Asked);

        server.Assertion = "renewed-token";
        var refused = Check(server, "workload-identity", "", [.. pod]);
        Assert.Equal(1, refused.Code);
        Assert.Contains("add one with its issuer, subject and audience", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("federated-token", refused.Output + refused.Error, StringComparison.Ordinal);
        folder.Write("token", server.Assertion);
        Assert.Equal(0, Check(server, "workload-identity", "", [.. pod]).Code);
    }

    [Fact]
    public async Task Where_there_is_no_such_identity_a_check_says_what_the_environment_lacks()
    {
        await using var server = await IdentityServer.StartAsync();
        var pod = Check(server, "workload-identity", "");
        Assert.Equal(1, pod.Code);
        Assert.Contains("label the pod azure.workload.identity/use", pod.Output, StringComparison.Ordinal);
        Assert.Contains("the settings", Check(server, "workload-identity", "", ("AZURE_FEDERATED_TOKEN_FILE", server.Certificate), ("AZURE_TENANT_ID", "no/tenant"), ("AZURE_CLIENT_ID", IdentityServer.Client)).Output, StringComparison.Ordinal);
        // Without TLS nobody gets the federated token.
        var clear = Check(server, "workload-identity", "", server.Address, ("AZURE_FEDERATED_TOKEN_FILE", server.Certificate), ("AZURE_TENANT_ID", IdentityServer.Tenant), ("AZURE_CLIENT_ID", IdentityServer.Client));
        Assert.Equal(1, clear.Code);
        Assert.Contains("https", clear.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Asked, a => a.StartsWith("entra", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://169.254.129.4:8081/msi/token", true)]
    [InlineData("http://172.16.0.5:8081/msi/token", true)]
    [InlineData("http://localhost:42356/msi/token", true)]
    [InlineData("https://10.0.0.4:2377/metadata/identity", true)]
    [InlineData("http://20.1.2.3:8081/msi/token", false)]
    [InlineData("http://metadata.evil.example/msi/token", false)]
    public void In_clear_text_a_metadata_service_is_asked_only_where_nobody_else_listens(string address, bool isAllowed) =>
        Assert.Equal(isAllowed, AllowedHosts.Of(new Uri("https://login.microsoftonline.com/")).WithMetadata(new Uri(address)).Allows(new Uri(address)));

    private static ToolResult Check(IdentityServer server, string credential, string client, params (string Name, string Value)[] environment) => Check(server, credential, client, server.Authority, environment);

    private static ToolResult Check(IdentityServer server, string credential, string client, Uri authority, params (string Name, string Value)[] environment)
    {
        using var folder = Repository.Folder();
        var config = folder.Write("w.yaml", $"inputs:\n  - {{name: entra, transport: graph, lists: directoryAudits, endpoint: '{server.Address}', authority: '{authority}', credential: {credential}{(client.Length > 0 ? $", client: {client}" : "")}}}\n");
        // What the machine of the tests has in its environment must not count.
        var all = new[] { "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "AZURE_CLIENT_ID" }.ToDictionary(n => n, _ => "", StringComparer.Ordinal);
        foreach (var (name, value) in environment) all[name] = value;
        return Tool.Run(null, all, "sources", "check", "--config", config);
    }
}
