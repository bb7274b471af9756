using System.Diagnostics;
using System.Globalization;
using Waterguard.Response.Playbooks;

namespace Waterguard.Responding;

/// <summary>Names processes so that a later one of the same number is another: machine, number, and when it began.</summary>
internal static class ThisProcess
{
    /// <summary>This one, and how the others are looked for.</summary>
    public static RunHolder Holder { get; } = new(Name(Process.GetCurrentProcess()), IsAlive);

    // The kernel counts from its own start, and when that was each process reckons for itself.
    private const int Tolerance = 3;

    private static string Name(Process process) => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{process.Id}/{Began(process)}");

    private static long Began(Process process) => process.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;

    private static bool? IsAlive(string name)
    {
        var parts = name.Split('/');
        if (parts.Length != 3 || parts[0] != Environment.MachineName || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var began)) return null;
        try
        {
            using var process = Process.GetProcessById(id);
            return Math.Abs(Began(process) - began) <= Tolerance;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
