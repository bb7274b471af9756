using FsCheck;
using FsCheck.Fluent;

namespace Waterguard.Tests.Detection.Correlations;

/// <summary>Properties that are tried on the same cases in every run: what fails, fails for everybody. The long test tries others.</summary>
internal static class Fixed
{
    /// <param name="seed">Any number.</param>
    public static Config Seed(int seed)
    {
        var isLong = Environment.GetEnvironmentVariable("WATERGUARD_LONG") is { Length: > 0 };
        var config = Config.QuickThrowOnFailure.WithMaxTest(isLong ? 2000 : 100);
        return isLong ? config : config.WithReplay((ulong)seed, ((ulong)seed * 2) + 1);
    }
}
