using System.Diagnostics;

namespace Waterguard.Validation.Live;

/// <summary>Runs programs, and nothing through a shell.</summary>
/// <param name="engine">The engine's address, for <c>docker</c>.</param>
/// <param name="containerd">The socket of containerd, for <c>ctr</c>.</param>
internal sealed class LiveTools(string engine, string containerd)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(500);
    private static readonly string[] s_folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin"];

    /// <summary>Whether scenarios may take minutes.</summary>
    public bool IsPatient { get; init; }

    /// <summary>The socket of containerd.</summary>
    public string Containerd => containerd;

    /// <summary>Where a program is; null: it is not there.</summary>
    public static string? Find(string program) => s_folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs it to its end. What it wrote is what it answers: its output, or where it failed, its complaint.</summary>
    public async Task<(int Code, string Output)> RunAsync(IReadOnlyList<string> words, CancellationToken cancel)
    {
        if (Find(words[0]) is not { } program) return (127, $"there is no {words[0]} on this machine");
        using var process = Start(program, words[0] == "ctr" ? ["--address", containerd, .. words.Skip(1)] : [.. words.Skip(1)]);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        try
        {
            await process.WaitForExitAsync(cancel).WaitAsync(s_patience, cancel);
        }
        catch (TimeoutException)
        {
            process.Kill();
            return (124, $"{words[0]} did not end within {s_patience.TotalMinutes} minutes");
        }

        // What it started in the background may hold its output open: that is not waited for.
        var read = process.ExitCode == 0 ? output : error;
        return await Task.WhenAny(read, Task.Delay(s_rest, cancel)) == read ? (process.ExitCode, (await read).Trim()) : (process.ExitCode, "");
    }

    /// <summary>Starts it, and leaves it to whoever asked.</summary>
    public Process Start(string program, IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(Find(program) ?? program, words) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_HOST"] = engine;
        return Process.Start(start)!;
    }
}
