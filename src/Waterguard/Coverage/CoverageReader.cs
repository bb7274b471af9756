using System.Collections.Immutable;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Pipeline;
using Waterguard.Sources.Recognition;

namespace Waterguard.Coverage;

/// <summary>Reads records as a scan does and counts what they have, instead of judging them. Streaming; one thread.</summary>
/// <param name="recogniser">Tells the form of each record.</param>
/// <param name="otherwise">What a record is that it does not know; null: nothing.</param>
internal sealed class CoverageReader(FormRecogniser recogniser, EventShape? otherwise, Func<EventShape, FormCount> count)
{
    private const int MaxNesting = 4;
    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly Dictionary<EventShape, State> _states = new(ReferenceEqualityComparer.Instance);
    private State? _current;
    private DateTimeOffset? _came;

    public long Records { get; private set; }

    public long Malformed { get; private set; }

    public long Unrecognised { get; private set; }

    /// <summary>When the source of each record was last there; empty when nobody told when records came.</summary>
    public Dictionary<string, DateTimeOffset> LastDelivered { get; } = new(StringComparer.Ordinal);

    public IEnumerable<FormCount> Counts => _states.Values.Select(s => s.Count).Where(c => c.Events > 0);

    public void Read(IEnumerable<ScanInput> inputs, IProgress<long> progress, CancellationToken cancel)
    {
        var batch = new RecordBatch();
        foreach (var input in inputs)
        {
            using var records = new RecordReader(input.Open(), input.Name);
            _current = null;
            while (records.Read(batch) || batch.Problems.Count > 0)
            {
                cancel.ThrowIfCancellationRequested();
                Add(batch);
                progress.Report(batch.Bytes);
                if (batch.Count == 0) break;
            }
        }
    }

    /// <summary>Counts a batch that came at a time.</summary>
    public void Read(RecordBatch batch, DateTimeOffset came)
    {
        (_current, _came) = (null, came);
        Add(batch);
    }

    private void Add(RecordBatch batch)
    {
        Malformed += batch.Problems.Count;
        foreach (var record in batch.Records) Add(batch.Buffer, record.Start, record.Length, 0);
    }

    private void Add(byte[] buffer, int start, int length, int nesting)
    {
        if (_current is not { } state || !_reader.TryRead(buffer, start, length, state.Count.Tree, _fields, out _) || !state.Count.Tests.Hold(_fields))
        {
            var form = recogniser.Recognise(_reader, buffer, start, length, _fields, out var flaw);
            if (flaw is not null) Malformed++;
            else if ((form ??= otherwise) is null) Unrecognised++;
            if (form is null) return;
            state = _current = Of(form);
            if (!_reader.TryRead(buffer, start, length, state.Count.Tree, _fields, out _)) return;
        }

        if (state.Unwrapper is { } unwrapper)
        {
            if (nesting == MaxNesting) return;
            var envelope = _current;
            _current = state.Inner;
            foreach (var inner in unwrapper.Unwrap(buffer, start, length)) Add(inner.Array!, inner.Offset, inner.Count, nesting + 1);
            (state.Inner, _current) = (_current, envelope);
        }
        else if (state.Splitter is { } splitter)
        {
            splitter.Split(buffer, start, length, (bytes, at, extent) =>
            {
                if (_reader.TryRead(bytes, at, extent, state.Count.Tree, _fields, out _)) Count(state);
            });
        }
        else Count(state);
    }

    private void Count(State state)
    {
        Records++;
        state.Count.Add(_fields);
        if (_came is { } came && (!LastDelivered.TryGetValue(state.Count.Form.Source, out var last) || came > last)) LastDelivered[state.Count.Form.Source] = came;
    }

    private State Of(EventShape form)
    {
        if (_states.TryGetValue(form, out var state)) return state;
        return _states[form] = new State(count(form), form.IsEnvelope ? new Unwrapper(form) : null, form.Split.IsEmpty ? null : new RecordSplitter(form));
    }

    private sealed class State(FormCount count, Unwrapper? unwrapper, RecordSplitter? splitter)
    {
        public FormCount Count => count;

        public Unwrapper? Unwrapper => unwrapper;

        public RecordSplitter? Splitter => splitter;

        public State? Inner { get; set; }
    }
}
