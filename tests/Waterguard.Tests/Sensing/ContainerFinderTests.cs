using System.Globalization;
using Waterguard.Platforms.Host;
using Xunit;

namespace Waterguard.Tests.Sensing;

/// <summary>Which processes are whose container, on a host that is laid out in a folder as the kernel would show it.</summary>
public sealed class ContainerFinderTests : IDisposable
{
    private const string Id = "764a19d5f2882664ef641742983c10f85c066af09e35fb7952257b3438b3ab9b";
    private readonly TemporaryFolder _folder = Repository.Folder();

    public ContainerFinderTests() => Process(1, 0, "host", "/", "/sbin/init");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_container_of_an_engine_has_three_witnesses_and_all_that_runs_in_it()
    {
        Process(100, 1, "host", "/system.slice", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id " + Id + " -address /run/c.sock");
        Process(101, 100, "one", "/docker/" + Id, "/bin/app");
        Process(102, 101, "one", "/docker/" + Id, "/bin/worker");
        var one = Assert.Single(Found());
        Assert.Equal((Id, 101, "moby", "/bin/app"), (one.Id, one.Init, one.RuntimeNamespace, one.Command));
        Assert.Equal(["cgroup", "namespace", "shim"], one.Witnesses);
        Assert.Equal([101, 102], one.Processes);
    }

    [Fact]
    public void One_that_was_started_past_every_engine_is_found_by_what_makes_it_a_container()
    {
        Process(200, 1, "two", "/hidden", "/bin/miner");
        Process(201, 1, "three", "/user.slice/session-1.scope", "/bin/shell");
        Assert.Equal(["hidden: namespace", "mnt-3: namespace"], Found().Select(c => $"{c.Id}: {string.Join(',', c.Witnesses)}"));
    }

    [Fact]
    public void A_process_that_hides_in_the_control_group_of_another_container_is_told_apart()
    {
        Process(100, 1, "host", "/", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id " + Id);
        Process(101, 100, "one", "/docker/" + Id, "/bin/app");
        Process(300, 1, "two", "/docker/" + Id, "/bin/miner");
        Assert.Equal([Id, Id + "+2"], Found().Select(c => c.Id));
    }

    [Fact]
    public void What_a_container_itself_shuts_off_belongs_to_it()
    {
        Process(100, 1, "host", "/", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id " + Id);
        Process(101, 100, "one", "/docker/" + Id, "/bin/browser");
        Process(102, 101, "two", "/docker/" + Id, "/bin/browser --sandboxed");
        Assert.Equal([101, 102], Assert.Single(Found()).Processes);
    }

    [Fact]
    public void A_visitor_who_enters_a_containers_mounts_makes_no_container_of_its_own()
    {
        Process(100, 1, "host", "/", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id " + Id);
        Process(101, 100, "one", "/docker/" + Id, "/bin/app");
        Process(400, 1, "one", "/user.slice/session-1.scope", "/bin/sh");
        Assert.Equal([101, 400], Assert.Single(Found()).Processes);
    }

    [Fact]
    public void Services_with_mounts_of_their_own_are_no_containers()
    {
        Process(500, 1, "service", "/system.slice/cups.service", "/usr/sbin/cupsd", root: "8:1 /");
        Assert.Empty(Found());
    }

    [Fact]
    public void A_container_on_the_hosts_network_that_sees_its_processes_says_so()
    {
        Process(100, 1, "host", "/", "/usr/bin/containerd-shim-runc-v2 -namespace moby -id " + Id);
        Process(101, 100, "one", "/docker/" + Id, "/bin/app", network: "host", pids: "host");
        var one = Assert.Single(Found());
        Assert.Equal((true, true), (one.OnHostNetwork, one.SeesHostProcesses));
    }

    private IReadOnlyList<HostContainer> Found()
    {
        var files = new ProcFiles(_folder.Path);
        var table = new ProcessTable(files);
        table.Look(whole: true);
        return new ContainerFinder(files, DateTimeOffset.UnixEpoch).Find(table.Processes);
    }

    private void Process(int pid, int parent, string mounts, string cgroup, string command, string? root = null, string? network = null, string? pids = null)
    {
        string[] names = ["host", "one", "two", "three", "service"];
        string Space(string kind, string name) => string.Create(CultureInfo.InvariantCulture, $"{kind}:[{Array.IndexOf(names, name)}]");
        var folder = $"{pid}";
        _folder.Write($"{folder}/stat", $"{pid} (a (b) c) S {parent} {string.Join(' ', Enumerable.Repeat("0", 17))} {pid} 0\n");
        _folder.Write($"{folder}/cmdline", command.Replace(' ', '\0') + "\0");
        _folder.Write($"{folder}/cgroup", $"0::{cgroup}\n");
        _folder.Write($"{folder}/mountinfo", $"22 27 {root ?? (mounts == "host" ? "8:1 /" : $"0:{pid} /")} / rw - ext4 /dev/sda rw\n");
        Directory.CreateDirectory(Path.Combine(_folder.Path, folder, "ns"));
        foreach (var (kind, name) in new[] { ("mnt", mounts), ("pid", pids ?? mounts), ("net", network ?? mounts), ("user", "host") })
            File.CreateSymbolicLink(Path.Combine(_folder.Path, folder, "ns", kind), Space(kind, name));
    }
}
