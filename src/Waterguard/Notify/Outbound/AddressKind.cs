using System.Net;
using System.Net.Sockets;

namespace Waterguard.Notify.Outbound;

/// <summary>Who is behind an address.</summary>
internal enum AddressKind
{
    /// <summary>The internet.</summary>
    Public,

    /// <summary>A network of our own, or this machine.</summary>
    Private,

    /// <summary>Nobody who could want a notification: a cloud's metadata service, link-local, multicast, addresses in which others are hidden.</summary>
    Special,
}

/// <summary>Tells addresses apart.</summary>
internal static class AddressKinds
{
    private static readonly IPNetwork[] s_private = [.. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1/128", "fc00::/7" }.Select(n => IPNetwork.Parse(n))];

    // 168.63.129.16: Azure's own services; 100.100.100.200 and fd00:ec2::254: metadata; the last four: IPv4 within IPv6 and documentation.
    private static readonly IPNetwork[] s_special =
    [
        .. new[]
        {
            "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "100.100.100.200/32",
            "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    public static AddressKind Of(IPAddress address)
    {
        var plain = Plain(address);
        return s_special.Any(n => Contains(n, plain)) ? AddressKind.Special : s_private.Any(n => Contains(n, plain)) ? AddressKind.Private : AddressKind.Public;
    }

    /// <summary>IPv4 that is written as IPv6 is IPv4.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    public static bool Contains(IPNetwork network, IPAddress address) => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(Unscoped(address));

    private static IPAddress Unscoped(IPAddress address) => address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
}
