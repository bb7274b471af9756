using System.Net;

namespace Waterguard.Response.Actions;

/// <summary>An address with which traffic is denied: one host's, and none that a platform itself answers at.</summary>
internal sealed record DeniedAddress(IPAddress Address)
{
    // Where the machines of Azure and Google find their names, time and health checks: without them they break.
    private static readonly string[] s_platforms = ["168.63.129.16", "169.254.169.254"];

    /// <summary>The address as a network of one.</summary>
    public string Network => $"{Address}/{(Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)}";

    /// <exception cref="ActionFailedException">It is none, or must not be denied.</exception>
    public static DeniedAddress Of(string text)
    {
        // Short forms (10.1) are taken for addresses by some: only what is written back as it was read is one.
        if (!IPAddress.TryParse(text, out var address) || !string.Equals(address.ToString(), text, StringComparison.OrdinalIgnoreCase) || address.ScopeIdOf() != 0) throw new ActionFailedException($"'{text}' is no address of one host");
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast) || address.IsIPv6Multicast || address.IsIPv4MappedToIPv6) throw new ActionFailedException($"{text} is no address of another host");
        return s_platforms.Contains(text, StringComparer.Ordinal) ? throw new ActionFailedException($"at {text} the cloud itself answers: without it machines lose their names and are taken for dead") : new DeniedAddress(address);
    }

    /// <summary>Whether a prefix may hold the address. What is no network (a name of the cloud's for many) may.</summary>
    public bool MayBeIn(string prefix) => prefix.Contains('/', StringComparison.Ordinal)
        ? !IPNetwork.TryParse(prefix, out var network) || network.Contains(Address)
        : !IPAddress.TryParse(prefix, out var one) || one.Equals(Address);
}

/// <summary>What addresses say of themselves.</summary>
internal static class AddressScope
{
    public static long ScopeIdOf(this IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
