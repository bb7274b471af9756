using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waterguard.Platforms.Outbound;

namespace Waterguard.Platforms.Kubernetes;

/// <summary>Where a cluster's API server is, whose word is believed about it, and who we are for it. Immutable.</summary>
/// <param name="Server">Its address: https, or http on this machine.</param>
/// <param name="Authority">Certificates, PEM, of those who may have signed the server's; nobody else is believed. Null: whom this machine believes.</param>
/// <param name="Tokens">Who we are; null: nobody, or who the certificate says.</param>
/// <param name="Certificate">Our certificate, PEM.</param>
/// <param name="CertificateKey">Its private key, PEM.</param>
public sealed record KubernetesCluster(Uri Server, string? Authority, IAccessTokens? Tokens, string? Certificate, string? CertificateKey)
{
    /// <summary>Where a pod finds what its service account is given.</summary>
    public const string Mounted = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The cluster that this process runs in; null: it runs in none.</summary>
    /// <param name="folder">Where token and authority are mounted.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="IOException">The authority cannot be read.</exception>
    public static KubernetesCluster? Inside(string folder, Func<string, string?> environment)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host || !File.Exists(Path.Combine(folder, "token"))) return null;
        var port = environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        var name = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return new KubernetesCluster(new Uri($"https://{name}:{port}/"), File.ReadAllText(Path.Combine(folder, "ca.crt")), new TokenFile(Path.Combine(folder, "token")), null, null);
    }

    /// <summary>What requests go out by: the authority pinned, our certificate shown.</summary>
    /// <exception cref="FormatException">A certificate or key cannot be read.</exception>
    internal SocketsHttpHandler Handler()
    {
        var handler = (SocketsHttpHandler)AllowedHostsHandler.Direct();
        // Inside of a cluster the way to its API server is no proxy's business.
        handler.UseProxy = false;
        try
        {
            if (Authority is not null)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPem(Authority);
                if (policy.CustomTrustStore.Count == 0) throw new FormatException("the certificate authority of the cluster holds no certificate (PEM)");
                handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
            }

            if (Certificate is not null)
            {
                using var read = X509Certificate2.CreateFromPem(Certificate, CertificateKey);
                handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null)];
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FormatException($"a certificate for the cluster cannot be read: {e.Message}", e);
        }

        return handler;
    }
}
