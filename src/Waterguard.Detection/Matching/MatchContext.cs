using Waterguard.Events;
using Waterguard.Events.Fields;

namespace Waterguard.Detection.Matching;

/// <summary>What a worker keeps while it judges one event: the fields, and the answers that rules share. Reused; not thread-safe.</summary>
internal sealed class MatchContext(int predicates, int keywords, int words, int ruleWords, int slots)
{
    private readonly uint[] _answers = new uint[predicates];
    private readonly uint[] _keywords = new uint[keywords];
    private readonly RecordStrings _strings = new();
    private uint _event;

    public EventBuffer Fields { get; private set; } = null!;

    public EventReader Reader { get; private set; } = null!;

    /// <summary>Whether the node under judgement stands under an odd number of "not": a duplicate key must not excuse there.</summary>
    public bool Negated { get; set; }

    /// <summary>The array element that the body of a quantifier is judged on; -1 outside.</summary>
    public int Element { get; set; } = -1;

    /// <summary>For the index: the rules that are worth asking further slots for.</summary>
    public ulong[] OpenRules { get; } = new ulong[ruleWords];

    /// <summary>For the index: whether what cannot match any more is out for good.</summary>
    public bool Settled { get; set; }

    /// <summary>Set while the bodies of the event are left unread: what lies there is unknown.</summary>
    public CandidateIndex? InBodies { get; set; }

    public void Begin(EventBuffer fields, EventReader reader)
    {
        (Fields, Reader, Negated, Element, KeywordsKnown) = (fields, reader, false, -1, false);
        _strings.Begin();
        if (++_event < 1u << 30) return;
        Array.Clear(_answers);
        Array.Clear(_keywords);
        _event = 1;
    }

    /// <summary>Which rules the values of slots can make match, by their dear tests.</summary>
    public RowCache Rows { get; } = new(words, slots);

    /// <summary>What dear tests said of values before.</summary>
    public AnswerCache Cache { get; } = new();

    /// <summary>Whether the index has looked for all keywords, so that one that was not met is not there.</summary>
    public bool KeywordsKnown { get; set; }

    /// <summary>Whether a keyword, by its number in the index, was met in a string value.</summary>
    public bool KeywordMet(int number) => _keywords[number] == _event;

    public void MeetKeyword(int number) => _keywords[number] = _event;

    /// <summary>The record's string values, for keyword tests.</summary>
    public RecordStrings Strings
    {
        get
        {
            _strings.Collect(this);
            return _strings;
        }
    }

    /// <summary>The answer given before for this event, if any.</summary>
    public bool TryRecall(int predicate, out bool answer)
    {
        var stored = _answers[predicate];
        answer = (stored & 1) != 0;
        return stored >> 1 == _event;
    }

    public bool Remember(int predicate, bool answer)
    {
        _answers[predicate] = (_event << 1) | (answer ? 1u : 0u);
        return answer;
    }
}
