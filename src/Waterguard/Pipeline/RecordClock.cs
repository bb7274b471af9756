using Waterguard.Events.Fields;
using Waterguard.Events.Shapes;

namespace Waterguard.Pipeline;

/// <summary>Tells in which minute a record was written, from what matching has read of it anyway: a text that begins like the last one is of the same minute, and is not read again.
/// Immutable; shared.</summary>
internal sealed class RecordClock(EventLayout layout)
{
    // 2026-11-02T08:00
    private const int ToTheMinute = 16;

    private readonly int[] _slots = [.. layout.Shape.Time.SelectMany(t => layout.Find(t)!.Slots).Select(s => s.Slot).Where(s => s >= 0)];

    /// <summary>The record's minute, if it is another than that of the record before, and can be read.</summary>
    public bool TryMinute(EventBuffer fields, Last last, out long minute)
    {
        minute = 0;
        foreach (var slot in _slots)
        {
            var value = fields.First(slot);
            if (value < 0) continue;
            var text = fields.Utf8(value);
            if (last.Begins(text)) return false;
            if (!EventTime.TryParse(text, out var time)) continue;
            last.Keep(text);
            minute = time.UtcTicks / TimeSpan.TicksPerMinute;
            return true;
        }

        return false;
    }

    /// <summary>How the last time began. One a worker and form.</summary>
    internal sealed class Last
    {
        private readonly byte[] _text = new byte[ToTheMinute];
        private bool _known;

        // Only of times in UTC: in another zone the same text is another minute.
        public bool Begins(ReadOnlySpan<byte> text) => _known && text.Length > ToTheMinute && text[^1] == (byte)'Z' && text[..ToTheMinute].SequenceEqual(_text);

        public void Keep(ReadOnlySpan<byte> text)
        {
            _known = text.Length > ToTheMinute && text[ToTheMinute] == (byte)':' && text[^1] == (byte)'Z';
            if (_known) text[..ToTheMinute].CopyTo(_text);
        }
    }
}
