using System.Globalization;

namespace Waterguard.Sources.Transports.AzureBlobs;

/// <summary>What a shared access signature says of itself. Never the signature.</summary>
internal sealed record AccessSignature(DateTimeOffset? From, DateTimeOffset? Until, string Permissions, string? Services, string? Types, string? Resource)
{
    public static AccessSignature Parse(string text)
    {
        var parts = text.Trim().TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToLookup(p => p[0], p => Uri.UnescapeDataString(p[1]), StringComparer.Ordinal);
        return new AccessSignature(Time(parts["st"].FirstOrDefault()), Time(parts["se"].FirstOrDefault()), parts["sp"].FirstOrDefault() ?? "", parts["ss"].FirstOrDefault(), parts["srt"].FirstOrDefault(), parts["sr"].FirstOrDefault());
    }

    /// <summary>What it lacks to read containers, in words; null: nothing that could be seen from here.</summary>
    /// <param name="finds">Whether containers are looked for, and not only named.</param>
    public string? Lacks(DateTimeOffset now, bool finds)
    {
        if (Until is { } until && until <= now) return $"it ended at {Word(until)}: make a new one and write it into the file, which is read anew each time";
        if (From is { } from && from > now) return $"it begins only at {Word(from)}; is this machine's clock right?";
        if (!Permissions.Contains('r', StringComparison.Ordinal) || !Permissions.Contains('l', StringComparison.Ordinal)) return $"it has the permissions '{Permissions}', and needs read and list (sp=rl)";
        if (Services is not null && !Services.Contains('b', StringComparison.Ordinal)) return $"it is for the services '{Services}', and must be for blobs (ss=b)";
        if (Resource is not null) return Resource == "c" && !finds ? null : "it is for one container or blob: name that container under 'container', or make one for the account (ss=b&srt=sco&sp=rl)";
        var types = finds ? "sco" : "co";
        return Types is not null && types.Any(t => !Types.Contains(t, StringComparison.Ordinal)) ? $"it is for the resource types '{Types}', and must be for service, container and object (srt=sco)" : null;
    }

    /// <summary>A time for people.</summary>
    public static string Word(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
