using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Waterguard.Platforms.Outbound;

/// <summary>The hosts that may be asked. An address that somebody sends us (a next page, a content) is followed only when it leads there.</summary>
/// <param name="Hosts">Host and port, as <c>graph.microsoft.com:443</c>.</param>
public sealed record AllowedHosts(ImmutableHashSet<string> Hosts)
{
    /// <summary>The hosts of some addresses.</summary>
    public static AllowedHosts Of(params IEnumerable<Uri> addresses) => new([.. addresses.Select(Name)]);

    /// <summary>Hosts of a platform's own metadata services, which have no TLS.</summary>
    public ImmutableHashSet<string> Metadata { get; init; } = [];

    /// <summary>The same hosts, and those at which a platform says that its metadata services are. In clear text they are asked only on this machine or on a network that does not leave the platform.</summary>
    public AllowedHosts WithMetadata(params IEnumerable<Uri> addresses)
    {
        var all = addresses.ToArray();
        return this with { Hosts = Hosts.Union(all.Select(Name)), Metadata = Metadata.Union(all.Where(IsPrivate).Select(Name)) };
    }

    /// <summary>Whether an address may be asked: of a known host, and in clear text only on this machine.</summary>
    public bool Allows(Uri address) => Hosts.Contains(Name(address)) && (address.Scheme == Uri.UriSchemeHttps || IsClearTextAllowed(address) || (address.Scheme == Uri.UriSchemeHttp && Metadata.Contains(Name(address)))) && address.UserInfo.Length == 0;

    /// <summary>Where no TLS is needed: on this machine, and at the clouds' own metadata service, which has none.</summary>
    public static bool IsClearTextAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || address.Host is "169.254.169.254" or "metadata.google.internal");

    // App Service on Linux says 169.254.129.x or 172.16.x.x.
    private static bool IsPrivate(Uri address)
    {
        if (!IPAddress.TryParse(address.DnsSafeHost, out var ip)) return address.IsLoopback;
        if (IPAddress.IsLoopback(ip)) return true;
        if (ip.AddressFamily != AddressFamily.InterNetwork) return ip.IsIPv6UniqueLocal || ip.IsIPv6LinkLocal;
        return ip.GetAddressBytes() is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..];
    }

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
