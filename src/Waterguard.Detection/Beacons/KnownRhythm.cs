using System.Net;
using System.Net.Sockets;

namespace Waterguard.Detection.Beacons;

/// <summary>Why a rhythm may be harmless, told from what the calls themselves show: an explanation for the responder, not a licence.</summary>
internal static class KnownRhythm
{
    /// <summary>What calls of this kind usually are; null when nothing tells.</summary>
    public static string? Of(string? destination, string? port, string? protocol) => (port, protocol) switch
    {
        _ when IsGroup(destination, port) => "announcements to a group of the local network",
        ("53", _) or ("853", _) or (_, "dns") => "name resolution",
        ("123", _) or (_, "ntp") => "time of day",
        ("67" or "68" or "547", _) or (_, "dhcp") => "address leases",
        ("8.0" or "0.8", _) or (_, "icmp") => "reachability checks",
        ("161" or "162" or "9100" or "9090" or "4317" or "4318" or "8125", _) => "collection of metrics",
        ("514" or "6514" or "5044" or "24224", _) => "delivery of logs",
        ("2379" or "2380" or "6443" or "10250", _) => "the cluster's own components",
        ("389" or "636" or "88", _) => "directory and sign-in service",
        _ => null,
    };

    /// <summary>Whether an address is a group (multicast or broadcast), which nobody outside the local network can be behind.</summary>
    public static bool IsGroup(string? destination, string? port)
    {
        if (port is "137" or "138" && destination?.EndsWith(".255", StringComparison.Ordinal) == true) return true; // NetBIOS names go to a network's broadcast address
        if (!IPAddress.TryParse(destination, out var address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return address.IsIPv6Multicast;
        var first = address.GetAddressBytes()[0];
        return first is >= 224 and <= 239 || address.Equals(IPAddress.Broadcast);
    }
}
