using System.Collections.Immutable;

namespace Waterguard.Content.Yaml;

/// <summary>Reads the keys of a mapping as the types that they should have, reports what does not fit, and knows which keys nobody asked for.
/// A missing optional key and a wrong value both come back as null; the wrong one has been reported.</summary>
public sealed class MappingReader(YamlMapping mapping, DiagnosticBag bag)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The mapping itself.</summary>
    public YamlMapping Mapping { get; } = mapping;

    /// <summary>Whether the key is there.</summary>
    public bool Has(string key) => Mapping[key] is not null;

    /// <summary>Where the key's value is, or where the mapping is if the key is missing.</summary>
    public SourceLocation LocationOf(string key) => (Mapping[key] ?? Mapping).Location;

    /// <summary>The node under the key, whatever its shape.</summary>
    public YamlNode? Node(string key)
    {
        _read.Add(key);
        return Mapping[key];
    }

    /// <summary>A text that must be there and not be blank.</summary>
    public string? RequiredText(string key)
    {
        if (Node(key) is null or YamlScalar { Kind: ScalarKind.Null })
            Missing(key);
        else if (Text(key) is { } text)
        {
            if (!string.IsNullOrWhiteSpace(text))
                return text;
            Missing(key);
        }
        return null;
    }

    /// <summary>A text; numbers and booleans are taken as they are written.</summary>
    public string? Text(string key)
    {
        switch (Node(key))
        {
            case null or YamlScalar { Kind: ScalarKind.Null }:
                return null;
            case YamlScalar scalar:
                return scalar.Text;
            case var other:
                Wrong(key, other, "a text");
                return null;
        }
    }

    /// <summary>A list of texts; a single text is a list of one. Empty where the key is missing.</summary>
    public ImmutableArray<string> Texts(string key)
    {
        switch (Node(key))
        {
            case null or YamlScalar { Kind: ScalarKind.Null }:
                return [];
            case YamlScalar scalar:
                return [scalar.Text];
            case YamlSequence sequence:
                var texts = ImmutableArray.CreateBuilder<string>(sequence.Items.Length);
                foreach (var item in sequence.Items)
                {
                    if (item is YamlScalar { Kind: not ScalarKind.Null } text)
                        texts.Add(text.Text);
                    else
                        Wrong(key, item, "a list of texts");
                }
                return texts.ToImmutable();
            case var other:
                Wrong(key, other, "a list of texts");
                return [];
        }
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool? Boolean(string key)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case YamlScalar { Kind: ScalarKind.Boolean } scalar:
                return scalar.Boolean;
            case var other:
                Wrong(key, other, "true or false");
                return null;
        }
    }

    /// <summary>A number.</summary>
    public decimal? Number(string key)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case YamlScalar { Kind: ScalarKind.Number } scalar:
                return scalar.Number;
            case var other:
                Wrong(key, other, "a number");
                return null;
        }
    }

    /// <summary>A duration such as <c>30s</c>; see <see cref="Duration"/>.</summary>
    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text)
            return null;
        if (Content.Duration.TryParse(text, out var duration))
            return duration;
        bag.Error(ContentCodes.BadDuration, LocationOf(key), $"'{key}' must be a duration such as 30s, 5m, 1h, 7d, 1w, 1M or 1y, not '{text}'.");
        return null;
    }

    /// <summary>A duration that must be there.</summary>
    public TimeSpan? RequiredDuration(string key)
    {
        if (Has(key))
            return Duration(key);
        Missing(key);
        return null;
    }

    /// <summary>One of the words given.</summary>
    public string? Word(string key, params ReadOnlySpan<string> known)
    {
        if (Text(key) is not { } text)
            return null;
        foreach (var word in known)
        {
            if (string.Equals(word, text, StringComparison.Ordinal))
                return text;
        }
        bag.Error(ContentCodes.UnknownWord, LocationOf(key), $"'{key}' must be one of {string.Join(", ", known)}, not '{text}'.");
        return null;
    }

    /// <summary>A mapping.</summary>
    public MappingReader? Section(string key)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case YamlMapping section:
                return new(section, bag);
            case var other:
                Wrong(key, other, "a mapping");
                return null;
        }
    }

    /// <summary>Reports that a key must be there.</summary>
    public void Missing(string key) => bag.Error(ContentCodes.MissingKey, LocationOf(key), $"'{key}' is missing or empty.");

    /// <summary>Warns about every key that was not read.</summary>
    public void WarnAboutUnknownKeys()
    {
        foreach (var entry in Mapping.Entries)
        {
            if (!_read.Contains(entry.Name))
                bag.Warning(ContentCodes.UnknownKey, entry.Key.Location, $"Nothing reads the key '{entry.Name}'.");
        }
    }

    private void Wrong(string key, YamlNode node, string wanted) =>
        bag.Error(ContentCodes.WrongShape, node.Location, $"'{key}' must be {wanted}.");
}
