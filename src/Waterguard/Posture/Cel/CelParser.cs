using System.Collections.Immutable;
using System.Globalization;

namespace Waterguard.Posture.Cel;

/// <summary>Reads the part of CEL that our policies are written in, with its precedence: <c>?:</c>, <c>||</c>, <c>&amp;&amp;</c>, comparisons, <c>+</c>, <c>!</c>, then fields and calls. Everything else is refused, so that
/// nothing is proposed that was not understood.</summary>
internal sealed class CelParser
{
    private const int MostDepth = 64;
    private readonly List<CelToken> _tokens;
    private int _at;
    private int _depth;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    private CelToken Now => _tokens[_at];

    /// <exception cref="FormatException">It is no expression, or one that is not known here.</exception>
    public static CelNode Parse(string expression)
    {
        var parser = new CelParser(CelTokens.Of(expression));
        var node = parser.Choice();
        return parser.Now.Kind == CelTokenKind.End ? node : throw parser.Wrong();
    }

    private CelNode Choice()
    {
        if (++_depth > MostDepth) throw CelTokens.Wrong(Now.At, "this is nested too deeply");
        var test = Chain("||", () => Chain("&&", Comparison));
        if (Takes("?"))
        {
            var then = Chain("||", () => Chain("&&", Comparison));
            Expect(":");
            test = new CelChoice(test, then, Choice());
        }

        _depth--;
        return test;
    }

    private CelNode Chain(string sign, Func<CelNode> part)
    {
        var left = part();
        while (Takes(sign)) left = new CelPair(sign, left, part());
        return left;
    }

    private CelNode Comparison()
    {
        var left = Chain("+", Unary);
        while (true)
        {
            if (Takes("==")) left = new CelPair("==", left, Chain("+", Unary));
            else if (Takes("!=")) left = new CelPair("!=", left, Chain("+", Unary));
            else if (Now is { Kind: CelTokenKind.Name, Text: "in" })
            {
                _at++;
                left = new CelPair("in", left, Chain("+", Unary));
            }
            else return left;
        }
    }

    private CelNode Unary()
    {
        if (!Takes("!")) return Member();
        if (++_depth > MostDepth) throw CelTokens.Wrong(Now.At, "this is nested too deeply");
        var inner = Unary();
        _depth--;
        return new CelNot(inner);
    }

    private CelNode Member()
    {
        var node = Primary();
        while (Takes("."))
        {
            var name = Name();
            node = Takes("(") ? Call(node, name) : new CelField(node, name);
        }

        return node;
    }

    private CelNode Call(CelNode of, string name)
    {
        if (name == "startsWith")
        {
            var head = Choice();
            Expect(")");
            return new CelStartsWith(of, head);
        }

        if (name is not ("all" or "exists")) throw CelTokens.Wrong(Now.At, $"'{name}' is not known here");
        var variable = Name();
        Expect(",");
        var inner = Choice();
        Expect(")");
        return new CelEach(of, name == "all", variable, inner);
    }

    private CelNode Primary()
    {
        var token = Now;
        if (Takes("("))
        {
            var inner = Choice();
            Expect(")");
            return inner;
        }

        if (Takes("[")) return new CelList(Items());
        _at++;
        return token switch
        {
            { Kind: CelTokenKind.Text } => new CelLiteral(token.Text),
            { Kind: CelTokenKind.Number } when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new CelLiteral((decimal)number),
            { Kind: CelTokenKind.Name, Text: "true" or "false" } => new CelLiteral(token.Text == "true"),
            { Kind: CelTokenKind.Name, Text: "has" } when Takes("(") => Has(),
            { Kind: CelTokenKind.Name, Text: not ("in" or "null") } when Now is not { Kind: CelTokenKind.Sign, Text: "(" } => new CelName(token.Text),
            _ => throw CelTokens.Wrong(token.At, $"'{token.Text}' is not known here"),
        };
    }

    private CelHas Has()
    {
        var at = Now.At;
        var inner = Member();
        Expect(")");
        return inner is CelField field ? new CelHas(field.Of, field.Field) : throw CelTokens.Wrong(at, "has() asks for a field");
    }

    private ImmutableArray<CelNode> Items()
    {
        var items = ImmutableArray.CreateBuilder<CelNode>();
        while (!Takes("]"))
        {
            if (items.Count > 0) Expect(",");
            items.Add(Choice());
        }

        return items.ToImmutable();
    }

    private string Name()
    {
        if (Now.Kind != CelTokenKind.Name) throw Wrong();
        return _tokens[_at++].Text;
    }

    private bool Takes(string sign)
    {
        if (Now.Kind != CelTokenKind.Sign || Now.Text != sign) return false;
        _at++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!Takes(sign)) throw Wrong();
    }

    private FormatException Wrong() => CelTokens.Wrong(Now.At, Now.Kind == CelTokenKind.End ? "something is missing at the end" : $"'{Now.Text}' is not expected here");
}
