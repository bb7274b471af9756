using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Waterguard.Tests.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Waterguard.Tests.Storage;

/// <summary>A real PostgreSQL server of the tests' own, on a socket in a folder of its own; started when it is first needed, and ended by its id.</summary>
public sealed class PostgresServer : IDisposable
{
    private const string User = "waterguard";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "waterguard-pg-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly Lock _lock = new();
    private Process? _process;
    private int _databases;
    private bool _isMade;

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>How an empty database of this server is reached. Skips the test where there is no server to be had.</summary>
    public string NewDatabase()
    {
        lock (_lock)
        {
            Start();
            var name = string.Create(CultureInfo.InvariantCulture, $"t{++_databases}");
            Run(To("postgres"), $"CREATE DATABASE {name}");
            return To(name);
        }
    }

    public void Start()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        var programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).LastOrDefault(d => File.Exists(Path.Combine(d, "postgres"))) : null;
        Assert.SkipWhen(programs is null, "needs a PostgreSQL server: apt-get install postgresql");
        lock (_lock)
        {
            if (_process is not null) return;
            if (!_isMade)
            {
                Directory.CreateDirectory(_folder);
                if (IsRoot) Process.Start("chown", ["postgres", _folder])!.WaitForExit();
                using var making = AsItsUser(Path.Combine(programs!, "initdb"), "-D", Path.Combine(_folder, "data"), "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N");
                making.StandardOutput.ReadToEnd();
                making.WaitForExit();
                Assert.True(making.ExitCode == 0, making.StandardError.ReadToEnd());
                _isMade = true;
            }

            _process = AsItsUser(Path.Combine(programs!, "postgres"), "-D", Path.Combine(_folder, "data"), "-k", _folder, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "log_min_messages=fatal");
            _process.OutputDataReceived += (_, _) => { };
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            Until.True(Answers, "the server answers").GetAwaiter().GetResult();
        }
    }

    /// <summary>At once, as a machine that loses its power.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_process is null) return;
            Process.Start("kill", ["-QUIT", _process.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
            _process.WaitForExit();
            _process.Dispose();
            _process = null;
        }
    }

    public static void Run(string connection, string text)
    {
        using var opened = new NpgsqlConnection(connection);
        opened.Open();
        using var command = opened.CreateCommand();
#pragma warning disable CA2100 // Only texts of our own come here.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Stop();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private string To(string database) => $"Host={_folder};Username={User};Database={database};Pooling=false";

    private bool Answers()
    {
        try
        {
            Run(To("postgres"), "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // The server refuses to run as root.
    private static Process AsItsUser(string program, params string[] arguments)
    {
        string[] all = IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments] : [program, .. arguments];
        return Process.Start(new ProcessStartInfo(all[0], all[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
    }
}
