using System.Text;
using Waterguard.Events.Fields;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Detection.Matching;

/// <summary>Some string value of the record passes a test.</summary>
internal sealed class KeywordNode(int id, Test written, ValueTest test) : Node
{
    public override int Effort => 100;

    private int[]? _numbers;

    /// <summary>Lets the index answer, where all keywords are plain and case does not matter. Before the plan is shared.</summary>
    public void Register(KeywordIndex index)
    {
        if (written is not TextTest { Cased: false } text || text.AnyOf.Any(p => p.Kind == TextKind.Wildcard)) return;
        int[] numbers = [.. text.AnyOf.Select(p => index.Number(p.Literal))];
        if (Array.TrueForAll(numbers, n => n >= 0)) _numbers = numbers;
    }

    public override Truth Judge(MatchContext context)
    {
        if (!context.TryRecall(id, out var answer)) answer = context.Remember(id, Ask(context));
        return answer ? Truth.True : Truth.False;
    }

    public override IEnumerable<Clause> NecessaryClauses() =>
        [new Clause(written is TextTest text ? [.. text.AnyOf.Select(p => new Atom(AtomKind.Keyword, -1, p.Literal)).Distinct()] : [new Atom(AtomKind.Keyword, -1, "")])];

    private static bool AnyMet(int[] numbers, MatchContext context)
    {
        foreach (var number in numbers)
        {
            if (context.KeywordMet(number)) return true;
        }

        return false;
    }

    /// <summary>A text that stands alone in a rule is searched for anywhere in a value.</summary>
    public static Test Anywhere(Test test) => test is not TextTest text ? test : text with
    {
        AnyOf = [.. text.AnyOf.Select(p => p.Kind == TextKind.Wildcard
            ? p with { Parts = [new PatternPart(null, true), .. p.Parts, new PatternPart(null, true)] }
            : TextPattern.Of(TextKind.Contains, p.Literal))],
    };

    private bool Ask(MatchContext context)
    {
        if (_numbers is not null && context.KeywordsKnown) return AnyMet(_numbers, context);
        if (test is ContainsTest contains) return contains.Holds(context.Strings.Joined);
        var strings = context.Strings.Fields;
        for (var value = strings.First(0); value >= 0; value = strings.Next(value))
        {
            if (test.Holds(strings, value)) return true;
        }

        return false;
    }
}

/// <summary>The string values of a record, collected when the first keyword test asks. Reused; not thread-safe.</summary>
internal sealed class RecordStrings
{
    private static readonly FieldTree Tree = OneSlot();
    private bool _collected;
    private bool _joined;
    private char[] _text = new char[4096];
    private int _length;

    public EventBuffer Fields { get; } = new();

    /// <summary>All of them in one text, with a character between that is none.</summary>
    public ReadOnlySpan<char> Joined
    {
        get
        {
            if (!_joined) Join();
            return _text.AsSpan(0, _length);
        }
    }

    public void Begin() => (_collected, _joined) = (false, false);

    public void Collect(MatchContext context)
    {
        if (_collected) return;
        _collected = true;
        context.Reader.CollectStrings(context.Fields, Fields, Tree);
    }

    private void Join()
    {
        (_joined, _length) = (true, 0);
        for (var value = Fields.First(0); value >= 0; value = Fields.Next(value))
        {
            var utf8 = Fields.Utf8(value);
            if (_text.Length < _length + utf8.Length + 1) Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + utf8.Length + 1));
            _length += Encoding.UTF8.GetChars(utf8, _text.AsSpan(_length));
            _text[_length++] = '\uFFFF';
        }
    }

    private static FieldTree OneSlot()
    {
        var builder = new FieldTree.Builder();
        builder.Slot(FieldPath.Parse("value"));
        return builder.Build();
    }
}
