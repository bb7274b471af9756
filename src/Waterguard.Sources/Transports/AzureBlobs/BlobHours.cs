using System.Globalization;
using System.Text.RegularExpressions;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>The layout that Azure Monitor writes: <c>…/y=2026/m=11/d=22/h=08/m=00/…PT1H.json</c>.</summary>
internal static partial class BlobHours
{
    /// <summary>The folder of an hour.</summary>
    public static string Folder(DateTimeOffset hour) => hour.UtcDateTime.ToString("'y='yyyy'/m='MM'/d='dd'/h='HH'/'", CultureInfo.InvariantCulture);

    /// <summary>The hour that a path is of; null: it is not of this layout.</summary>
    public static DateTimeOffset? Of(string path) =>
        Hour().Match(path) is { Success: true } found
        && DateTimeOffset.TryParseExact($"{found.Groups["y"].Value} {found.Groups["m"].Value} {found.Groups["d"].Value} {found.Groups["h"].Value}", "yyyy MM dd HH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var hour)
            ? hour : null;

    public static DateTimeOffset Begin(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);

    [GeneratedRegex("/y=(?<y>[0-9]{4})/m=(?<m>[0-9]{2})/d=(?<d>[0-9]{2})/h=(?<h>[0-9]{2})/", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hour();
}
