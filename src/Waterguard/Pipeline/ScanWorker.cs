using Waterguard.Detection.Census;
using Waterguard.Detection.Matching;
using Waterguard.Events;
using Waterguard.Events.Fields;
using Waterguard.Events.Framing;
using Waterguard.Events.Shapes;
using Waterguard.Sources.Recognition;

namespace Waterguard.Pipeline;

/// <summary>Takes records from bytes to matches. Owns all memory that the hot path uses; one a thread.</summary>
/// <param name="notesTimes">Whether it notes how far each source has come; null: where some correlation asks what did not come.</param>
internal sealed class ScanWorker(Generation generation, EventShape[]? told, ScanTally tally, MatchedRecords matches, bool? notesTimes = null)
{
    private const int MaxNesting = 4;

    private readonly EventReader _reader = new();
    private readonly EventBuffer _fields = new();
    private readonly Dictionary<EventShape, FormState> _states = new(ReferenceEqualityComparer.Instance);
    private readonly FormRecogniser _recogniser = told is null ? generation.Sources.Recogniser : new FormRecogniser(told);
    private readonly bool _notesTimes = notesTimes ?? generation.NeedsDelivery;
    private readonly List<FormState> _seen = [];
    private FormState? _current;

    /// <summary>All records of a batch.</summary>
    public void Process(RecordBatch batch)
    {
        tally.Bytes += batch.Bytes;
        _current = null; // what a record is taken for must not depend on which worker read the batch before
        foreach (var problem in batch.Problems) tally.Malformed(problem);
        foreach (var record in batch.Records) Process(batch.Buffer, record.Start, record.Length, new Place(batch.File, record.Line, record.Offset), 0);
        Deliver();
    }

    private void Process(byte[] buffer, int start, int length, Place place, int nesting)
    {
        if (_current is not { } state || !Read(state, buffer, start, length, place, out var broken))
        {
            state = Recognise(buffer, start, length, place, out broken);
            if (state is null || !Read(state, buffer, start, length, place, out broken)) return;
        }

        if (broken) return;
        if (state.Unwrapper is not null) Unwrap(state, buffer, start, length, place, nesting);
        else if (state.Splitter is not null) Split(state, buffer, start, length, place);
        else Match(state, buffer, start, length, place);
    }

    // True when the record is of the form (or broken, and then reported).
    private bool Read(FormState state, byte[] buffer, int start, int length, Place place, out bool broken)
    {
        broken = !_reader.TryRead(buffer, start, length, state.Plan.Rules.Layout.Tree, _fields, out var flaw, leaveBodies: true);
        if (broken)
        {
            tally.Malformed(new RecordProblem(place.File, place.Line, place.Offset + flaw!.Offset, flaw.Reason));
            return true;
        }

        return state.Plan.Tests.Hold(_fields);
    }

    private FormState? Recognise(byte[] buffer, int start, int length, Place place, out bool broken)
    {
        var form = _recogniser.Recognise(_reader, buffer, start, length, _fields, out var flaw);
        broken = flaw is not null;
        if (broken) tally.Malformed(new RecordProblem(place.File, place.Line, place.Offset + flaw!.Offset, flaw.Reason));
        else if (form is null && told is [var only] && only.Recognise.IsEmpty) form = only;
        else if (form is null) tally.Unrecognised(place);
        return form is null ? null : _current = StateOf(form);
    }

    private void Match(FormState state, byte[] buffer, int start, int length, Place place)
    {
        state.Plan.Rules.Layout.Complete(_fields);
        var matched = state.Matcher.Match(_fields, _reader);
        if (state.Matcher.Flaw is { } flaw)
        {
            tally.Malformed(new RecordProblem(place.File, place.Line, place.Offset + flaw.Offset, flaw.Reason));
            return;
        }

        tally.Event(state.Plan.Form.Source);
        if (_fields.DepthCapped) tally.DepthCapped++;
        if (state.Plan.Clock is { } clock && clock.TryMinute(_fields, state.Heard, out var minute)) tally.Heard.Of(state.Place).Add(minute);
        if (_notesTimes) See(state, buffer.AsMemory(start, length));
        if (matched.Length > 0) matches.Add(state.Plan, matched, buffer.AsSpan(start, length), place);
    }

    private void Split(FormState state, byte[] buffer, int start, int length, Place place)
    {
        var whole = state.Splitter!.Split(buffer, start, length, (bytes, at, extent) =>
        {
            if (!_reader.TryRead(bytes, at, extent, state.Plan.Rules.Layout.Tree, _fields, out _, leaveBodies: true)) return;
            Match(state, bytes, at, extent, place);
            Deliver();
        });
        if (!whole) tally.Malformed(new RecordProblem(place.File, place.Line, place.Offset, "the record holds too many events to be split"));
    }

    private void Unwrap(FormState state, byte[] buffer, int start, int length, Place place, int nesting)
    {
        if (nesting == MaxNesting)
        {
            tally.Malformed(new RecordProblem(place.File, place.Line, place.Offset, "envelopes are nested too deeply"));
            return;
        }

        // The envelope's own state is kept apart from its records': those go on being recognised by themselves.
        var inner = state.Unwrapper!.Unwrap(buffer, start, length);
        var envelope = _current;
        if (envelope == state) _current = state.Inner;
        var ordinal = 0;
        foreach (var record in inner)
        {
            ordinal++;
            var line = inner.Count > 1 && place.Line == 1 && nesting == 0 ? ordinal : place.Line;
            Process(record.Array!, record.Offset, record.Count, place with { Line = line }, nesting + 1);
        }

        Deliver(); // the inner records' bytes are not kept
        state.Inner = _current;
        _current = envelope;
        tally.Envelope();
    }

    private void See(FormState state, ReadOnlyMemory<byte> record)
    {
        if (state.First.IsEmpty)
        {
            state.First = record;
            _seen.Add(state);
        }

        state.Last = record;
    }

    // The times of the first and the last record of a batch tell how far the source has come: reading all of them would cost too much.
    private void Deliver()
    {
        foreach (var state in _seen)
        {
            if (state.Plan.Details.TimeOf(_reader, _fields, state.First) is { } first) tally.Deliver(state.Plan.Form.Source, first);
            if (state.Plan.Details.TimeOf(_reader, _fields, state.Last) is { } last) tally.Deliver(state.Plan.Form.Source, last);
            state.First = state.Last = default;
        }

        _seen.Clear();
    }

    private FormState StateOf(EventShape form)
    {
        if (_states.TryGetValue(form, out var state)) return state;
        var plan = generation.PlanFor(form);
        return _states[form] = new FormState(plan, new Matcher(plan.Rules), form.IsEnvelope ? new Unwrapper(form) : null, form.Split.IsEmpty ? null : new RecordSplitter(form));
    }

    private sealed class FormState(FormPlan plan, Matcher matcher, Unwrapper? unwrapper, RecordSplitter? splitter)
    {
        public FormPlan Plan => plan;

        public Matcher Matcher => matcher;

        public Unwrapper? Unwrapper => unwrapper;

        public RecordSplitter? Splitter => splitter;

        /// <summary>The last time that was noted as heard.</summary>
        public RecordClock.Last Heard { get; } = new();

        /// <summary>Where the input is, by its labels.</summary>
        public HeardPlace Place { get; } = new(plan.Form.Source, Label(plan.Form, "orchestrator.cluster.name"), Label(plan.Form, "host.name"));

        private static string Label(EventShape form, string name) => form.Map.TryGetValue(name, out var mapping) ? mapping.Constant ?? "" : "";

        /// <summary>The first record that was matched since the source's progress was last noted, and the last one.</summary>
        public ReadOnlyMemory<byte> First { get; set; }

        public ReadOnlyMemory<byte> Last { get; set; }

        /// <summary>What the last record inside this envelope was: most likely the next one is the same.</summary>
        public FormState? Inner { get; set; }
    }
}

/// <summary>Where a record lies.</summary>
internal readonly record struct Place(string File, long Line, long Offset);
