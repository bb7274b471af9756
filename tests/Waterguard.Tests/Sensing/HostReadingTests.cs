using System.Text;
using Waterguard.Platforms.Containerd;
using Waterguard.Platforms.Host;
using Xunit;

namespace Waterguard.Tests.Sensing;

/// <summary>What the kernel's files, shims and runtimes' answers say.</summary>
public sealed class HostReadingTests
{
    private const string Id = "764a19d5f2882664ef641742983c10f85c066af09e35fb7952257b3438b3ab9b";
    private const string Other = "a1b2c3d5f2882664ef641742983c10f85c066af09e35fb7952257b3438b3ab9b";

    [Theory]
    [InlineData($"/docker/{Id}", null)]
    [InlineData($"/system.slice/docker-{Id}.scope", null)]
    [InlineData($"/machine.slice/libpod-{Id}.scope/container", null)]
    [InlineData($"/kubepods/besteffort/pod0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a/{Id}", "0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a")]
    [InlineData($"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0f5a0f5a_0f5a_4f5a_8f5a_0f5a0f5a0f5a.slice/cri-containerd-{Id}.scope", "0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a")]
    [InlineData($"/system.slice/containerd.service/kubepods-burstable-pod0f5a0f5a0f5a4f5a8f5a0f5a0f5a0f5a.slice:cri-containerd:{Id}", "0f5a0f5a0f5a4f5a8f5a0f5a0f5a0f5a")]
    [InlineData($"/kubepods.slice/kubepods-pod0f5a0f5a_0f5a_4f5a_8f5a_0f5a0f5a0f5a.slice/crio-{Id}.scope", "0f5a0f5a-0f5a-4f5a-8f5a-0f5a0f5a0f5a")]
    public void A_control_group_names_the_container_and_its_pod(string path, string? pod)
    {
        var read = CgroupPath.Of(path);
        Assert.Equal((Id, pod), (read.Container, read.PodUid));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/user.slice/user-0.slice/session-1.scope")]
    [InlineData("/system.slice/docker.service")]
    [InlineData("/docker/764a19d5f288")]
    public void A_group_of_the_system_names_none(string path) => Assert.Null(CgroupPath.Of(path).Container);

    [Fact]
    public void A_container_in_a_container_knows_the_one_around_it()
    {
        var read = CgroupPath.Of($"/docker/{Other}/docker/{Id}");
        Assert.Equal((Id, Other), (read.Container, read.Outer));
    }

    [Fact]
    public void Of_both_versions_of_control_groups_the_one_that_names_a_container_counts()
    {
        Assert.Equal(Id, CgroupPath.OfFile($"4:memory:/agent/{Id}\n1:cpu:/docker/{Id}\n0::/\n").Container);
        Assert.Equal(Id, CgroupPath.OfFile($"0::/system.slice/docker-{Id}.scope\n").Container);
        Assert.Equal("hidden", CgroupPath.OfFile("9:name=systemd:/hidden\n0::/hidden\n").Leaf);
        Assert.Null(CgroupPath.OfFile("").Container);
    }

    [Theory]
    [InlineData("/usr/bin/containerd-shim-runc-v2\0-namespace\0moby\0-id\0abc\0-address\0/run/c.sock", "abc", "moby", "/run/c.sock")]
    [InlineData("/opt/containerd-shim-kata-v2\0--namespace=k8s.io\0--id=abc\0--address=/run/c.sock", "abc", "k8s.io", "/run/c.sock")]
    [InlineData("/usr/bin/conmon\0--api-version\01\0-c\0abc\0-u\0abc\0-b\0/var/lib/x/userdata", "abc", "", "")]
    public void A_shim_says_whose_it_is(string command, string id, string space, string socket)
    {
        var shim = ShimCommand.Of(command.Split('\0'));
        Assert.Equal((id, space, socket), (shim?.Container, shim?.Namespace, shim?.Socket));
    }

    [Theory]
    [InlineData("/usr/bin/containerd\0--config\0/etc/x.toml")]
    [InlineData("/usr/bin/containerd-shim-runc-v2\0-namespace\0moby\0-id")]
    [InlineData("")]
    public void Other_processes_are_no_shims(string command) => Assert.Null(ShimCommand.Of(command.Split('\0')));

    [Fact]
    public void The_table_of_connections_gives_those_that_have_another_end()
    {
        const string Table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0
               1: 1404080A:9CA8 077133C6:01BB 01 00000000:00000000 00:00000000 00000000     0        0 3828787 1 0 20 4 30 10 -1
               2: damaged
            """;
        var one = Assert.Single(SocketTable.Read(Table, "tcp"));
        Assert.Equal(("10.8.4.20:40104", "198.51.113.7:443", 3828787UL), (one.Local.ToString(), one.Remote.ToString(), one.Inode));
    }

    [Fact]
    public void Sockets_of_engines_are_those_that_somebody_listens_on()
    {
        const string Table = """
            Num       RefCount Protocol Flags    Type St Inode Path
            00000000307418f3: 00000002 00000000 00010000 0001 01 3828787 /tmp/.x/docker.sock
            00000000d8631ef2: 00000003 00000000 00000000 0001 03 3828807 /run/containerd/containerd.sock
            00000000b051f0e3: 00000002 00000000 00010000 0001 01 3828802 /run/dbus/system_bus_socket
            """;
        Assert.Equal(["/tmp/.x/docker.sock"], UnixSockets.EnginesIn(Table));
    }

    [Fact]
    public void A_bundle_tells_of_its_pod_and_of_what_it_shares_with_the_host()
    {
        var bundle = OciBundle.Parse("""{"process":{"args":["/bin/sh","-c","true"]},"annotations":{"io.kubernetes.cri.container-type":"sandbox","io.kubernetes.cri.sandbox-name":"tide-1"},"linux":{"namespaces":[{"type":"mount"},{"type":"pid"}]}}""")!;
        Assert.Equal("/bin/sh -c true", bundle.Command);
        Assert.Equal(["io.cri-containerd.kind=sandbox", "io.kubernetes.pod.name=tide-1"], bundle.Labels.Select(l => $"{l.Key}={l.Value}"));
        Assert.Equal(["network", "ipc"], bundle.SharesHost);
        foreach (var other in new[] { "", "[]", "{\"process\":3,\"annotations\":[],\"linux\":{\"namespaces\":[3]}}", "{\"process\":{\"args\":\"x\"}}" }) _ = OciBundle.Parse(other);
    }

    [Fact]
    public void Answers_in_protocol_buffers_are_read_and_damaged_ones_end_in_words()
    {
        byte[] message = [0x0A, 0x04, (byte)'m', (byte)'o', (byte)'b', (byte)'y', 0x18, 0xAC, 0x02, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8];
        var fields = Protobuf.Fields(message).ToArray();
        Assert.Equal([(1, "moby", 0UL), (3, "", 300UL)], fields.Select(f => (f.Number, f.Text, f.Value)));

        var random = new Random(7);
        for (var round = 0; round < 5000; round++)
        {
            var damaged = message[..random.Next(message.Length + 1)].ToArray();
            if (damaged.Length > 0) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                foreach (var field in Protobuf.Fields(damaged)) _ = Encoding.UTF8.GetByteCount(field.Text);
            }
            catch (InvalidDataException)
            {
                // Said in words: that is the promise.
            }
        }
    }
}
