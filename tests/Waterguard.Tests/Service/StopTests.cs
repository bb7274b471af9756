using Xunit;

namespace Waterguard.Tests.Service;

public sealed class StopTests
{
    [Fact]
    public async Task A_stop_just_after_the_start_is_an_orderly_one()
    {
        using var folder = Repository.Folder();
        var configuration = folder.Write("w.yaml", $"data: '{folder.Path}/data'\nhttp: {{listen: '127.0.0.1:0'}}\ncontent: {{builtin: false}}\ninputs:\n  - {{name: in, transport: http, source: json, key: env:PATH}}\n");
        // It depends on which of two things comes first: one attempt would miss it half of the time.
        for (var attempt = 0; attempt < 6; attempt++)
        {
            using var service = await ServiceProcess.StartAsync(configuration);
            Assert.Equal(0, await service.StopAsync());
            Assert.Contains(service.Log, l => l.Contains("\"message\":\"judged\"", StringComparison.Ordinal));
        }
    }
}
