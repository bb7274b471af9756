using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Sources.Configuration;

/// <summary>The values of declared settings, read from one mapping. What is wrong is in the bag, every fault of the mapping at once; a value that could not be
/// read is as if it were not there.</summary>
public sealed class SettingValues
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly YamlMapping? _mapping;
    private readonly SourceLocation _at;

    private SettingValues(YamlMapping? mapping, SourceLocation at) => (_mapping, _at) = (mapping, at);

    /// <summary>Where a setting's value is, or where the mapping is without one.</summary>
    public SourceLocation LocationOf(string name) => _mapping?[name]?.Location ?? _at;

    /// <summary>Reads a mapping; a missing one gives the defaults.</summary>
    /// <param name="others">Keys that somebody else reads.</param>
    public static SettingValues Read(YamlMapping? mapping, SourceLocation at, ImmutableArray<Setting> settings, IEnumerable<string> others, DiagnosticBag bag)
    {
        var values = new SettingValues(mapping, mapping?.Location ?? at);
        var reader = mapping is null ? null : new MappingReader(mapping, bag);
        foreach (var setting in settings)
        {
            if (reader?.Has(setting.Name) == true) values.Take(setting, reader, bag);
            else if (setting.Required) bag.Error(ContentCodes.MissingKey, values._at, $"'{setting.Name}' is missing: {setting.Says}");
            if (!values._values.ContainsKey(setting.Name) && setting.Default is { } text && Parse(setting, text) is { } value) values._values[setting.Name] = value;
        }

        var known = settings.Select(s => s.Name).Concat(others).ToArray();
        foreach (var entry in mapping?.Entries ?? [])
        {
            if (!known.Contains(entry.Name, StringComparer.Ordinal)) bag.Error(ConfigurationCodes.UnknownKey, entry.Key.Location, $"There is no key '{entry.Name}' here.{NearWord.Suggestion(entry.Name, known)}");
        }

        return values;
    }

    /// <summary>A text, a word.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name) as string;

    /// <summary>Texts; empty where there are none.</summary>
    public ImmutableArray<string> Texts(string name) => _values.GetValueOrDefault(name) is ImmutableArray<string> texts ? texts : [];

    /// <summary>A number, or a size in bytes.</summary>
    public long Number(string name) => _values.GetValueOrDefault(name) is long number ? number : 0;

    /// <summary>A duration.</summary>
    public TimeSpan Duration(string name) => _values.GetValueOrDefault(name) is TimeSpan span ? span : TimeSpan.Zero;

    /// <summary>A switch.</summary>
    public bool Boolean(string name) => _values.GetValueOrDefault(name) is true;

    /// <summary>A secret's place.</summary>
    public Secret? Secret(string name) => _values.GetValueOrDefault(name) as Secret;

    /// <summary>A size such as <c>64MiB</c>, in bytes.</summary>
    public static long? ParseSize(string text)
    {
        (string Unit, long Bytes)[] units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("B", 1)];
        foreach (var (unit, bytes) in units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            return long.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue / bytes ? count * bytes : null;
        }

        return null;
    }

    private void Take(Setting setting, MappingReader reader, DiagnosticBag bag)
    {
        if (setting.Type == SettingType.Texts)
        {
            _values[setting.Name] = reader.Texts(setting.Name);
            return;
        }

        if (setting.Type == SettingType.Boolean)
        {
            if (reader.Boolean(setting.Name) is { } value) _values[setting.Name] = value;
            return;
        }

        var text = setting.Required ? reader.RequiredText(setting.Name) : reader.Text(setting.Name);
        if (text is null) return;
        var at = reader.LocationOf(setting.Name);
        if (Parse(setting, text) is { } parsed)
        {
            _values[setting.Name] = parsed;
            return;
        }

        switch (setting.Type)
        {
            case SettingType.Secret:
                bag.Error(ConfigurationCodes.LiteralSecret, at, $"'{setting.Name}' must say where the secret is, file:PATH or env:NAME; secrets are not written here.");
                break;
            case SettingType.Word:
                bag.Error(ContentCodes.UnknownWord, at, $"'{setting.Name}' must be one of {string.Join(", ", setting.Words)}, not '{text}'.{NearWord.Suggestion(text, setting.Words)}");
                break;
            default:
                bag.Error(ConfigurationCodes.OutOfBounds, at, $"'{setting.Name}' must be {Wanted(setting)}, not '{text}'.");
                break;
        }
    }

    private static object? Parse(Setting setting, string text)
    {
        switch (setting.Type)
        {
            case SettingType.Texts: return ImmutableArray.Create(text);
            case SettingType.Boolean: return text == "true";
            case SettingType.Word: return setting.Words.Contains(text, StringComparer.Ordinal) ? text : null;
            case SettingType.Secret: return Configuration.Secret.IsReference(text) ? new Secret(text) : null;
            case SettingType.Number: return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= setting.Least && number <= setting.Most ? number : null;
            case SettingType.Size: return ParseSize(text) is { } size && size >= setting.Least && size <= setting.Most ? size : null;
            case SettingType.Duration: return Content.Duration.TryParse(text, out var span) && span.TotalSeconds >= setting.Least && span.TotalSeconds <= setting.Most ? span : null;
            default: return text;
        }
    }

    private static string Wanted(Setting setting)
    {
        var kind = setting.Type switch { SettingType.Size => "a size such as 64MiB", SettingType.Duration => "a duration such as 30s", _ => "a whole number" };
        var unit = setting.Type switch { SettingType.Size => " bytes", SettingType.Duration => " seconds", _ => "" };
        var least = setting.Least > 0 ? $", at least {setting.Least}{unit}" : "";
        return setting.Most < long.MaxValue ? $"{kind}{least}, at most {setting.Most}{unit}" : kind + least;
    }
}
