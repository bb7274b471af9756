using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.Azure;

/// <summary>Who we are for Microsoft Entra ID.</summary>
/// <param name="Kind"><c>client-secret</c>, <c>workload-identity</c> or <c>managed-identity</c>.</param>
/// <param name="Tenant">The directory.</param>
/// <param name="Client">The application (or the user-assigned identity).</param>
/// <param name="ReadSecret">Reads the client secret anew: it, or what is wrong.</param>
/// <param name="TokenFile">The federated token of workload identity; null: where its webhook says.</param>
/// <param name="Authority">Gives tokens.</param>
public sealed record AzureIdentity(string Kind, string? Tenant, string? Client, Func<(string? Secret, string? Problem)>? ReadSecret, string? TokenFile, Uri Authority);

/// <summary>Tokens of Microsoft Entra ID, by Azure.Identity, which keeps and renews them.</summary>
public sealed class AzureTokens : IAccessTokens
{
    private readonly AzureIdentity _identity;
    private readonly string _scope;
    private readonly HttpMessageHandler? _inner;
    private readonly Lock _lock = new();
    private TokenCredential? _credential;

    /// <param name="identity">Who we are.</param>
    /// <param name="resource">What the token is for, such as <c>https://graph.microsoft.com</c>.</param>
    /// <param name="inner">What sends; null: the network.</param>
    public AzureTokens(AzureIdentity identity, string resource, HttpMessageHandler? inner = null) => (_identity, _scope, _inner) = (identity, resource.TrimEnd('/') + "/.default", inner);

    /// <inheritdoc/>
    public async Task<string> TokenAsync(bool refused, CancellationToken cancel)
    {
        try
        {
            TokenCredential credential;
            lock (_lock)
            {
                // What is remembered was refused: a new credential remembers nothing (and reads a rotated secret).
                if (refused) _credential = null;
                credential = _credential ??= Make();
            }

            return (await credential.GetTokenAsync(new TokenRequestContext([_scope]), cancel)).Token;
        }
        catch (AuthenticationFailedException e)
        {
            lock (_lock) _credential = null;
            throw new CredentialException(Advice(Words(e)), e);
        }
        catch (ArgumentException e)
        {
            // The library looks at what it is given: a tenant's form, an authority without TLS.
            throw new CredentialException($"Azure.Identity does not accept the settings: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private TokenCredential Make()
    {
        var handler = new AllowedHostsHandler(AllowedHosts.Of(_identity.Authority).WithMetadata(MetadataAddresses()), _inner ?? AllowedHostsHandler.Direct());
        var transport = new HttpClientTransport(handler);
        switch (_identity.Kind)
        {
            case "client-secret":
                var (secret, problem) = _identity.ReadSecret?.Invoke() ?? (null, "'client_secret' is not set");
                if (secret is null) throw new CredentialException($"the client secret is missing: {problem}");
                return new ClientSecretCredential(_identity.Tenant, _identity.Client, secret, new ClientSecretCredentialOptions { AuthorityHost = _identity.Authority, Transport = transport, DisableInstanceDiscovery = true });
            case "workload-identity":
                return Federated(transport);
            default:
                var id = _identity.Client is { } client ? ManagedIdentityId.FromUserAssignedClientId(client) : ManagedIdentityId.SystemAssigned;
                return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(id) { Transport = transport });
        }
    }

    // What is not configured is what the cluster's webhook says.
    private WorkloadIdentityCredential Federated(HttpClientTransport transport)
    {
        static string? Told(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
        var (tenant, client, file) = (_identity.Tenant ?? Told("AZURE_TENANT_ID"), _identity.Client ?? Told("AZURE_CLIENT_ID"), _identity.TokenFile ?? Told("AZURE_FEDERATED_TOKEN_FILE"));
        if (tenant is null || client is null || file is null)
        {
            throw new CredentialException("there is no workload identity here (AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE): label the pod azure.workload.identity/use: \"true\", and annotate its service account with azure.workload.identity/client-id");
        }

        return new WorkloadIdentityCredential(new WorkloadIdentityCredentialOptions { AuthorityHost = _identity.Authority, Transport = transport, DisableInstanceDiscovery = true, TenantId = tenant, ClientId = client, TokenFilePath = file });
    }

    // Virtual machines, and what App Service, Container Apps, Arc and pod identity say in the environment.
    private static IEnumerable<Uri> MetadataAddresses()
    {
        yield return new Uri("http://169.254.169.254/");
        foreach (var name in new[] { "IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST" })
        {
            if (Uri.TryCreate(Environment.GetEnvironmentVariable(name), UriKind.Absolute, out var address)) yield return address;
        }
    }

    // What Entra ID said stands at the end of the chain.
    private static string Words(Exception e)
    {
        var words = new List<string>();
        for (Exception? at = e; at is not null; at = at.InnerException) words.Add(at.Message.ReplaceLineEndings(" ").Trim());
        words.Reverse();
        return string.Join(" < ", words.Distinct(StringComparer.Ordinal));
    }

    // The codes that administrators meet.
    private string Advice(string message)
    {
        var line = message.Split('\n')[0].Trim();
        if (message.Contains("AADSTS7000215", StringComparison.Ordinal)) return "Entra ID refuses the client secret (AADSTS7000215): give the secret's value, not its id";
        if (message.Contains("AADSTS7000222", StringComparison.Ordinal)) return $"the client secret of application {_identity.Client} has expired (AADSTS7000222): make a new one under App registrations > Certificates & secrets";
        if (message.Contains("AADSTS700016", StringComparison.Ordinal)) return $"there is no application {_identity.Client} in directory {_identity.Tenant} (AADSTS700016): correct 'client' or 'tenant', or have an administrator consent to it";
        if (message.Contains("AADSTS90002", StringComparison.Ordinal)) return $"there is no directory {_identity.Tenant} (AADSTS90002): correct 'tenant', or 'cloud'";
        if (message.Contains("AADSTS70021", StringComparison.Ordinal)) return "no federated credential of the application matches the service account's token (AADSTS70021): add one with its issuer, subject and audience";
        if (message.Contains("AADSTS65001", StringComparison.Ordinal) || message.Contains("AADSTS650057", StringComparison.Ordinal)) return "nobody consented to the application's permissions: App registrations > API permissions > Grant admin consent";
        if (_identity.Kind == "managed-identity" && message.Contains("Identity not found", StringComparison.OrdinalIgnoreCase)) return $"this machine has no identity {_identity.Client}: assign it under Identity (of the virtual machine, scale set, App Service or Container App), or correct 'client'";
        return $"no token from Entra ID: {(line.Length > 300 ? line[..300] + "…" : line)}";
    }
}
