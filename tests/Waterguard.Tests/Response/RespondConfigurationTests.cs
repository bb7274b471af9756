using Waterguard.Tests.CommandLine;
using Xunit;

namespace Waterguard.Tests.Response;

/// <summary>The command line acts where the service's configuration says, in the service's store.</summary>
public sealed class RespondConfigurationTests
{
    [Fact]
    public void A_run_that_was_planned_with_the_configuration_is_in_its_store_and_tells_its_people()
    {
        using var folder = Repository.Folder();
        var configuration = folder.Write("w.yaml", $"data: '{folder.Path}/data'\ninputs: []\nresponse: {{never_touch: ['tide/*']}}\nnotify:\n  channels:\n    - {{name: pager, kind: syslog, server: '127.0.0.1:9', protocol: udp}}\n  routes:\n    - {{channels: pager}}\n");
        var alert = folder.Write("alert.json", "{\"id\":\"a1\",\"strategy\":\"container-runtime-evasion\",\"entities\":{\"pod\":[\"tide/api-1\"]}}\n");
        var planned = Tool.Run("respond", "plan", alert, "--execute", "--config", configuration, "--as", "ann");
        Assert.True(planned.Code == 0, planned.Error);
        Assert.Contains("mark it as escalated", planned.Output, StringComparison.Ordinal);
        Assert.Contains(planned.Output.Split(':')[0], Tool.Run("respond", "list", "--data", Path.Combine(folder.Path, "data")).Output, StringComparison.Ordinal);
        Assert.Contains("nothing here can do 'docker.pause'", planned.Output, StringComparison.Ordinal); // the configuration has no engine
        Assert.Equal(2, Tool.Run("respond", "list", "--config", folder.Write("wrong.yaml", "inputs: []\nresponse: {docker: 'tcp:'}\n")).Code);
    }
}
