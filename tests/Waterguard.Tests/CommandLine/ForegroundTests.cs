using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Waterguard.Tests.CommandLine;

/// <summary>What <c>./run</c> and <c>./run demo</c> start, as a newcomer meets it.</summary>
public sealed partial class ForegroundTests
{
    private const int Interrupt = 2;

    [Fact]
    public async Task The_demo_shows_incidents_of_both_strategies_within_a_minute_and_leaves_nothing_behind()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service.");
        using var folder = Repository.Folder();
        using var demo = Started.Of(folder.Path, "demo", "--port", "0", "--pace", "100");
        await Until.True(() => demo.Errors.Contains("Ctrl-C stops it.", StringComparison.Ordinal) || demo.HasEnded, "the demo tells its story");
        Assert.False(demo.HasEnded, demo.Errors);
        var told = Story().Match(demo.Errors);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", told.Groups["key"].Value);
        var incident = JsonNode.Parse(await client.GetStringAsync(new Uri(told.Groups["url"].Value), TestContext.Current.CancellationToken))!;
        Assert.Equal(["cloud-container-evasion", "container-runtime-evasion"], incident["strategies"]!.AsArray().Select(s => s!.GetValue<string>()));
        Assert.True(incident["timeline"]!.AsArray().Count >= 4);
        Assert.Contains("Rights given to callers without identity", demo.Output, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateDirectories(folder.Path));
        Assert.Equal(0, await demo.StopAsync());
        Assert.Empty(Directory.EnumerateDirectories(folder.Path));
    }

    [Fact]
    public async Task The_local_service_says_how_to_begin_once_and_stops_in_order()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service.");
        using var folder = Repository.Folder();
        using (var first = Started.Of(folder.Path, "local", "--data", folder.Path + "/data", "--listen", "127.0.0.1:0"))
        {
            await Until.True(() => first.Errors.Contains("Alerts:", StringComparison.Ordinal) || first.HasEnded, "it says where it is");
            var token = (await File.ReadAllTextAsync(folder.Path + "/data/first-run-token", TestContext.Current.CancellationToken)).Trim();
            Assert.Contains("with the token " + token, first.Errors, StringComparison.Ordinal);
            using var client = new HttpClient();
            using var made = await client.PostAsync(new Uri(Address().Match(first.Errors).Value + "/api/v1/setup"), new StringContent($$"""{"token":"{{token}}","name":"root","password":"a long enough passphrase"}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.True(made.IsSuccessStatusCode);
            Assert.Equal(0, await first.StopAsync());
        }

        using var second = Started.Of(folder.Path, "local", "--data", folder.Path + "/data", "--listen", "127.0.0.1:0");
        await Until.True(() => second.Errors.Contains("Alerts:", StringComparison.Ordinal) || second.HasEnded, "it says where it is");
        Assert.Contains("Sign in with the account that you made", second.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await second.StopAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_and_nothing_hangs()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is { Length: > 0 }, "It runs the service.");
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        using var folder = Repository.Folder();
        using var demo = Started.Of(folder.Path, "demo", "--port", ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Until.True(() => demo.HasEnded, "it ends");
        Assert.Equal(2, await demo.StopAsync());
        Assert.Contains("address already in use", demo.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("X-Api-Key: (?<key>wg_[^']+)' (?<url>http://127\\.0\\.0\\.1:[0-9]+/api/v1/incidents/[0-9a-f]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Story();

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Address();

    /// <summary>The built tool in a process of its own, which is ended by its id.</summary>
    private sealed partial class Started : IDisposable
    {
        private readonly Process _process;
        private readonly List<string> _output = [], _errors = [];

        private Started(Process process)
        {
            _process = process;
            process.OutputDataReceived += (_, e) => Add(_output, e.Data);
            process.ErrorDataReceived += (_, e) => Add(_errors, e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public string Output => Text(_output);

        public string Errors => Text(_errors);

        public bool HasEnded => _process.HasExited;

        /// <param name="temporary">Where it makes what it removes again.</param>
        public static Started Of(string temporary, params string[] arguments)
        {
            var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "waterguard.dll"), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["TMPDIR"] = temporary;
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
            return new Started(Process.Start(start)!);
        }

        /// <summary>As Ctrl-C does it.</summary>
        public async Task<int> StopAsync()
        {
            if (!_process.HasExited) Assert.Equal(0, Signal(_process.Id, Interrupt));
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }

        private static void Add(List<string> lines, string? line)
        {
            lock (lines) if (line is not null) lines.Add(line);
        }

        private static string Text(List<string> lines)
        {
            lock (lines) return string.Join('\n', lines);
        }

        [DllImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Signal(int process, int signal);
    }
}
