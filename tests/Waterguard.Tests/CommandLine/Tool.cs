using System.Diagnostics;

namespace Waterguard.Tests.CommandLine;

/// <summary>The built tool, run as a process.</summary>
internal static class Tool
{
    public static ToolResult Run(params string[] arguments) => Run(null, null, arguments);

    public static ToolResult Run(byte[]? input, IReadOnlyDictionary<string, string>? environment, params string[] arguments) => Run(input, environment, TimeSpan.FromMinutes(2), arguments);

    /// <summary>With more patience than is usual.</summary>
    public static ToolResult RunFor(TimeSpan patience, string[] arguments) => Run(null, null, patience, arguments);

    private static ToolResult Run(byte[]? input, IReadOnlyDictionary<string, string>? environment, TimeSpan patience, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "waterguard.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null) process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"waterguard {string.Join(' ', arguments)} does not end.");
        }

        return new ToolResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}

internal sealed record ToolResult(int Code, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
