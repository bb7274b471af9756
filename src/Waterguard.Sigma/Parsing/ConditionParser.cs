using System.Globalization;
using Waterguard.Content;
using Waterguard.Content.Yaml;
using Waterguard.Sigma.Conditions;

namespace Waterguard.Sigma.Parsing;

/// <summary>Reads conditions such as <c>selection and not 1 of filter_*</c>: "not" binds tightest, then "and", then "or".</summary>
internal sealed class ConditionParser
{
    private const int MaxDepth = 64;
    private const int MaxLength = 16_384;

    private readonly YamlScalar _text;
    private readonly Selections _selections;
    private readonly DiagnosticBag _bag;
    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;
    private bool _failed;

    private ConditionParser(YamlScalar text, Selections selections, DiagnosticBag bag)
    {
        _text = text;
        _selections = selections;
        _bag = bag;
        _tokens = Split(text.Text);
    }

    private readonly record struct Token(string Text, int Offset)
    {
        public bool Is(string word) => string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads a condition or a list of them (joined by "or"). Null when one was wrong; that has been reported.</summary>
    public static Condition? Parse(YamlNode node, Selections selections, DiagnosticBag bag)
    {
        switch (node)
        {
            case YamlScalar { Kind: not ScalarKind.Null } scalar:
                return new ConditionParser(scalar, selections, bag).Whole();
            case YamlSequence { Items.Length: > 0 } list:
                var parts = new List<Condition>();
                foreach (var item in list.Items)
                {
                    if (item is not YamlScalar)
                        bag.Error(SigmaCodes.ConditionSyntax, item.Location, "A condition is a text.");
                    else if (Parse(item, selections, bag) is { } part)
                        parts.Add(part);
                }
                return parts.Count == list.Items.Length ? Joined.Any(parts) : null;
            default:
                bag.Error(SigmaCodes.ConditionSyntax, node.Location, "A condition is a text or a list of texts.");
                return null;
        }
    }

    private static List<Token> Split(string text)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < text.Length && i < MaxLength;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            if (text[i] is '(' or ')' or '|')
                i++;
            else
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] is not ('(' or ')' or '|'))
                    i++;
            tokens.Add(new(text[start..i], start));
        }
        return tokens;
    }

    private Condition? Whole()
    {
        if (_text.Text.Length > MaxLength)
            return Fail(SigmaCodes.ConditionTooDeep, 0, $"The condition has more than {MaxLength} characters.");
        if (_tokens.Find(t => t.Is("|") || t.Is("near")) is { Text: not null } old && !(old.Is("near") && _selections.Find(old.Text) is not null))
            return Fail(SigmaCodes.DeprecatedAggregation, old.Offset, $"Aggregations ('{old.Text}') were replaced by correlations.");
        var condition = Or();
        if (!_failed && _next < _tokens.Count)
            return Fail(SigmaCodes.ConditionSyntax, _tokens[_next].Offset, $"'{_tokens[_next].Text}' is not expected here.");
        return _failed ? null : condition;
    }

    private Condition? Or()
    {
        var parts = new List<Condition?> { And() };
        while (Accept("or"))
            parts.Add(And());
        return _failed || parts.Contains(null) ? null : Joined.Any(parts!);
    }

    private Condition? And()
    {
        var parts = new List<Condition?> { Unary() };
        while (Accept("and"))
            parts.Add(Unary());
        return _failed || parts.Contains(null) ? null : Joined.All(parts!);
    }

    private Condition? Unary()
    {
        if (_failed)
            return null;
        if (_next == _tokens.Count)
            return Fail(SigmaCodes.ConditionSyntax, _text.Text.Length, "The condition ends where a selection is expected.");
        if (++_depth > MaxDepth)
            return Fail(SigmaCodes.ConditionTooDeep, _tokens[_next].Offset, $"The condition is nested deeper than {MaxDepth} levels.");
        var condition = Operand();
        _depth--;
        return condition;
    }

    private Condition? Operand()
    {
        if (Accept("not"))
            return Unary() is { } part ? new Not(part) : null;
        if (Accept("("))
        {
            var inner = Or();
            if (!_failed && !Accept(")"))
                return Fail(SigmaCodes.ConditionSyntax, EndOffset, "A ')' is missing.");
            return inner;
        }
        var token = _tokens[_next++];
        if (_next < _tokens.Count && _tokens[_next].Is("of"))
        {
            _next++;
            return Some(token);
        }
        if (token.Is("and") || token.Is("or") || token.Is("of") || token.Text == ")")
            return Fail(SigmaCodes.ConditionSyntax, token.Offset, $"'{token.Text}' stands where a selection is expected.");
        if (_selections.Find(token.Text) is { } selection)
            return selection.Condition;
        return Unknown(token, $"There is no selection '{token.Text}'.");
    }

    private Condition? Some(Token count)
    {
        var number = 0;
        if (!count.Is("all") && !count.Is("any") && (!int.TryParse(count.Text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number == 0))
            return Fail(SigmaCodes.ConditionSyntax, count.Offset, $"'{count.Text} of' is not known: write '1 of', 'all of' or a number.");
        if (_next == _tokens.Count || _tokens[_next].Text is "(" or ")" or "|")
            return Fail(SigmaCodes.ConditionSyntax, EndOffset, "'of' is followed by 'them' or a pattern of selection names.");
        var pattern = _tokens[_next++];
        var found = _selections.Matching(pattern.Is("them") ? "them" : pattern.Text);
        if (found.Count == 0)
            return Unknown(pattern, $"No selection fits '{pattern.Text}'.");
        if (found.Exists(s => s.Condition is null))
            return null;
        if (number > found.Count)
            _bag.Warning(SigmaCodes.CountTooLarge, _text.LocationOf(count.Offset), $"{number} of {found.Count} selections can never hold.");
        var parts = found.ConvertAll(s => s.Condition!);
        if (count.Is("all"))
            return Joined.All(parts);
        return number > 1 ? new AtLeast(number, [.. parts]) : Joined.Any(parts);
    }

    private int EndOffset => _next < _tokens.Count ? _tokens[_next].Offset : _text.Text.Length;

    private bool Accept(string word)
    {
        if (_failed || _next == _tokens.Count || !_tokens[_next].Is(word))
            return false;
        _next++;
        return true;
    }

    /// <summary>Reports a name and goes on, so that all unknown names of a condition are told at once.</summary>
    private Condition? Unknown(Token token, string message)
    {
        _bag.Error(SigmaCodes.UnknownSelection, _text.LocationOf(token.Offset), message);
        return null;
    }

    private Condition? Fail(string code, int offset, string message)
    {
        if (!_failed)
            _bag.Error(code, _text.LocationOf(offset), message);
        _failed = true;
        return null;
    }
}
