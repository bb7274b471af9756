using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Waterguard.Notify.Outbound;

/// <summary>Opens the connections by which notifications go out, and refuses those that lead where none should: it looks at the address that is connected to, after the name was looked up, so that a name cannot
/// first mean one address and then another. Thread-safe.</summary>
/// <param name="allow">Host names, addresses and networks. Where there are some, nothing else is contacted; a network of our own only where its host or address is among them, a special address only as an address.</param>
/// <param name="resolve">Looks up a name; null: as the machine does.</param>
internal sealed class OutboundGuard(ImmutableArray<string> allow, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(10);
    private readonly ImmutableHashSet<string> _hosts = [.. allow.Where(a => Network(a) is null).Select(Name)];
    private readonly ImmutableArray<IPNetwork> _networks = [.. allow.Select(Network).OfType<IPNetwork>()];
    private long _refused;

    /// <summary>Connections that were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Whether clear text may go there: only where it was said that it may.</summary>
    public bool IsListed(string host) => _hosts.Contains(Name(host)) || (IPAddress.TryParse(host, out var address) && IsListed(address));

    /// <summary>An address or network as it may be listed; null: it is a name.</summary>
    public static IPNetwork? Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        return IPAddress.TryParse(text, out var address) ? new IPNetwork(AddressKinds.Plain(address), AddressKinds.Plain(address).AddressFamily == AddressFamily.InterNetwork ? 32 : 128) : null;
    }

    /// <summary>Connects to a host, at an address at which it may be contacted.</summary>
    /// <exception cref="DeliveryException">It may not be contacted, or cannot be.</exception>
    public async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancel, bool datagrams = false)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(s_connect);
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await (resolve ?? Dns.GetHostAddressesAsync)(host, deadline.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw DeliveryException.Passing($"the name {host} cannot be looked up");
        }

        var allowed = addresses.Where(a => May(host, a)).ToArray();
        if (allowed.Length == 0)
        {
            Interlocked.Increment(ref _refused);
            throw DeliveryException.Lasting(addresses.Length == 0 ? $"the name {host} has no address" : $"{host} is at {string.Join(", ", addresses.Take(3).Select(a => a.ToString()))}, which must not be contacted: see outbound: allow");
        }

        Exception? last = null;
        foreach (var address in allowed)
        {
            var socket = datagrams ? new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), deadline.Token);
                return socket;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                socket.Dispose();
                last = e;
            }
        }

        throw DeliveryException.Passing($"{host}:{port} cannot be connected to: {(last is SocketException s ? s.Message : "no answer in time")}");
    }

    /// <summary>A client of HTTP that connects by this guard alone: no redirects, no cookies, no proxy.</summary>
    /// <param name="authority">PEM of a further authority; null: those of the machine.</param>
    public HttpClient Client(string? authority) => new(Handler(authority)) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = 64 * 1024 };

    /// <summary>What such a client sends by.</summary>
    /// <param name="authority">PEM of a further authority; null: those of the machine.</param>
    public SocketsHttpHandler Handler(string? authority)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, MaxResponseHeadersLength = 32, PooledConnectionLifetime = TimeSpan.FromMinutes(1), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            ConnectCallback = async (context, cancel) => new NetworkStream(await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancel), ownsSocket: true),
        };
        if (Policy(authority) is { } policy) handler.SslOptions.CertificateChainPolicy = policy;
        return handler;
    }

    /// <summary>Speaks TLS on a connection.</summary>
    /// <exception cref="DeliveryException">The other side cannot show that it is who it should be.</exception>
    public static async Task<SslStream> SecureAsync(Stream inner, string host, string? authority, CancellationToken cancel)
    {
        var stream = new SslStream(inner);
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = Policy(authority) }, cancel);
            return stream;
        }
        catch (Exception e) when (e is System.Security.Authentication.AuthenticationException or IOException)
        {
            await stream.DisposeAsync();
            throw new DeliveryException($"TLS with {host} failed: {e.Message}", isPassing: e is IOException, null);
        }
    }

    private bool May(string host, IPAddress address)
    {
        if (IsListed(address)) return true;
        var isNamed = _hosts.Contains(Name(host));
        return AddressKinds.Of(address) switch
        {
            AddressKind.Special => false,
            AddressKind.Private => isNamed,
            _ => isNamed || (_hosts.IsEmpty && _networks.IsEmpty),
        };
    }

    private bool IsListed(IPAddress address) => _networks.Any(n => AddressKinds.Contains(n, AddressKinds.Plain(address)));

    private static string Name(string host) => host.TrimEnd('.').ToLowerInvariant();

    private static X509ChainPolicy? Policy(string? authority)
    {
        if (authority is null) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(authority);
        return policy;
    }
}
