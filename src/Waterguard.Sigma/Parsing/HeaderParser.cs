using System.Collections.Immutable;
using System.Globalization;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads what every Sigma document says about itself.</summary>
internal sealed class HeaderParser(ParseContext context)
{
    private const int MaxTitle = 256;
    private const int MaxDescription = 65_535;

    /// <summary>The header, its semantic hash still empty. Parts with errors have their default, so that the rest can be checked.</summary>
    public RuleHeader Parse(MappingReader document)
    {
        var title = document.RequiredText("title") ?? "";
        Limit(document, "title", title, MaxTitle);
        var description = document.Text("description") ?? "";
        Limit(document, "description", description, MaxDescription);
        CheckDate(document, "date");
        CheckDate(document, "modified");
        var tags = Tags(document);
        return new(
            Id(document, title),
            document.Text("name"),
            title,
            document.Word("status", "stable", "test", "experimental", "deprecated", "unsupported") ?? "",
            LevelOf(document.Word("level", "informational", "low", "medium", "high", "critical")),
            description,
            tags,
            [.. tags.Select(Technique).OfType<string>().Distinct(StringComparer.Ordinal)],
            document.Texts("falsepositives"),
            document.Texts("references"),
            document.Text("author"),
            Custom(document),
            SemanticHash: "",
            document.Mapping.Location);
    }

    private string Id(MappingReader document, string title)
    {
        if (document.Text("id") is not { Length: > 0 } id)
            return Fingerprint.UuidOf(title);
        if (Guid.TryParseExact(id, "D", out var uuid))
            return uuid.ToString("D");
        context.Bag.Warning(SigmaCodes.IdNotUuid, document.LocationOf("id"), $"The id '{id}' is not a UUID.");
        return id;
    }

    private void Limit(MappingReader document, string key, string text, int length)
    {
        if (text.Length > length)
            context.Bag.Warning(SigmaCodes.TextTooLong, document.LocationOf(key), $"'{key}' has more than {length} characters.");
    }

    private void CheckDate(MappingReader document, string key)
    {
        if (document.Text(key) is { } text && !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            context.Bag.Warning(SigmaCodes.BadDate, document.LocationOf(key), $"'{key}' must be written as YYYY-MM-DD, not '{text}'.");
    }

    private ImmutableArray<string> Tags(MappingReader document)
    {
        var tags = document.Texts("tags");
        foreach (var tag in tags)
        {
            if (tag.IndexOf('.', StringComparison.Ordinal) is not > 0)
                context.Bag.Warning(SigmaCodes.BadTag, document.LocationOf("tags"), $"The tag '{tag}' has no namespace.");
        }
        return tags;
    }

    private CustomAttributes Custom(MappingReader document)
    {
        if (document.Section("waterguard") is not { } section)
            return CustomAttributes.None;
        var custom = new CustomAttributes(section.Text("serves"), section.Text("reason"), Techniques(section, "declared"), Techniques(section, "assessed")) { IsCanary = section.Boolean("canary") == true };
        section.WarnAboutUnknownKeys();
        return custom;
    }

    private ImmutableArray<string> Techniques(MappingReader section, string key)
    {
        var ids = ImmutableArray.CreateBuilder<string>();
        foreach (var text in section.Texts(key))
        {
            if (Technique(text) is { } id)
                ids.Add(id);
            else
                context.Bag.Error(SigmaCodes.BadTechnique, section.LocationOf(key), $"'{text}' is not an ATT&CK technique such as attack.t1611.");
        }
        return ids.ToImmutable();
    }

    /// <summary><c>attack.t1059.001</c> -> <c>T1059.001</c>; null for a tag that names no technique.</summary>
    private static string? Technique(string tag)
    {
        var id = tag.StartsWith("attack.", StringComparison.OrdinalIgnoreCase) ? tag.AsSpan(7) : tag;
        var shaped = id.Length is 5 or 9 && id[0] is 't' or 'T' && !id.Slice(1, 4).ContainsAnyExceptInRange('0', '9')
            && (id.Length == 5 || (id[5] == '.' && !id[6..].ContainsAnyExceptInRange('0', '9')));
        return shaped ? id.ToString().ToUpperInvariant() : null;
    }

    private static Level LevelOf(string? word) => word switch
    {
        "informational" => Level.Informational,
        "low" => Level.Low,
        "high" => Level.High,
        "critical" => Level.Critical,
        _ => Level.Medium,
    };
}
