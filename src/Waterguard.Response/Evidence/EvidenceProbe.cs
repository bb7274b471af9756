using Waterguard.Response.Actions;

namespace Waterguard.Response.Evidence;

/// <summary>Whether a bundle is there and whole, as the step that made it says.</summary>
internal static class EvidenceProbe
{
    public static async Task<ActionProbe> RunAsync(string bundle, CancellationToken cancel)
    {
        if (!File.Exists(bundle)) return new ActionProbe(false, "there is no bundle yet");
        var report = await EvidenceCheck.RunAsync(bundle, cancel);
        return report.Problems.IsEmpty
            ? new ActionProbe(true, $"{report.Files} files in {bundle}, manifest sha256:{report.ManifestSha256}")
            : new ActionProbe(false, $"{bundle}: {string.Join("; ", report.Problems)}");
    }
}
