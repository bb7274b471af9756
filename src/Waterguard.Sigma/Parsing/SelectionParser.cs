using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;
using Waterguard.Sigma.Modifiers;

namespace Waterguard.Sigma.Parsing;

/// <summary>What the fields of a selection are relative to.</summary>
/// <param name="Prefix">Path of the object that the fields are in, with a dot at its end; empty at the top.</param>
/// <param name="IsElement">Inside the body of a quantifier: bare values are the element's own, not keywords.</param>
internal readonly record struct Scope(string Prefix, bool IsElement)
{
    public static Scope Record { get; } = new("", IsElement: false);

    public static Scope Element { get; } = new("", IsElement: true);
}

/// <summary>Reads one selection: mappings are "and", lists are "or", bare values are keywords.</summary>
internal sealed class SelectionParser(ParseContext context)
{
    /// <summary>Null when something in it was wrong; that has been reported.</summary>
    public Condition? Parse(YamlNode node, Scope scope)
    {
        switch (node)
        {
            case YamlMapping { Entries.Length: > 0 } mapping:
                return scope.IsElement && mapping["condition"] is not null ? Extended(mapping, scope) : Mapping(mapping, scope);
            case YamlSequence { Items.Length: > 0 } list:
                return List(list, scope);
            case YamlScalar scalar:
                return Bare([scalar], scope);
            default:
                context.Bag.Error(SigmaCodes.Empty, node.Location, "There is nothing in this selection.");
                return null;
        }
    }

    private Condition? Mapping(YamlMapping mapping, Scope scope)
    {
        var parts = new List<Condition>(mapping.Entries.Length);
        foreach (var entry in mapping.Entries)
        {
            if (Field(entry, scope) is { } part)
                parts.Add(part);
        }
        return parts.Count == mapping.Entries.Length ? Joined.All(parts) : null;
    }

    private Condition? List(YamlSequence list, Scope scope)
    {
        var bare = new List<YamlScalar>();
        var parts = new List<Condition>();
        var sound = true;
        foreach (var item in list.Items)
        {
            if (item is YamlScalar scalar)
                bare.Add(scalar);
            else if (Parse(item, scope) is { } part)
                parts.Add(part);
            else
                sound = false;
        }
        if (bare.Count > 0)
        {
            if (Bare(bare, scope) is { } words)
                parts.Add(words);
            else
                sound = false;
        }
        return sound ? Joined.Any(parts) : null;
    }

    private Condition? Bare(List<YamlScalar> values, Scope scope) =>
        scope.IsElement || scope.Prefix.Length > 0
            ? new ValueTests(context, ModifierChain.None, keyword: false).Build(values, test => new FieldTest(scope.Prefix.TrimEnd('.'), test))
            : new ValueTests(context, ModifierChain.None, keyword: true).Build(values, test => new KeywordTest(test));

    private Condition? Field(YamlEntry entry, Scope scope)
    {
        if (FieldKey.Parse(entry.Key, context.Bag) is not { } key)
            return null;
        if (key.IsKeyword)
            return Keywords(entry, key, scope);
        var path = key.Arrays.Length > 0 ? key.Path : Relative(key.Path, scope);
        if ((key.Arrays.Length > 0 || path.EndsWith(']')) && Body(entry.Value))
        {
            if (key.Modifiers != ModifierChain.None)
                return Wrong(entry.Key, "Modifiers go to the fields inside a body.");
            var inner = path.Length == 0 ? Scope.Element : new Scope(path + ".", key.Arrays.Length > 0);
            return Parse(entry.Value, inner) is { } body ? Wrap(key, body, scope) : null;
        }
        if (Values(entry.Value) is not { } values)
            return null;
        var condition = new ValueTests(context, key.Modifiers, keyword: false).Build(values, test => new FieldTest(path, test));
        return condition is null ? null : Wrap(key, condition, scope);
    }

    /// <summary>A body is a mapping, or a list with one in it; other lists are values.</summary>
    private static bool Body(YamlNode node) =>
        node is YamlMapping || (node is YamlSequence list && list.Items.Any(i => i is YamlMapping));

    private static Condition Wrap(FieldKey key, Condition body, Scope scope)
    {
        for (var i = key.Arrays.Length - 1; i >= 0; i--)
            body = new ElementTest(i == 0 ? Relative(key.Arrays[i].Path, scope) : key.Arrays[i].Path, key.Arrays[i].Quantifier, body);
        return body;
    }

    private static string Relative(string path, Scope scope)
    {
        if (path == "." && (scope.IsElement || scope.Prefix.Length > 0))
            return scope.Prefix.TrimEnd('.');
        return scope.Prefix + path;
    }

    private Condition? Keywords(YamlEntry entry, FieldKey key, Scope scope)
    {
        if (scope.IsElement || scope.Prefix.Length > 0)
            return Wrong(entry.Key, "Keywords search the whole record and cannot stand in a body; '.' is the element itself.");
        if (key.Modifiers.Matching is not (Matching.Text or Matching.Regex or Matching.Cidr))
            return Wrong(entry.Key, "This modifier needs a field.");
        return Values(entry.Value) is { } values
            ? new ValueTests(context, key.Modifiers, keyword: true).Build(values, test => new KeywordTest(test))
            : null;
    }

    /// <summary>A body with selections and a condition of its own, judged per element.</summary>
    private Condition? Extended(YamlMapping body, Scope scope)
    {
        var errors = context.Bag.ErrorCount;
        var selections = new Selections();
        foreach (var entry in body.Entries)
        {
            if (entry.Name != "condition")
                selections.Add(entry.Name, Parse(entry.Value, scope), entry.Key.Location);
        }
        var condition = ConditionParser.Parse(body["condition"]!, selections, context.Bag);
        selections.WarnAboutUnread(context.Bag);
        return context.Bag.ErrorCount == errors ? condition : null;
    }

    /// <summary>The values of a field, lists inside lists laid flat.</summary>
    private List<YamlScalar>? Values(YamlNode node)
    {
        var values = new List<YamlScalar>();
        if (!Collect(node, values))
            return null;
        if (values.Count > 0)
            return values;
        context.Bag.Error(SigmaCodes.Empty, node.Location, "There are no values in this list.");
        return null;
    }

    private bool Collect(YamlNode node, List<YamlScalar> values)
    {
        switch (node)
        {
            case YamlScalar scalar:
                values.Add(scalar);
                return true;
            case YamlSequence list:
                var sound = true;
                foreach (var item in list.Items)
                    sound &= Collect(item, values);
                return sound;
            default:
                context.Bag.Error(SigmaCodes.BadSelection, node.Location,
                    "A field takes a value or a list of values; a body needs a quantifier such as 'name[any]'.");
                return false;
        }
    }

    private Condition? Wrong(YamlScalar key, string reason)
    {
        context.Bag.Error(SigmaCodes.BadSelection, key.Location, reason);
        return null;
    }
}
