using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waterguard.Content;

namespace Waterguard.Emulation.Recording;

/// <summary>What a placeholder may know: which record it is in, of which part of which scenario.</summary>
/// <param name="Part">Names the part, so that two of them never share an id.</param>
/// <param name="Ordinal">The record's number in the part.</param>
/// <param name="Number">The record's number in its step, from 1.</param>
internal readonly record struct RecordPlace(string Scenario, string Part, int Ordinal, int Number, DateTimeOffset Time);

/// <summary>A text with placeholders: <c>{{time}}</c>, <c>{{time+30s:seconds}}</c>, <c>{{id}}</c>, <c>{{id box}}</c>, <c>{{hex box}}</c>, <c>{{scenario}}</c>, <c>{{n}}</c>,
/// <c>{{random 90 110}}</c>, <c>{{pick red green}}</c>. All of them say the same in every run.</summary>
internal static class PlaceholderText
{
    private static readonly string[] Formats = ["iso", "local", "day", "seconds", "millis", "micros", "nanos"];

    /// <summary>What is wrong with the placeholders of a text; null when nothing is.</summary>
    public static string? Flaw(string text)
    {
        foreach (var (start, end) in Placeholders(text))
        {
            if (end < 0) return "A placeholder is not closed: '}}' is missing.";
            if (Value(text[(start + 2)..end].Trim(), new RecordPlace("x", "x", 1, 1, DateTimeOffset.UnixEpoch.AddYears(10)), out _) is null) return $"There is no placeholder '{text[start..(end + 2)]}'.";
        }

        return null;
    }

    public static bool HasAny(string text) => text.Contains("{{", StringComparison.Ordinal);

    /// <summary>The text with its placeholders filled in. <paramref name="isNumber"/>: it is one placeholder that stands for a number.</summary>
    public static string Render(string text, RecordPlace place, out bool isNumber)
    {
        isNumber = false;
        var rendered = new StringBuilder(text.Length);
        var from = 0;
        foreach (var (start, end) in Placeholders(text))
        {
            rendered.Append(text, from, start - from).Append(Value(text[(start + 2)..end].Trim(), place, out var number));
            from = end + 2;
            isNumber = number && start == 0 && from == text.Length;
        }

        return rendered.Append(text, from, text.Length - from).ToString();
    }

    private static IEnumerable<(int Start, int End)> Placeholders(string text)
    {
        for (var start = text.IndexOf("{{", StringComparison.Ordinal); start >= 0;)
        {
            var end = text.IndexOf("}}", start + 2, StringComparison.Ordinal);
            yield return (start, end);
            if (end < 0) yield break;
            start = text.IndexOf("{{", end + 2, StringComparison.Ordinal);
        }
    }

    private static string? Value(string placeholder, RecordPlace place, out bool isNumber)
    {
        var words = placeholder.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        isNumber = false;
        switch (words)
        {
            case ["scenario"]: return place.Scenario;
            case ["id"]: return Uuid($"{place.Scenario}/{place.Part}/{place.Ordinal}");
            case ["id", var name]: return Uuid($"{place.Scenario}/{place.Part}/id/{name}");
            case ["hex"]: return Hex($"{place.Scenario}/{place.Part}/{place.Ordinal}");
            case ["hex", var name]: return Hex($"{place.Scenario}/{place.Part}/hex/{name}");
            case ["n"]:
                isNumber = true;
                return place.Number.ToString(CultureInfo.InvariantCulture);
            case ["random", var low, var high] when Whole(low) is { } from && Whole(high) is { } to && from <= to:
                isNumber = true;
                return (from + (long)(Draw(place, placeholder) % (ulong)(to - from + 1))).ToString(CultureInfo.InvariantCulture);
            case ["pick", _, ..]: return words[1 + (int)(Draw(place, placeholder) % (ulong)(words.Length - 1))];
            case [var time] when time.StartsWith("time", StringComparison.Ordinal): return Time(time[4..], place.Time, out isNumber);
            default: return null;
        }
    }

    /// <summary>A number that depends on nothing but the scenario, the place in it, and the salt.</summary>
    public static ulong Draw(RecordPlace place, string salt) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{place.Scenario}/{place.Part}/{place.Ordinal}/{salt}")));

    private static string? Time(string rest, DateTimeOffset time, out bool isNumber)
    {
        isNumber = false;
        var format = "iso";
        if (rest.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0) (rest, format) = (rest[..colon], rest[(colon + 1)..]);
        if (!Formats.Contains(format, StringComparer.Ordinal)) return null;
        if (rest.Length > 0)
        {
            if (rest[0] is not ('+' or '-') || !Duration.TryParse(rest[1..], out var by)) return null;
            time = rest[0] == '+' ? time + by : time - by;
        }

        isNumber = format is not ("iso" or "local" or "day");
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return format switch
        {
            "iso" => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            "local" => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            "day" => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "seconds" => (ticks / TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture),
            "millis" => (ticks / TimeSpan.TicksPerMillisecond).ToString(CultureInfo.InvariantCulture),
            "micros" => (ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture),
            _ => ((Int128)ticks * 100).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Math.Abs((decimal)number) < 1_000_000_000_000_000m ? number : null;

    private static string Uuid(string text) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true).ToString("D", CultureInfo.InvariantCulture);

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
