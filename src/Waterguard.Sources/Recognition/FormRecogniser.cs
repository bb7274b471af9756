using System.Collections.Immutable;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Sources.Recognition;

/// <summary>Tells the form of a record that nobody announced. Immutable; shared.</summary>
public sealed class FormRecogniser
{
    private readonly ImmutableArray<(EventShape Form, FormTests Tests)> _forms;

    /// <summary>A recogniser of some forms, tried in that order; forms without tests are never recognised.</summary>
    public FormRecogniser(IEnumerable<EventShape> forms)
    {
        var builder = new FieldTree.Builder();
        _forms = [.. forms.Where(f => !f.Recognise.IsEmpty).Select(f => (f, new FormTests(f.Recognise, path => builder.Slot(FieldPath.Parse(path)))))];
        Tree = builder.Build();
    }

    /// <summary>The fields that recognition reads.</summary>
    public FieldTree Tree { get; }

    /// <summary>The form of the record that was just read with <see cref="Tree"/>, or null.</summary>
    public EventShape? Recognise(EventBuffer fields)
    {
        foreach (var (form, tests) in _forms)
        {
            if (tests.Hold(fields)) return form;
        }

        return null;
    }

    /// <summary>Reads a record and tells its form, or null; with a flaw when it cannot be read.</summary>
    public EventShape? Recognise(EventReader reader, byte[] buffer, int start, int length, EventBuffer into, out JsonFlaw? flaw) =>
        reader.TryRead(buffer, start, length, Tree, into, out flaw) ? Recognise(into) : null;
}
