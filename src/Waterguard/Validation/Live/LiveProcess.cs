using System.Diagnostics;
using System.Reflection;

namespace Waterguard.Validation.Live;

/// <summary>The tool itself in a process of its own, as its user would run it.</summary>
internal static class LiveProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static Process Start(params IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Assembly.GetExecutingAssembly().Location, .. words]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.Ordinal)) start.FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(start)!;
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            using (Process.Start("kill", [$"{process.Id}"])) await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(s_patience));
            if (!process.HasExited) process.Kill();
        }

        process.Dispose();
    }
}
