using System.Collections.Immutable;
using System.Text;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Recognition;

/// <summary>The tests by which records of one form are told, on the slots of one tree. Immutable.</summary>
public sealed class FormTests
{
    private readonly Bound[] _tests;

    /// <summary>Binds a form's tests to the slots that a tree has for their paths.</summary>
    public FormTests(ImmutableArray<RecordTest> tests, Func<string, int> slotOf) =>
        _tests = [.. tests.Select(t => new Bound(slotOf(t.Path), [.. t.AnyOf.Select(Compile)], t.Negated))];

    /// <summary>Whether the record is of the form. Values are compared with regard to case.</summary>
    public bool Hold(EventBuffer fields)
    {
        foreach (var test in _tests)
        {
            if (Passes(test, fields) == test.Negated) return false;
        }

        return true;
    }

    private static bool Passes(Bound test, EventBuffer fields)
    {
        var value = fields.First(test.Slot);
        if (value < 0) return false;
        if (test.AnyOf.Length == 0) return true;
        var text = fields[value].Kind is ValueKind.Object or ValueKind.Null ? default : fields.Utf8(value);
        foreach (var (prefix, suffix) in test.AnyOf)
        {
            if (suffix is null ? text.SequenceEqual(prefix) : text.Length >= prefix.Length + suffix.Length && text.StartsWith(prefix) && text.EndsWith(suffix)) return true;
        }

        return false;
    }

    private static (byte[] Prefix, byte[]? Suffix) Compile(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0 ? (Encoding.UTF8.GetBytes(pattern), null) : (Encoding.UTF8.GetBytes(pattern[..star]), Encoding.UTF8.GetBytes(pattern[(star + 1)..]));
    }

    // Without a suffix the prefix is the whole text.
    private readonly record struct Bound(int Slot, (byte[] Prefix, byte[]? Suffix)[] AnyOf, bool Negated);
}
