using System.Buffers;
using Waterguard.Events.Fields;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Some string value of the record passes a test.</summary>
internal sealed class KeywordNode(int id, ValueTest test, KeywordNeedles needles) : Node
{
    public override Truth Judge(MatchContext context)
    {
        if (!context.TryRecall(id, out var answer)) answer = context.Remember(id, Ask(context));
        return answer ? Truth.True : Truth.False;
    }

    public override IEnumerable<Clause> NecessaryClauses() => [new Clause([new Atom(AtomKind.Keyword, -1, "")])];

    /// <summary>A text that stands alone in a rule is searched for anywhere in a value.</summary>
    public static Test Anywhere(Test test) => test is not TextTest text ? test : text with
    {
        AnyOf = [.. text.AnyOf.Select(p => p.Kind == TextKind.Wildcard
            ? p with { Parts = [new PatternPart(null, true), .. p.Parts, new PatternPart(null, true)] }
            : TextPattern.Of(TextKind.Contains, p.Literal))],
    };

    private bool Ask(MatchContext context)
    {
        if (!context.Strings.MayHold(needles)) return false;
        var strings = context.Strings.Fields;
        for (var value = strings.First(0); value >= 0; value = strings.Next(value))
        {
            if (test.Holds(strings, value)) return true;
        }

        return false;
    }
}

/// <summary>The texts of all keyword tests of a plan: a record that holds none of them is not looked at twice.</summary>
internal sealed class KeywordNeedles
{
    private readonly HashSet<string> _texts = new(StringComparer.OrdinalIgnoreCase);
    private SearchValues<string>? _search;

    /// <summary>Whether some keyword test has no text that it cannot hold without.</summary>
    public bool Unbounded { get; private set; }

    public bool Any => Unbounded || _texts.Count > 0;

    public void Add(Test test)
    {
        if (test is TextTest text && text.AnyOf.All(p => p.Literal.Length > 0)) _texts.UnionWith(text.AnyOf.Select(p => p.Literal));
        else Unbounded = true;
    }

    public void Seal() => _search = SearchValues.Create([.. _texts], StringComparison.OrdinalIgnoreCase);

    public bool Found(ReadOnlySpan<char> text) => Unbounded || text.ContainsAny(_search!);
}

/// <summary>The string values of a record, collected when the first keyword test asks. Reused; not thread-safe.</summary>
internal sealed class RecordStrings
{
    private static readonly FieldTree Tree = OneSlot();
    private KeywordNeedles? _asked;
    private bool _answer;
    private bool _collected;

    public EventBuffer Fields { get; } = new();

    public void Begin() => (_collected, _asked) = (false, null);

    public void Collect(MatchContext context)
    {
        if (_collected) return;
        _collected = true;
        context.Reader.CollectStrings(context.Fields, Fields, Tree);
    }

    public bool MayHold(KeywordNeedles needles)
    {
        if (ReferenceEquals(_asked, needles)) return _answer;
        _asked = needles;
        _answer = false;
        for (var value = Fields.First(0); value >= 0 && !_answer; value = Fields.Next(value)) _answer = needles.Found(Fields.Chars(value));
        return _answer;
    }

    private static FieldTree OneSlot()
    {
        var builder = new FieldTree.Builder();
        builder.Slot(FieldPath.Parse("value"));
        return builder.Build();
    }
}
