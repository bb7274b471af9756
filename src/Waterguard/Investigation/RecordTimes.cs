using System.Runtime.InteropServices;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;
using Waterguard.Sources;
using Waterguard.Sources.Recognition;

namespace Waterguard.Investigation;

/// <summary>Tells when what a line of the archive says happened. One thread.</summary>
internal sealed class RecordTimes(SourceCatalog sources)
{
    private const int MostNesting = 4;
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly Dictionary<string, (FormRecogniser Recogniser, EventShape? Only)> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<EventShape, (FieldTree Tree, int[] Slots, Unwrapper? Unwrapper)> _forms = new(ReferenceEqualityComparer.Instance);

    /// <summary>The time; null: the record says none that can be read. Of an envelope that of the first record in it which is wanted.</summary>
    /// <param name="wanted">Null: any record.</param>
    public DateTimeOffset? Of(string source, ReadOnlyMemory<byte> line, Func<ReadOnlyMemory<byte>, bool>? wanted = null) =>
        MemoryMarshal.TryGetArray(line, out var bytes) ? Of(Forms(source), bytes, wanted, 0) : null;

    private DateTimeOffset? Of((FormRecogniser Recogniser, EventShape? Only) forms, ArraySegment<byte> record, Func<ReadOnlyMemory<byte>, bool>? wanted, int nesting)
    {
        if ((forms.Recogniser.Recognise(_reader, record.Array!, record.Offset, record.Count, _fields, out var flaw) ?? (flaw is null ? forms.Only : null)) is not { } form) return null;
        var (tree, slots, unwrapper) = Known(form);
        if (unwrapper is not null)
        {
            if (nesting == MostNesting) return null;
            foreach (var inner in unwrapper.Unwrap(record.Array!, record.Offset, record.Count))
            {
                if (wanted?.Invoke(inner) != false && Of(forms, inner, wanted, nesting + 1) is { } time) return time;
            }
        }

        if (!_reader.TryRead(record.Array!, record.Offset, record.Count, tree, _fields, out _)) return null;
        foreach (var slot in slots)
        {
            var value = _fields.First(slot);
            if (value >= 0 && EventTime.TryParse(_fields.Utf8(value), out var time)) return time;
        }

        return null;
    }

    private (FormRecogniser, EventShape?) Forms(string source)
    {
        if (_sources.TryGetValue(source, out var known)) return known;
        var forms = sources.Find(source)?.Forms;
        return _sources[source] = forms is null ? (sources.Recogniser, null) : (new FormRecogniser(forms), forms is [var only] && only.Recognise.IsEmpty ? only : null);
    }

    private (FieldTree Tree, int[] Slots, Unwrapper? Unwrapper) Known(EventShape form)
    {
        if (_forms.TryGetValue(form, out var known)) return known;
        var builder = new FieldTree.Builder();
        int[] slots = [.. form.Time.Select(t => builder.Slot(FieldPath.Parse(t)))];
        return _forms[form] = (builder.Build(), slots, form.IsEnvelope ? new Unwrapper(form) : null);
    }
}
