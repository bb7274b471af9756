using System.Collections.Immutable;
using System.Text;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Recognition;

/// <summary>The tests by which records of one form are told, on the slots of one tree. Immutable.</summary>
public sealed class FormTests
{
    private readonly (int Slot, byte[]? Prefix, byte[]? Suffix, bool Exact)[] _tests;

    /// <summary>Binds a form's tests to the slots that a tree has for their paths.</summary>
    public FormTests(ImmutableArray<RecordTest> tests, Func<string, int> slotOf) =>
        _tests = [.. tests.Select(t => Compile(t, slotOf(t.Path)))];

    /// <summary>Whether the record is of the form. Values are compared with regard to case.</summary>
    public bool Hold(EventBuffer fields)
    {
        foreach (var (slot, prefix, suffix, exact) in _tests)
        {
            var value = fields.First(slot);
            if (value < 0) return false;
            if (prefix is null) continue;
            var text = fields[value].Kind is ValueKind.Object or ValueKind.Null ? default : fields.Utf8(value);
            if (exact ? !text.SequenceEqual(prefix) : !(text.Length >= prefix.Length + suffix!.Length && text.StartsWith(prefix) && text.EndsWith(suffix))) return false;
        }

        return true;
    }

    private static (int, byte[]?, byte[]?, bool) Compile(RecordTest test, int slot)
    {
        if (test.Pattern is not { } pattern) return (slot, null, null, false);
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? (slot, Encoding.UTF8.GetBytes(pattern), null, true)
            : (slot, Encoding.UTF8.GetBytes(pattern[..star]), Encoding.UTF8.GetBytes(pattern[(star + 1)..]), false);
    }
}
