using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Sources.Transports;
using Xunit;

namespace Waterguard.Tests.Sources.Transports.Cloud;

/// <summary>Shared access signatures of a storage account, which Azurite checks as Azure does.</summary>
public sealed class SharedAccessTests
{
    private const string Version = "2021-12-02";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task With_a_signature_that_may_list_and_read_blobs_are_followed_and_a_renewed_one_is_taken_up()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        var (sink, said) = (new MemorySink(), new List<string>());
        await account.MakeContainerAsync("insights-logs-a");
        await account.AppendAsync($"insights-logs-a/{AzureBlobTests.Path(Now)}", "{\"id\":1}\n");
        await using var run = new RunningTransport(MemorySink.Transport(Settings(account, secrets, ForAccount("rl", Now.AddHours(1))), out said), sink);
        await Until.True(() => sink.Records.Count == 1, "the first is read");

        // It ends, and somebody writes a new one into the file.
        secrets.Write("sas", ForAccount("rl", Now.AddMinutes(-5)));
        await Until.True(() => run.Transport.Progress.Snapshot().Errors > 0, "the old one is refused");
        await account.AppendAsync($"insights-logs-a/{AzureBlobTests.Path(Now)}", "{\"id\":2}\n");
        var renewed = ForAccount("rl", Now.AddHours(2));
        secrets.Write("sas", "?" + renewed);
        await Until.True(() => sink.Records.Count == 2, "the second is read");

        string[] told;
        lock (said) told = [.. said];
        Assert.Contains(told, s => s.Contains("does not accept the signature (AuthorizationFailure): it ended at ", StringComparison.Ordinal));
        Assert.DoesNotContain(told.Append(run.Transport.Progress.Snapshot().LastError!), s => s.Contains("sig=", StringComparison.Ordinal) || s.Contains(Uri.UnescapeDataString(renewed.Split("sig=")[1]), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signature_of_one_container_is_enough_where_the_container_is_named()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        var sink = new MemorySink();
        await account.MakeContainerAsync("insights-logs-a");
        await account.AppendAsync($"insights-logs-a/{AzureBlobTests.Path(Now)}", "{\"id\":1}\n");
        await using var run = new RunningTransport(MemorySink.Transport(Settings(account, secrets, ForContainer("insights-logs-a", "rl", Now.AddHours(1))) + ", container: insights-logs-a", out _), sink);
        await Until.True(() => sink.Records.Count == 1, "it is read");

        Assert.Equal(0, run.Transport.Progress.Snapshot().Errors);
    }

    [Theory]
    [InlineData("r", 60, "sco", "it has the permissions 'r', and needs read and list")]
    [InlineData("rl", 60, "o", "it is for the resource types 'o'")]
    [InlineData("rl", -60, "sco", "it ended at 20")]
    public async Task A_check_says_what_is_wrong_with_a_signature(string permissions, int minutes, string types, string advice)
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        await account.MakeContainerAsync("insights-logs-a");
        var signature = ForAccount(permissions, Now.AddMinutes(minutes), types);
        var findings = await MemorySink.Transport(Settings(account, secrets, signature), out _).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken);

        var finding = Assert.Single(findings, f => f.Missing);
        Assert.Contains(advice, finding.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", finding.Text, StringComparison.Ordinal);
        // Azurite refuses it too.
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"{account.Address}?comp=list&{signature}"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_check_says_until_when_a_good_signature_lasts_and_that_a_false_one_is_refused()
    {
        using var account = await Azurite.StartAsync();
        using var secrets = Repository.Folder();
        async Task<string> CheckAsync(string settings) => string.Join('\n', (await MemorySink.Transport(settings, out _).CheckAsync(Office365Tests.Probe(), TestContext.Current.CancellationToken)).Select(f => f.Text));
        await account.MakeContainerAsync("insights-logs-a");
        var good = ForAccount("rl", Now.AddHours(1));

        Assert.Contains($"the signature ends at {Now.AddHours(1):yyyy-MM-dd HH:mm} UTC", await CheckAsync(Settings(account, secrets, good)), StringComparison.Ordinal);
        Assert.Contains("refuses this network or signature", await CheckAsync(Settings(account, secrets, good.Replace("sp=rl", "sp=rlw", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("name that container under 'container'", await CheckAsync(Settings(account, secrets, ForContainer("insights-logs-a", "rl", Now.AddHours(1)))), StringComparison.Ordinal);
    }

    private static string Settings(Azurite account, TemporaryFolder secrets, string signature)
    {
        secrets.Write("sas", signature);
        return $"transport: azure-blobs, account: {Azurite.Account}, endpoint: '{account.Address}', credential: sas, sas: 'file:{secrets.Path}/sas', every: 1s, discover: 1s";
    }

    // As the portal makes it for the whole account.
    private static string ForAccount(string permissions, DateTimeOffset until, string types = "sco")
    {
        var (start, end) = (Time(Now.AddDays(-1)), Time(until));
        var signature = Sign($"{Azurite.Account}\n{permissions}\nb\n{types}\n{start}\n{end}\n\nhttps,http\n{Version}\n\n");
        return $"sv={Version}&ss=b&srt={types}&sp={permissions}&st={Uri.EscapeDataString(start)}&se={Uri.EscapeDataString(end)}&spr=https,http&sig={Uri.EscapeDataString(signature)}";
    }

    private static string ForContainer(string container, string permissions, DateTimeOffset until)
    {
        var end = Time(until);
        var signature = Sign($"{permissions}\n\n{end}\n/blob/{Azurite.Account}/{container}\n\n\nhttps,http\n{Version}\nc\n\n\n\n\n\n\n");
        return $"sv={Version}&sr=c&sp={permissions}&se={Uri.EscapeDataString(end)}&spr=https,http&sig={Uri.EscapeDataString(signature)}";
    }

    private static string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Azurite.Key), Encoding.UTF8.GetBytes(text)));

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
