using System.Diagnostics;
using Xunit;

namespace Waterguard.Tests.Watching;

/// <summary>Programs of the host that tests run for real.</summary>
internal static class RealTools
{
    /// <summary>Skips the test where one is missing, or it is not run by root.</summary>
    public static void Need(params string[] programs)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("WATERGUARD_FAST") is not null, "left out of the fast tests");
        string[] missing = [.. programs.Where(p => Path(p) is null)];
        Assert.SkipUnless(Environment.UserName == "root" && missing.Length == 0, $"needs root and {string.Join(", ", missing)}");
    }

    public static (int Code, string Text) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path(program)!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(process.WaitForExit(60_000));
        return (process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
    }

    public static string? Path(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Select(f => System.IO.Path.Combine(f, program)).FirstOrDefault(File.Exists);
}
