using System.Text.Json;
using Waterguard.Watching;
using Xunit;

namespace Waterguard.Tests.Watching;

public sealed class WatchToolTests
{
    private static readonly WatchList Shipped = WatchList.Load([]);

    public static TheoryData<string> Tools => [.. WatchTools.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Tools))]
    public void What_is_printed_watches_the_whole_list(string name)
    {
        var tool = WatchTools.Find(name)!;
        var reading = tool.Read(tool.Write(Shipped));

        Assert.True(Shipped.Paths.Length > 40);
        Assert.Empty(Shipped.Missing(reading));
        Assert.Empty(reading.Remarks);
        Assert.False(reading.Watches("/tmp/tide"));
        Assert.False(reading.Watches("/etc/dockers/daemon.json"));
    }

    // Patterns and names with marks of the tools' own languages.
    [Theory]
    [MemberData(nameof(Tools))]
    public void Strange_paths_are_watched_as_they_are(string name)
    {
        var list = WatchList.Parse("# quays\n/srv/quay-*/gate?.conf\n/srv/a+b(c)/\n/srv/one.file\n");
        var tool = WatchTools.Find(name)!;

        Assert.Empty(list.Missing(tool.Read(tool.Write(list))));
    }

    [Theory]
    [InlineData("aide", "/etc/docker(/|$) sha256\n", "watched")]
    [InlineData("aide", "Sums = p+sha256\nAll = Sums+u\n/etc All\n", "watched")]
    [InlineData("aide", "/etc p+u+g\n", "")]
    [InlineData("aide", "/etc R-md5-sha256-sha1\n", "")]
    [InlineData("aide", "/etc R\n!/etc/docker\n", "")]
    [InlineData("aide", "/etc f R\n", "watched")]
    [InlineData("aide", "=/etc/docker R\n", "")]
    [InlineData("aide", "/etc((( R\n", "")]
    [InlineData("aide", "A = B\nB = A\n/etc A\n", "")]
    [InlineData("auditd", "-w /etc/docker -p wa -k x", "watched")]
    [InlineData("auditd", "-w /etc -p rwxa", "watched")]
    [InlineData("auditd", "-w /etc/docker -p r", "")]
    [InlineData("auditd", "-w /etc/docker/daemon.json -p wa", "")]
    [InlineData("auditd", "-a always,exit -F dir=/etc -F perm=wa -F key=x", "watched")]
    [InlineData("auditd", "-a always,exit -F path=/etc/docker -F perm=wa", "")]
    [InlineData("auditd", "-a always,exit -F dir=/etc -F perm=wa -F auid>=1000", "")]
    [InlineData("auditd", "-a never,exit -F dir=/etc/docker\n-a always,exit -F dir=/etc -F perm=wa", "")]
    [InlineData("auditd", "-a always,exit -F dir=/etc -F perm=wa\n-a never,exit -F dir=/etc/docker", "watched")]
    [InlineData("auditd", "-a always,exit -F dir=/etc -F perm=wa\n-A never,exit -F dir=/etc/docker", "")]
    [InlineData("auditd", "-a never,task\n-w /etc -p wa", "")]
    [InlineData("auditd", "No rules", "")]
    [InlineData("osquery", "{\"file_paths\": {\"x\": [\"/etc/docker/%%\"]}}", "watched")]
    [InlineData("osquery", "{\"file_paths\": {\"x\": [\"/etc/**\"]}}", "watched")]
    [InlineData("osquery", "{\"file_paths\": {\"x\": [\"/etc/docker/%\"]}}", "")]
    [InlineData("osquery", "{\"file_paths\": {\"x\": [\"/etc/%%\"]}, \"exclude_paths\": {\"x\": [\"/etc/docker/%%\"]}}", "")]
    [InlineData("osquery", "{\"file_paths\": [1, {}], \"options\": 4, \"exclude_paths\": null}", "")]
    [InlineData("osquery", "[]", "")]
    [InlineData("osquery", "{", "")]
    [InlineData("wazuh", "<ossec_config><syscheck><directories>/bin, /etc</directories></syscheck></ossec_config>", "watched")]
    [InlineData("wazuh", "<ossec_config/><ossec_config><syscheck><directories realtime='yes'>/etc/doc*</directories></syscheck></ossec_config>", "watched")]
    [InlineData("wazuh", "<ossec_config><syscheck><disabled>yes</disabled><directories>/etc</directories></syscheck></ossec_config>", "")]
    [InlineData("wazuh", "<ossec_config><syscheck><directories recursion_level='0'>/etc/docker</directories></syscheck></ossec_config>", "")]
    [InlineData("wazuh", "<ossec_config><syscheck><directories check_all='no' check_perm='yes'>/etc</directories></syscheck></ossec_config>", "")]
    [InlineData("wazuh", "<ossec_config><syscheck><directories>/etc</directories><ignore>/etc/docker</ignore></syscheck></ossec_config>", "")]
    [InlineData("wazuh", "<ossec_config><syscheck><directories>/etc</directories><ignore type='sregex'>probe$</ignore></syscheck></ossec_config>", "")]
    [InlineData("wazuh", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "")]
    [InlineData("wazuh", "<ossec_config>", "")]
    public void A_configuration_is_read_as_the_tool_reads_it(string name, string text, string expected)
    {
        var missing = WatchList.Parse("/etc/docker/").Missing(WatchTools.Find(name)!.Read(text)).Any();

        Assert.Equal(expected, missing ? "" : "watched");
    }

    // By the documented shape: options, schedule of queries with intervals, categories of lists of paths.
    [Fact]
    public void The_configuration_for_osquery_has_the_documented_shape()
    {
        var root = JsonDocument.Parse(WatchTools.Find("osquery")!.Write(Shipped)).RootElement;

        Assert.Equal(["options", "schedule", "file_paths", "exclude_paths"], root.EnumerateObject().Select(p => p.Name));
        Assert.All(root.GetProperty("schedule").EnumerateObject(), q => Assert.True(q.Value.GetProperty("query").GetString()!.EndsWith(';') && q.Value.GetProperty("interval").GetInt32() > 0));
        Assert.All(root.GetProperty("file_paths").EnumerateObject(), c => Assert.All(c.Value.EnumerateArray(), p => Assert.StartsWith("/", p.GetString(), StringComparison.Ordinal)));
        Assert.True(root.GetProperty("options").GetProperty("enable_file_events").GetBoolean());
    }

    [Fact]
    public void The_command_prints_and_compares()
    {
        using var folder = Repository.Folder();
        var printed = CommandLine.Tool.Run("sources", "config", "auditd");
        var whole = folder.Write("whole.rules", printed.Output);
        var part = folder.Write("part.rules", string.Join('\n', printed.Output.Split('\n').Where(l => !l.Contains("/etc/docker", StringComparison.Ordinal))));

        Assert.Equal(0, printed.Code);
        Assert.Equal(0, CommandLine.Tool.Run("sources", "config", "auditd", "--compare", whole).Code);
        var less = CommandLine.Tool.Run("sources", "config", "auditd", "--compare", part);
        Assert.Equal((1, "/etc/docker/\tfolder and everything below\tsettings of runtimes and engines"), (less.Code, Assert.Single(less.Lines)));
        Assert.Equal(2, CommandLine.Tool.Run("sources", "config", "auditd", "--compare", "/no/such/file").Code);
    }
}
