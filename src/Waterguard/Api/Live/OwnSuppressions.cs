using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Waterguard.Alerting.Suppression;
using Waterguard.Api.Access;
using Waterguard.Api.Routing;
using Waterguard.Content;
using Waterguard.Sigma;

namespace Waterguard.Api.Live;

/// <summary>Suppressions that people make here. Each is a document of the store, and a file in a folder of content that the service looks after: so it takes effect as every other change of content.</summary>
internal sealed partial class OwnSuppressions(ApiParts parts, DocumentShelf shelf)
{
    private const string Kind = "suppression";
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>What one is made of.</summary>
    public static Shape Body { get; } = Shape.Of(
        ("id", Shape.Text), ("strategy", Shape.Text), ("reason", Shape.Text), ("owner", Shape.Text), ("expires", Shape.Time), ("applies_to", Shape.List(Shape.Text, 200)), ("when?", Shape.Any), ("during?", Shape.Open.OrNull), ("force?", Shape.Boolean));

    /// <summary>The folder that is part of the content of a service.</summary>
    public static string FolderOf(string data) => Path.Combine(data, "content");

    public (JsonObject Json, long Revision)? Find(string id) => shelf.Find(Kind, id);

    public IEnumerable<(string Id, JsonObject Json, long Revision)> All() => shelf.All(Kind);

    /// <summary>Checks what was sent; the suppression that it would be.</summary>
    public KnownBenign Check(JsonObject body)
    {
        var (id, strategy) = (body["id"]!.GetValue<string>(), body["strategy"]!.GetValue<string>());
        if (!NamePattern().IsMatch(id)) throw RefusedException.Bad("'id' is a name: lower-case letters, digits and dashes, at most 64.");
        if (!parts.Generation.Strategies.Values.Contains(strategy, StringComparer.Ordinal)) throw RefusedException.Missing($"There is no strategy '{Printable(strategy)}'.");
        var headers = parts.Generation.Rules.Rules.Select(r => r.Header).Concat(parts.Generation.Rules.Correlations.Select(c => c.Header));
        var rules = headers.SelectMany(h => new[] { h.Id, h.Name }).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var bag = new DiagnosticBag();
        var read = SuppressionLoader.Load([(PathOf(strategy, id), FileText(body))], rules.Contains, bag, RuleLoadOptions.Default);
        var findings = bag.ToSorted();
        if (findings.FirstOrDefault(f => f.Severity == Severity.Error || f.Code == SuppressionCodes.Rule) is { } wrong) throw RefusedException.Bad(wrong.Message);
        return read is [var one] ? one : throw RefusedException.Bad("This is no suppression.");
    }

    /// <summary>Makes or changes one: the document first, which is what counts; then the file.</summary>
    public long Put(JsonObject body, JsonObject hides, long? expected, Caller by)
    {
        var id = body["id"]!.GetValue<string>();
        if (expected == 0 && parts.Generation.Suppressions.Any(s => s.Id == id)) throw new RefusedException(409, "Conflict", "There is a suppression of that name already.");
        var kept = body.DeepClone().AsObject();
        (kept["made_by"], kept["hides_when_made"]) = (by.Name, hides.DeepClone());
        var before = Find(id)?.Json;
        var revision = shelf.Put(Kind, id, kept, expected, by, expected == 0 ? "suppression.made" : "suppression.changed", new JsonObject { ["strategy"] = body["strategy"]!.DeepClone(), ["forced"] = body["force"]?.GetValue<bool>() == true, ["before"] = before?.DeepClone() });
        if (before is not null && before["strategy"]!.GetValue<string>() is var was && was != body["strategy"]!.GetValue<string>()) File.Delete(FileOf(was, id));
        Write(body);
        return revision;
    }

    /// <summary>The file of one that a response has applied: it can be removed here, and not changed; null: it is none, or gone.</summary>
    public string? AppliedFile(string id)
    {
        if (parts.Generation.Suppressions.FirstOrDefault(s => s.Id == id)?.Location.File is not { } path || !Path.GetFileName(path).StartsWith("posture-", StringComparison.Ordinal)) return null;
        var file = Path.Combine(FolderOf(parts.Configuration.Data), path);
        return File.Exists(file) ? file : null;
    }

    /// <summary>Removes one that was made here, or that a response has applied.</summary>
    public void Remove(string id, long? expected, Caller by)
    {
        if (Find(id) is null && AppliedFile(id) is { } applied)
        {
            // The entry first: nothing goes that nobody is known to have taken away.
            shelf.Note(by, "suppression.removed", id, new JsonObject { ["before"] = File.ReadAllText(applied), ["file"] = Path.GetRelativePath(FolderOf(parts.Configuration.Data), applied) });
            File.Delete(applied);
            return;
        }

        if (Find(id) is not var (json, _)) throw RefusedException.Missing("There is no own suppression of that name.");
        shelf.Remove(Kind, id, expected, by, "suppression.removed", new JsonObject { ["before"] = json.DeepClone() });
        File.Delete(FileOf(json["strategy"]!.GetValue<string>(), id));
    }

    /// <summary>Makes the files what the documents say: somebody may have been stopped between the two.</summary>
    public void Align()
    {
        var folder = FolderOf(parts.Configuration.Data);
        Directory.CreateDirectory(folder);
        var wanted = All().ToDictionary(d => FileOf(d.Json["strategy"]!.GetValue<string>(), d.Id), d => d.Json, StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "own-*.yml", SearchOption.AllDirectories).Where(f => !wanted.ContainsKey(f)).ToArray()) File.Delete(file);
        foreach (var (file, json) in wanted)
        {
            if (!File.Exists(file) || File.ReadAllText(file) != FileText(json)) Write(json);
        }
    }

    // JSON is YAML: nothing that is sent can become another key.
    private static string FileText(JsonObject body)
    {
        var file = new JsonObject();
        foreach (var name in new[] { "id", "reason", "owner", "expires", "applies_to", "when", "during" })
        {
            if (body[name] is { } value) file[name] = value.DeepClone();
        }

        return file.ToJsonString(s_indented) + "\n";
    }

    private void Write(JsonObject body)
    {
        var file = FileOf(body["strategy"]!.GetValue<string>(), body["id"]!.GetValue<string>());
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".new", FileText(body));
        File.Move(file + ".new", file, overwrite: true);
    }

    private string FileOf(string strategy, string id) => Path.Combine(FolderOf(parts.Configuration.Data), PathOf(strategy, id));

    private static string PathOf(string strategy, string id) => $"strategies/{strategy}/suppressions/own-{id}.yml";

    private static string Printable(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(64)]);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
