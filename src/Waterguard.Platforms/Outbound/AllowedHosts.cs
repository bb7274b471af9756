using System.Collections.Immutable;

namespace Waterguard.Platforms.Outbound;

/// <summary>The hosts that may be asked. An address that somebody sends us (a next page, a content) is followed only when it leads there.</summary>
/// <param name="Hosts">Host and port, as <c>graph.microsoft.com:443</c>.</param>
public sealed record AllowedHosts(ImmutableHashSet<string> Hosts)
{
    /// <summary>The hosts of some addresses.</summary>
    public static AllowedHosts Of(params IEnumerable<Uri> addresses) => new([.. addresses.Select(Name)]);

    /// <summary>Whether an address may be asked: of a known host, and in clear text only on this machine.</summary>
    public bool Allows(Uri address) => Hosts.Contains(Name(address)) && (address.Scheme == Uri.UriSchemeHttps || IsClearTextAllowed(address)) && address.UserInfo.Length == 0;

    /// <summary>Where no TLS is needed: on this machine, and at the clouds' own metadata service, which has none.</summary>
    public static bool IsClearTextAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || address.Host is "169.254.169.254" or "metadata.google.internal");

    private static string Name(Uri address) => $"{address.IdnHost.ToLowerInvariant()}:{address.Port}";
}

/// <summary>Lets only requests to allowed hosts out.</summary>
public sealed class AllowedHostsHandler(AllowedHosts hosts, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The handler that everything goes out by: no redirects, no cookies, bounded times. A proxy is taken from the environment.</summary>
    public static HttpMessageHandler Direct() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15), AutomaticDecompression = System.Net.DecompressionMethods.GZip | System.Net.DecompressionMethods.Deflate,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 64,
    };

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } address || !hosts.Allows(address)) throw new NotAllowedException(request.RequestUri);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>An address that is not among those that may be asked.</summary>
public sealed class NotAllowedException(Uri? address) : HttpRequestException($"{address?.Scheme}://{address?.Authority} is not among the hosts that may be asked; clear text is allowed on this machine only")
{
}
