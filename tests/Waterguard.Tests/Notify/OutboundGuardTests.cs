using System.Net;
using System.Net.Sockets;
using Waterguard.Notify;
using Waterguard.Notify.Outbound;
using Xunit;

namespace Waterguard.Tests.Notify;

/// <summary>Where notifications must not go.</summary>
public sealed class OutboundGuardTests
{
    public static TheoryData<string> Hidden =>
    [
        "127.0.0.1", "127.8.9.1", "::1", "10.0.0.1", "172.16.5.5", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1", "169.254.169.254", "169.254.1.1", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255",
        "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "198.18.0.1", "192.0.0.192",
    ];

    [Theory]
    [MemberData(nameof(Hidden))]
    public async Task A_name_that_leads_to_a_hidden_address_is_refused(string address)
    {
        foreach (var allow in new[] { Array.Empty<string>(), ["other.example.org"] })
        {
            var guard = new OutboundGuard([.. allow], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
            var refused = await Assert.ThrowsAsync<DeliveryException>(() => guard.ConnectAsync("hooks.example.org", 443, TestContext.Current.CancellationToken));
            Assert.False(refused.IsPassing);
            Assert.Contains("must not be contacted", refused.Message, StringComparison.Ordinal);
            Assert.Equal(1, guard.Refused);
        }

        Assert.NotEqual(AddressKind.Public, AddressKinds.Of(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("100.100.100.200")]
    [InlineData("::ffff:169.254.169.254")]
    public async Task A_listed_name_does_not_open_the_way_to_metadata_services(string address)
    {
        var guard = new OutboundGuard(["hooks.example.org"], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
        Assert.False((await Assert.ThrowsAsync<DeliveryException>(() => guard.ConnectAsync("hooks.example.org", 443, TestContext.Current.CancellationToken))).IsPassing);
    }

    [Fact]
    public async Task With_a_list_nothing_else_is_contacted()
    {
        var guard = new OutboundGuard(["hooks.example.org"], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("203.0.113.7")]));
        Assert.Contains("must not be contacted", (await Assert.ThrowsAsync<DeliveryException>(() => guard.ConnectAsync("evil.example.org", 443, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_connected_to_is_what_was_looked_at_even_when_the_name_changes_its_mind()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var asked = 0;
        // First an address that may be contacted, then one that may not: a second look would go astray.
        var guard = new OutboundGuard(["127.0.0.1/32"], (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("169.254.169.254")]));
        using (var socket = await guard.ConnectAsync("hooks.example.org", port, TestContext.Current.CancellationToken)) Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
        Assert.Equal(1, asked);
        await Assert.ThrowsAsync<DeliveryException>(() => guard.ConnectAsync("hooks.example.org", port, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Of_many_addresses_only_those_are_tried_that_may_be_contacted()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var guard = new OutboundGuard(["127.0.0.1"], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("169.254.169.254"), IPAddress.Parse("10.0.0.1"), IPAddress.Loopback]));
        using var socket = await guard.ConnectAsync("hooks.example.org", ((IPEndPoint)listener.LocalEndpoint).Port, TestContext.Current.CancellationToken);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }
}
