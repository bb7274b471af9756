using System.Globalization;
using System.Text.Json;

namespace Waterguard.Detection.Lists;

/// <summary>Takes values out of a STIX 2.1 bundle: those of indicators whose pattern says that some value equals, or lies in, and those of observables that stand by themselves.</summary>
/// <remarks>OASIS, STIX Version 2.1, sections 4.7 (Indicator), 6 (observables) and 9 (patterning).</remarks>
internal static class StixBundle
{
    private static readonly string[] s_paths = ["ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value", "email-addr:value", "user-account:user_id", "user-account:account_login", "file:name", "process:name"];
    private static readonly string[] s_values = ["ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr"];

    public static void Read(JsonElement bundle, DateTimeOffset now, ListReading.Collected collected)
    {
        if (!bundle.TryGetProperty("objects", out var objects) || objects.ValueKind != JsonValueKind.Array) return;
        foreach (var one in objects.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.Object || Text(one, "type") is not { } type) collected.LeaveOut("no STIX object");
            else if (type == "indicator") Indicator(one, now, collected);
            else if (Array.IndexOf(s_values, type) >= 0 && Text(one, "value") is { } value) collected.Add(value);
            else if (type == "file") Hashes(one, collected);
        }
    }

    private static void Indicator(JsonElement indicator, DateTimeOffset now, ListReading.Collected collected)
    {
        if (indicator.TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True) collected.LeaveOut("revoked");
        else if (Time(indicator, "valid_until") is { } until && until <= now) collected.LeaveOut("no longer valid");
        else if (Text(indicator, "pattern_type") is { } language && language != "stix") collected.LeaveOut($"pattern in {language}");
        else if (Text(indicator, "pattern") is not { } pattern || StixPattern.Values(pattern, IsKnown) is not { } values) collected.LeaveOut("pattern that is more than a value");
        else
        {
            foreach (var value in values) collected.Add(value);
        }
    }

    private static void Hashes(JsonElement file, ListReading.Collected collected)
    {
        if (!file.TryGetProperty("hashes", out var hashes) || hashes.ValueKind != JsonValueKind.Object) return;
        foreach (var hash in hashes.EnumerateObject())
        {
            if (hash.Value.ValueKind == JsonValueKind.String) collected.Add(hash.Value.GetString()!);
        }
    }

    private static bool IsKnown(string path) => Array.IndexOf(s_paths, path) >= 0 || path.StartsWith("file:hashes.", StringComparison.Ordinal) || path.StartsWith("file:hashes[", StringComparison.Ordinal);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        Text(element, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
