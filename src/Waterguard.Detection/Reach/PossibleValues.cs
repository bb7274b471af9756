using System.Collections.Immutable;
using Waterguard.Detection.Lists;
using Waterguard.Detection.Matching;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Reach;

/// <summary>What the records of one form can hold at all, by the source's vocabulary. Where the source says nothing, everything is possible. Immutable.</summary>
internal sealed class PossibleValues
{
    private readonly EventShape _shape;
    private readonly ImmutableArray<string> _fields;
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _values;
    private readonly ImmutableHashSet<string> _derived;
    private readonly TestCompiler _tests = new(ListCatalog.Empty, new RuntimeCounters());

    public PossibleValues(EventShape shape)
    {
        _shape = shape;
        _fields = [.. shape.Vocabulary.Fields.Select(Plain)];
        _values = shape.Vocabulary.Values.ToImmutableDictionary(v => Plain(v.Key), v => v.Value, StringComparer.Ordinal);
        var builder = new EventLayout.Builder(shape);
        _derived = [.. builder.DerivedFields.Select(Plain)];
    }

    /// <summary>Whether records can have the name.</summary>
    public bool HasField(string name) => name == EventLayout.DuplicateKeysName || _shape.Map.ContainsKey(name) || _shape.Scopes.ContainsKey(name) || HasRaw(name) || ByPrefix(name).Any();

    /// <summary>Whether some value that the name can have passes the test.</summary>
    public bool CanPass(string name, Test test)
    {
        if (test is not TextTest and not CompareTest) return true;
        return Values(name) is not { } values || values.Any(v => Passes(v, test));
    }

    /// <summary>The values that a name can have; null when they are not known.</summary>
    public ImmutableArray<string>? Values(string name)
    {
        if (name == EventLayout.DuplicateKeysName) return ["true"];
        var values = ImmutableArray.CreateBuilder<string>();
        if (HasRaw(name))
        {
            if (!_values.TryGetValue(Plain(name), out var closed)) return null;
            values.AddRange(closed);
        }

        if (_shape.Map.TryGetValue(name, out var mapping))
        {
            if (mapping.Constant is { } constant) values.Add(constant);
            else if (mapping.Values is { } table) values.AddRange(table.Values);
            else
            {
                foreach (var path in mapping.Paths)
                {
                    if (!_values.TryGetValue(Plain(path), out var closed)) return null;
                    values.AddRange(closed);
                }
            }
        }

        foreach (var path in ByPrefix(name))
        {
            if (!_values.TryGetValue(Plain(path), out var closed)) return null;
            values.AddRange(closed);
        }

        return [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The levels of detail of which one is needed for the name to be there; empty when it is always written.</summary>
    public ImmutableArray<string> LevelsOf(string name)
    {
        var paths = _shape.Map.TryGetValue(name, out var mapping) ? mapping.Paths : [];
        if (mapping?.Constant is not null) return [];
        if (_shape.Scopes.TryGetValue(name, out var scope)) paths = paths.AddRange(scope);
        else if (HasRaw(name)) paths = paths.Add(name);
        paths = paths.AddRange(ByPrefix(name));
        var levels = paths.Select(p => _shape.Vocabulary.Levels.FirstOrDefault(l => Lies(Plain(p), Plain(l.Key))).Value).ToArray();
        return levels.Contains(null) ? [] : [.. levels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)!];
    }

    // Below each other in either direction: a rule may ask whether an object is there.
    private bool HasRaw(string name)
    {
        var plain = Plain(name);
        if (_fields.IsEmpty || _shape.TakesEveryRule || _derived.Contains(plain)) return true;
        if (_fields.Any(f => f.EndsWith(".*", StringComparison.Ordinal) ? Lies(plain, f[..^2]) : f == plain || Lies(f, plain))) return true;
        return _shape.Roots.Any(r => _fields.Any(f => Lies(f, Plain(r))));
    }

    // What stands below a mapped prefix, where the records can have it; names of the form itself are paths of the record already.
    private IEnumerable<string> ByPrefix(string name) => _shape.Prefixes
        .Where(p => Lies(Plain(name), Plain(p.From)))
        .Select(p => Plain(p.To) + Plain(name)[Plain(p.From).Length..])
        .Where(HasRaw);

    private bool Passes(string value, Test test) => _tests.Passes(_tests.Compile(test), value);

    private static bool Lies(string path, string below) => path == below || path.StartsWith(below + ".", StringComparison.Ordinal);

    // Quotes and indexes say how a path is followed, not where it leads.
    private static string Plain(string path) => string.Join('.', FieldPath.Parse(path).Segments.Select(s => s.Name));
}
