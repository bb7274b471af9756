using Waterguard.Sources.Transports;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>A cloud input against a server of the tests: a clock of the test's, and a token in a file.</summary>
internal sealed class CloudRun : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();

    public CloudRun(string token = "good-token") => SetToken(token);

    public FakeTime Time { get; } = new();

    public MemorySink Sink { get; } = new();

    public List<string> Said { get; private set; } = [];

    /// <summary>How a configuration names the token.</summary>
    public string Credential => $"credential: token, token: 'file:{_folder.Path}/token'";

    public void SetToken(string token) => _folder.Write("token", token);

    public ITransport Transport(string settings)
    {
        var transport = MemorySink.Transport(settings, out var said, Time);
        Said = said;
        return transport;
    }

    public RunningTransport Start(string settings) => new(Transport(settings), Sink);

    public void Dispose() => _folder.Dispose();
}
