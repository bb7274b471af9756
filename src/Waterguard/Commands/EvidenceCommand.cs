using System.CommandLine;
using Waterguard.Response.Evidence;

namespace Waterguard.Commands;

/// <summary><c>waterguard evidence</c>: what was collected, and whether it is still that.</summary>
internal static class EvidenceCommand
{
    public static Command Build()
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "A bundle of evidence (.tar.gz)" };
        var verify = new Command("verify", "Check each file of a bundle against its manifest") { bundle };
        verify.SetAction(async (parsed, cancel) =>
        {
            try
            {
                var report = await EvidenceCheck.RunAsync(parsed.GetRequiredValue(bundle), cancel);
                foreach (var problem in report.Problems) Console.Out.WriteLine(problem);
                Console.Error.WriteLine($"{parsed.GetRequiredValue(bundle)}: {report.Files} files as collected, {report.Problems.Length} problems; manifest sha256:{report.ManifestSha256}");
                return report.Problems.IsEmpty ? ExitCodes.Done : ExitCodes.Failed;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ExitCodes.Refuse(e.Message);
            }
        });
        return new Command("evidence", "Bundles of evidence") { verify };
    }
}
